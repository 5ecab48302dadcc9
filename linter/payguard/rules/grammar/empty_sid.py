"""Statement IDs without a character."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule


class EmptySid(Rule):
    """A Sid that is there but empty."""

    id = "empty-sid"
    summary = "The Sid is empty."
    why = (
        "It names nothing. A Sid is optional; one that says what the statement is for helps who "
        "reads the policy, and suppressions can name it."
    )
    severity = Severity.SUGGESTION
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html",
    )
    access_analyzer = ("EMPTY_SID_VALUE",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "",
    "Effect": "Allow",
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
    "Sid": "ReadPaymentSessions",
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem where the Sid is the empty text."""
        if statement.value.get("Sid") == "":
            yield Problem(
                "the Sid is empty: it names nothing",
                "/Sid",
                help="say what the statement is for, or remove the Sid",
            )
