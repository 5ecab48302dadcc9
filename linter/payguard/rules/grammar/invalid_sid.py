"""Statement IDs with characters that IAM and Organizations do not take.

IAM's grammar allows letters and digits in the policies it keeps itself, trust policies included;
Organizations says the same of an SCP. Services are free in their resource-based policies (S3 and
KMS document Sids with spaces), so those and VPC endpoint policies are not asked.
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import BOUNDARY, IDENTITY, RCP, SCP, SESSION, TRUST, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule

_LONGEST = 200


class InvalidSid(Rule):
    """A Sid with something else than letters and digits."""

    id = "invalid-sid"
    summary = "The Sid holds something else than letters A-Z, a-z and digits."
    why = "IAM refuses the document: a Sid must match [0-9A-Za-z]*."
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
    )
    access_analyzer = ("UNSUPPORTED_SID",)
    policy_types = frozenset({IDENTITY, BOUNDARY, SESSION, TRUST, SCP, RCP})
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "read payment-sessions",
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
        """Yield a problem where the Sid is not alphanumeric ASCII."""
        sid = statement.value.get("Sid")
        if type(sid) is not str or not sid or (sid.isascii() and sid.isalnum()):
            return
        odd = next(c for c in sid if not _is_allowed(c))
        yield Problem(
            f"the Sid {quote(sid)} holds {quote(odd)}: only letters A-Z, a-z and digits may stand "
            "in it",
            "/Sid",
            help=_help(sid),
        )


def _is_allowed(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _help(sid: str) -> str:
    spaced = "".join(c if _is_allowed(c) else " " for c in sid[:_LONGEST])
    joined = "".join(word[0].upper() + word[1:] for word in spaced.split())
    return f"write {quote(joined)}" if joined else "name it with letters and digits, or remove it"
