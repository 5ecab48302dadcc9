"""Effects other than Allow and Deny."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import EFFECTS, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule

_BY_LOWER = {effect.lower(): effect for effect in EFFECTS}


class InvalidEffect(Rule):
    """An Effect that IAM does not know."""

    id = "invalid-effect"
    summary = "The Effect is neither Allow nor Deny."
    why = "IAM refuses the document. The two values are case-sensitive."
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html",
    )
    access_analyzer = ("INVALID_EFFECT",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem where the effect is a text other than the two."""
        if statement.effect in EFFECTS:
            return
        effect = statement.value.get("Effect")
        if isinstance(effect, str):
            meant = _BY_LOWER.get(effect.strip().lower()) if len(effect) < 32 else None
            yield Problem(
                f'"Effect" is {quote(effect)}: expected "Allow" or "Deny"',
                "/Effect",
                help=f"write {quote(meant)}" if meant else "",
            )
