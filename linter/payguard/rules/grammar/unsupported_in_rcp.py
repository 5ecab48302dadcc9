"""What a resource control policy that a customer writes may not hold.

Only AWS's own RCPFullAWSAccess allows anything; a customer's policy denies, and names actions of
services that RCPs support.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RCP, Policy, Statement
from payguard.rules.rule import Example, Problem, Rule

# The statement of RCPFullAWSAccess, which AWS attaches to every root, unit and account.
_AWS_MANAGED = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


class UnsupportedInRcp(Rule):
    """An element or value that AWS Organizations does not take in an RCP."""

    id = "unsupported-in-rcp"
    summary = "A resource control policy holds what AWS Organizations does not support in one."
    why = "Organizations refuses the policy: an RCP can only take away, and only named actions."
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html",
    )
    access_analyzer = (
        "RCP_SYNTAX_ERROR_ALLOW",
        "RCP_SYNTAX_ERROR_NOTACTION",
        "RCP_SYNTAX_ERROR_ACTION",
    )
    policy_types = frozenset({RCP})
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "sts:AssumeRole",
    "Resource": "*"
  }
}
""",
            policy_type=RCP,
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sts:AssumeRole",
    "Resource": "*",
    "Condition": {
      "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
      "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}
    }
  }
}
""",
            policy_type=RCP,
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each part of each statement; AWS's own policy is let through."""
        for statement in policy.statements:
            plain = {key: value for key, value in statement.value.items() if key != "Sid"}
            if plain != _AWS_MANAGED:
                yield from _problems(statement)


def _problems(statement: Statement) -> Iterator[Problem]:
    here = statement.pointer
    if statement.effect == "Allow":
        yield Problem(
            '"Effect" is "Allow": only AWS\'s own resource control policy may allow',
            f"{here}/Effect",
            help='write "Deny" with what must not happen',
        )
    if "NotAction" in statement.value:
        yield Problem(
            '"NotAction" is not supported in a resource control policy',
            f"{here}/NotAction",
            help='list the actions under "Action"',
            on_key=True,
        )
    for place, text in statement.texts("Action"):
        if text == "*":
            yield Problem(
                '"*" alone is not supported as an action of a resource control policy',
                here + place,
                help='name the service, such as "sts:*"',
            )
