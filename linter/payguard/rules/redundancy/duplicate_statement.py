"""Statements that say, element by element, the same as an earlier one.

Whether a statement adds nothing to others that are worded differently is a question for the
authorization engine, not for a comparison of texts.
"""

import json
from collections.abc import Iterator, Mapping

from payguard import pointer
from payguard.finding import Severity
from payguard.iam.document import Policy, Statement
from payguard.rules.rule import Example, Problem, Rule


class DuplicateStatement(Rule):
    """A statement that repeats an earlier one under the same or another Sid."""

    id = "duplicate-statement"
    summary = "A statement repeats an earlier one word for word."
    why = (
        "The next person edits one of the two and the other still grants what was meant to be "
        "taken away."
    )
    severity = Severity.SUGGESTION
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html",
    )
    access_analyzer = ("REDUNDANT_STATEMENT",)
    bad = (
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
      "Sid": "ReadSessionsAgain",
      "Effect": "Allow",
      "Action": "bedrock-agentcore:GetPaymentSession",
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    }
  ]
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem at each statement that an earlier one equals, Sids aside."""
        if len(policy.statements) < 2:
            return
        for alike in _alike(policy.statements):
            yield from _repeated(alike)


def _alike(statements: tuple[Statement, ...]) -> list[list[Statement]]:
    """Return the groups of statements that may be equal, told by what is cheap to look at."""
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for statement in statements:
        actions, resources = statement.actions, statement.resources
        look = (
            statement.effect,
            len(actions),
            len(resources),
            actions[0] if actions and type(actions[0]) is str else "",
            resources[0] if resources and type(resources[0]) is str else "",
        )
        groups.setdefault(look, []).append(statement)
    if len(groups) == len(statements):
        return []
    return [group for group in groups.values() if len(group) > 1]


def _repeated(statements: list[Statement]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for statement in statements:
        text = _canonical(statement.value)
        if text is None:
            continue
        earlier = first.setdefault(text, statement.pointer)
        if earlier != statement.pointer:
            number = int(pointer.tokens(earlier)[-1]) + 1
            yield Problem(
                f"the statement repeats statement {number}",
                statement.pointer,
                help="remove one of the two",
            )


def _canonical(statement: Mapping[str, object]) -> str | None:
    """Return the statement without its Sid as text; None where it cannot be written."""
    rest = {key: value for key, value in statement.items() if key != "Sid"}
    try:
        return json.dumps(rest, sort_keys=True)
    except (RecursionError, TypeError, ValueError):
        return None
