"""Conditions on a value of which no more is known than patterns, one of which matches it.

A condition that holds for all texts of all the patterns holds, one that holds for none does not.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
"""

from payguard.authorization import doubt, value
from payguard.authorization.request import Outline
from payguard.authorization.substitution import has_variables, literal
from payguard.authorization.truth import NO, YES, Truth, any_of, maybe, negate
from payguard.iam.condition import Condition, Operator
from payguard.iam.wildcard import covers, overlaps

_COLONS = 5


def holds_for(
    condition: Condition, operator: Operator, found: Outline, version: str | None
) -> Truth:
    """Tell whether an entry of a condition block holds for whatever the key's value is.

    Args:
        condition: the entry.
        operator: its operator, which is none of Null.
        found: what is known of the value.
        version: of the policy.
    """
    open_answer = maybe(doubt.UNKNOWN_KEY, condition.key)
    if operator.kind not in {"String", "ARN"}:
        return open_answer
    texts = [value.as_text(wanted) for wanted in condition.values]
    answers = [
        any_of(
            open_answer
            if text is None or has_variables(text, version)
            else _matches(operator, text, pattern, open_answer)
            for text in texts
        )
        for pattern in found.patterns
    ]
    same = all(answer is answers[0] for answer in answers)
    matched = answers[0] if same else open_answer
    return negate(matched) if operator.negated else matched


def _matches(operator: Operator, wanted: str, pattern: str, open_answer: Truth) -> Truth:
    """Hold one text of a policy against all texts of a pattern."""
    if operator.kind == "ARN":
        pairs = list(zip(wanted.split(":", _COLONS), pattern.split(":", _COLONS), strict=False))
        if len(pairs) <= _COLONS:
            return NO if wanted.strip("*") else open_answer
    else:
        if operator.base.endswith("IgnoreCase"):
            wanted, pattern = wanted.lower(), pattern.lower()
        pairs = [(wanted if operator.base.endswith("Like") else literal(wanted), pattern)]
    if all(covers(wide, narrow) for wide, narrow in pairs):
        return YES
    return open_answer if all(overlaps(wide, narrow) for wide, narrow in pairs) else NO
