"""Statement IDs that two statements share.

IAM and Organizations refuse them; of resource-based policies, trust policies included, AWS only
recommends that they be unique. An empty Sid is none: see empty-sid.
"""

from collections.abc import Iterator

from payguard import pointer
from payguard.finding import Severity
from payguard.iam.document import RESOURCE, TRUST, VPC_ENDPOINT, Policy
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule

_RECOMMENDED = frozenset({RESOURCE, TRUST, VPC_ENDPOINT})


class DuplicateSid(Rule):
    """Statements with the same Sid."""

    id = "duplicate-sid"
    summary = "Two statements have the same Sid."
    why = (
        "IAM refuses an identity-based policy whose statement IDs are not unique; elsewhere a "
        "denial or a suppression that names the Sid no longer says which statement is meant."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html",
    )
    access_analyzer = ("UNIQUE_SIDS_REQUIRED", "UNIQUE_SIDS_RECOMMENDED")
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Payments",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:GetPaymentSession",
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
    },
    {
      "Sid": "Payments",
      "Effect": "Deny",
      "Action": "bedrock-agentcore:DeletePaymentManager",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ReadSessions",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:GetPaymentSession",
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
    },
    {
      "Sid": "KeepManagers",
      "Effect": "Deny",
      "Action": "bedrock-agentcore:DeletePaymentManager",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem at each Sid that an earlier statement has already."""
        if len(policy.statements) < 2:
            return
        first: dict[str, str] = {}
        for statement in policy.statements:
            sid = statement.value.get("Sid")
            if type(sid) is not str or not sid:
                continue
            earlier = first.setdefault(sid, statement.pointer)
            if earlier != statement.pointer:
                yield _problem(sid, earlier, statement.pointer, policy.policy_type)


def _problem(sid: str, earlier: str, here: str, policy_type: str) -> Problem:
    number = int(pointer.tokens(earlier)[-1]) + 1
    advised = policy_type in _RECOMMENDED
    why = "statement IDs should be unique" if advised else "statement IDs must be unique"
    return Problem(
        f"the Sid {quote(sid)} is already that of statement {number}: {why}",
        f"{here}/Sid",
        help="give each statement a Sid of its own, or none",
        severity=Severity.WARNING if advised else None,
    )
