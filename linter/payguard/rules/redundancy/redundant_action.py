"""Actions that another action of the same list matches already, or that stand there twice."""

from collections.abc import Iterator, Sequence
from typing import Any

from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.redundancy.cover import covered, repeated
from payguard.rules.rule import Example, Problem, Rule


class RedundantAction(Rule):
    """An action that its list says twice."""

    id = "redundant-action"
    summary = "An action is matched already by another action of the same list."
    why = (
        "Removing the narrow one changes nothing, which is what somebody who wants to take a "
        "permission away finds out too late."
    )
    severity = Severity.SUGGESTION
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
    )
    access_analyzer = ("REDUNDANT_ACTION",)
    when = rule.SIMILAR_ACTIONS
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["bedrock-agentcore:ListPayment*", "bedrock-agentcore:ListPaymentSessions"],
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
    "Action": ["bedrock-agentcore:ListPaymentInstruments", "bedrock-agentcore:ListPaymentSessions"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at each action that is repeated or covered."""
        for element, actions in (
            ("Action", statement.actions),
            ("NotAction", statement.not_actions),
        ):
            if len(actions) > 1 and not _is_plain(actions):
                yield from _problems(list(statement.texts(element)))


def _is_plain(actions: Sequence[Any]) -> bool:
    """Tell at little cost whether a list is sure to hold nothing redundant."""
    try:
        lower = [*map(str.lower, actions)]
    except TypeError:  # not all are text
        return False
    if len(set(lower)) != len(lower):
        return False
    joined = "\n" + "\n".join(lower)
    if "*" not in joined and "?" not in joined:
        return True
    wide = [text for text in lower if "*" in text or "?" in text]
    return all(_begins_alone(text, joined) for text in wide) or not covered(lower)


def _begins_alone(pattern: str, joined: str) -> bool:
    """Tell whether no other line begins as ``pattern`` does before its first wildcard."""
    start = pattern.partition("*")[0].partition("?")[0]
    return joined.count("\n" + start) == 1


def _problems(actions: list[tuple[str, str]]) -> Iterator[Problem]:
    lower = [text.lower() for _, text in actions]
    for same in repeated(lower):
        place, text = actions[same.index]
        spelt = "" if text == actions[same.by][1] else f", spelt {quote(actions[same.by][1])},"
        yield Problem(f"{quote(text)}{spelt} stands twice in the list", place, help="remove it")
    for redundancy in covered(lower):
        place, text = actions[redundancy.index]
        wide = quote(actions[redundancy.by][1])
        yield Problem(
            f"{quote(text)} is redundant: {wide} matches it already",
            place,
            help=f"remove it, or list what is meant instead of {wide}",
        )
