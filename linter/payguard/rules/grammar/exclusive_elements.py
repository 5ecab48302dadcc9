"""Two elements in one statement that exclude each other, such as Action and NotAction."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule

_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))


class ExclusiveElements(Rule):
    """A statement that holds an element and its negation."""

    id = "exclusive-elements"
    summary = "A statement holds two elements that exclude each other."
    why = (
        "IAM refuses a statement that says both what it is about and what it is not about. To "
        "take something out of a list, write a second statement that denies it."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    )
    access_analyzer = ("UNSUPPORTED_ELEMENT_COMBINATION",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:DeletePaymentManager",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "NotResource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/test-*"
  }
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:DeletePaymentManager",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at the negation of each pair that is there whole."""
        value = statement.value
        for plain, negated in _PAIRS:
            if negated in value and plain in value:
                yield Problem(
                    f"{quote(plain)} and {quote(negated)} stand in one statement: "
                    "they exclude each other",
                    f"/{negated}",
                    help="keep one of them; what the other was for needs a statement of its own",
                    on_key=True,
                )
