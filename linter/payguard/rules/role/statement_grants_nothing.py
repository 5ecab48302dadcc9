"""Allow statements that no request can match."""

from collections.abc import Iterator

from payguard.authorization.compare import NO_MATCH
from payguard.finding import Severity
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject


class StatementGrantsNothing(Rule):
    """An Allow whose actions, resources and conditions no request meets at once."""

    id = "statement-grants-nothing"
    summary = "No request matches the statement: it grants nothing."
    why = (
        "Each element reads well by itself, and together they describe no request: conditions that exclude each "
        "other, or a resource that none of the actions is asked on. The call that was meant ends in AccessDenied."
    )
    severity = Severity.WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    )
    yields = True
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Spend",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5",
      "Condition": {
        "StringEquals": {"aws:ResourceTag/team": "shop"},
        "StringLike": {"aws:ResourceTag/team": "treasury-*"}
      }
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
      "Sid": "Spend",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": ["arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5", "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/shop-a1b2c3d4e5/*"],
      "Condition": {"StringEquals": {"aws:ResourceTag/team": "shop"}}
    }
  ]
}
"""
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem for each such statement about payments."""
        for dead in subject.dead:
            if dead.why == NO_MATCH:
                yield RoleProblem(
                    "no request matches this statement: its resources and conditions exclude each other",
                    dead.ref,
                    help="say what is meant: which action, on which payment manager, under which condition",
                )
