"""A condition key that stands twice in one operator block, differently capitalised."""

from collections.abc import Iterator, Mapping

from payguard import pointer
from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.rule import Example, Problem, Rule


class DuplicateConditionKey(Rule):
    """Condition keys of one operator that differ in case only."""

    id = "duplicate-condition-key"
    summary = "A condition key stands twice under one operator, differing in case only."
    why = (
        "The names of condition keys are not case-sensitive: to IAM it is one key given twice, "
        "and it refuses the document."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
    )
    access_analyzer = ("DUPLICATE_KEYS_WITH_DIFFERENT_CASE",)
    when = rule.SEVERAL_CONDITIONS
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {
      "StringEquals": {
        "aws:PrincipalTag/team": "agents",
        "aws:principalTag/team": "operations"
      }
    }
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
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {
      "StringEquals": {
        "aws:PrincipalTag/team": ["agents", "operations"]
      }
    }
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at each key that an earlier one equals without regard to case."""
        block = statement.value.get("Condition")
        if not isinstance(block, Mapping):
            return
        for operator, entries in block.items():
            if isinstance(entries, Mapping) and len(entries) > 1:
                yield from _repeated(operator, entries)


def _repeated(operator: str, entries: Mapping[str, object]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key in map(str, entries):
        earlier = first.setdefault(key.lower(), key)
        if earlier != key:
            yield Problem(
                f"{quote(key)} and {quote(earlier)} are one condition key: "
                "key names are not case-sensitive",
                pointer.join("/Condition", operator, key),
                help=f"put all values in one list under {quote(earlier)}",
                on_key=True,
            )
