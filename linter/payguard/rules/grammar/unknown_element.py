"""Elements that IAM does not know: misspelt, in the wrong case, or in the wrong place."""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard import pointer
from payguard.finding import Severity
from payguard.iam.document import Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.grammar import element
from payguard.rules.rule import Example, Problem, Rule

# A document with more unknown elements than this is no policy; the first ones say so.
_SHOWN = 10


class UnknownElement(Rule):
    """A key of the policy or of a statement that is no element there."""

    id = "unknown-element"
    summary = "IAM knows no element of this name at this place."
    why = (
        "IAM refuses a document with an element that it does not know. Element names are "
        'case-sensitive: "effect" is as unknown as any misspelling.'
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html",
    )
    access_analyzer = ("INVALID_POLICY_ELEMENT",)
    when = rule.IRREGULAR
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Actions": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Comment": "what agents may read",
  "Statement": {
    "effect": "Allow",
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
    "Sid": "WhatAgentsMayRead",
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each unknown key beside the statements."""
        if not policy.value.keys() <= element.POLICY:
            yield from _problems(policy.value, element.POLICY, element.STATEMENT)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each unknown key of a statement."""
        if not statement.value.keys() <= element.STATEMENT:
            yield from _problems(statement.value, element.STATEMENT, element.POLICY)


def _problems(
    value: Mapping[str, Any], known: frozenset[str], elsewhere: frozenset[str]
) -> Iterator[Problem]:
    unknown = [key for key in value if key not in known]
    where = "a policy" if "Statement" in known else "a statement"
    for key in unknown[:_SHOWN]:
        name = str(key)
        message, mend = _words(name, value, known, elsewhere, where)
        yield Problem(message, pointer.join("", name), help=mend, on_key=True)
    if len(unknown) > _SHOWN:
        yield Problem(f"{len(unknown) - _SHOWN:,} more keys are no elements of {where} either")


def _words(
    name: str,
    value: Mapping[str, Any],
    known: frozenset[str],
    elsewhere: frozenset[str],
    where: str,
) -> tuple[str, str]:
    meant = element.meant(name, known)
    if meant and meant.lower() == name.lower():
        message = f"{quote(name)} is no element of {where}: element names are case-sensitive"
        beside = f"remove it: {quote(meant)} is there too"
        return message, beside if meant in value else f"write {quote(meant)}"
    message = f"{quote(name)} is no element of {where}"
    if name in elsewhere:
        other = "in a statement" if "Effect" in elsewhere else 'in the policy, beside "Statement"'
        return message, f"it belongs {other}"
    if meant:
        return message, f"did you mean {quote(meant)}?"
    return message, "remove it; JSON policies have no comments, but a statement may have a Sid"
