"""Whether the conditions of a statement hold for a request.

Keys and operators are joined by AND, the values of one key by OR, under a negated operator by NOR.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

from collections.abc import Callable

from payguard.authorization import doubt, value
from payguard.authorization.outline import holds_for
from payguard.authorization.request import Outline, Request, Sample, Unknown
from payguard.authorization.substitution import Pattern, fill, fits, has_variables
from payguard.authorization.truth import (
    NO,
    YES,
    Truth,
    all_of,
    any_of,
    contested,
    maybe,
    negate,
    truth,
)
from payguard.iam.condition import Condition, Operator, parse_operator
from payguard.iam.unresolved import Unresolved
from payguard.iam.wildcard import has_wildcard, matches, overlaps
from payguard_policies import catalog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

_NO_TEXT = "a condition value that is no text"
_ALL, _ANY = "ForAllValues", "ForAnyValue"


def holds(condition: Condition, request: Request, version: str | None) -> Truth:
    """Tell whether one entry of a condition block holds.

    Context keys are matched without regard to case.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
    """
    operator = parse_operator(condition.operator)
    if operator is None:
        return maybe(doubt.UNKNOWN_OPERATOR, condition.operator)
    if not condition.values:
        return maybe(doubt.MALFORMED, "a condition key without values")
    found = request.context.get(condition.key.lower(), ())
    if isinstance(found, Unknown):
        return _unknown(condition, operator, found, version)
    if operator.kind == "Null":
        return _null(condition, operator, absent=found == ())
    if not found and found != "":
        return _absent(condition, operator)
    return _present(condition, operator, found, request, version)


def _unknown(
    condition: Condition, operator: Operator, found: Unknown, version: str | None
) -> Truth:
    """Answer for a key of unknown value, of which something may be known all the same."""
    if not isinstance(found, Outline):
        return maybe(doubt.UNKNOWN_KEY, condition.key)
    if operator.kind == "Null":
        return _null(condition, operator, absent=False)
    return holds_for(condition, operator, found, version)


def _null(condition: Condition, operator: Operator, *, absent: bool) -> Truth:
    """Null compares whether the key is absent with ``true`` or ``false``.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
    """
    if operator.if_exists or operator.quantifier:
        return maybe(doubt.UNKNOWN_OPERATOR, condition.operator)
    return any_of(_is_null(wanted, absent=absent) for wanted in condition.values)


def _is_null(wanted: Any, *, absent: bool) -> Truth:
    if isinstance(wanted, Unresolved):
        return maybe(doubt.UNRESOLVED, wanted.sentence)
    text = value.as_text(wanted)
    asked = None if text is None else value.boolean(text)
    return truth(asked is absent) if asked is not None else maybe(doubt.ILL_TYPED, text or "")


def _absent(condition: Condition, operator: Operator) -> Truth:
    """Answer for a key that the request does not carry, or carries without any value.

    ForAllValues holds, ForAnyValue does not; IfExists and negated operators hold, others do not.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    if operator.quantifier == _ALL:
        return YES
    if operator.quantifier == _ANY:
        if operator.if_exists:
            return maybe(doubt.FOR_ANY_VALUE_IF_EXISTS, condition.key)
        return NO
    return truth(operator.if_exists or operator.negated)


def _present(
    condition: Condition,
    operator: Operator,
    found: str | tuple[str, ...],
    request: Request,
    version: str | None,
) -> Truth:
    """Compare the values that the request carries with those of the policy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    values = (found,) if isinstance(found, str) else found
    answers = (_compare(condition, operator, item, request, version) for item in values)
    if operator.quantifier == _ALL:
        return YES if values == ("",) else all_of(answers)
    if operator.quantifier == _ANY:
        return any_of(answers)
    if len(values) == 1 and not (isinstance(found, tuple) and _is_multivalued(condition.key)):
        return next(answers)
    return contested(NO, doubt.SEVERAL_VALUES, condition.key) if operator.negated else NO


def _is_multivalued(key: str) -> bool:
    known = catalog.global_condition_key(key)
    return known is not None and known.multivalued


def _compare(
    condition: Condition, operator: Operator, found: str, request: Request, version: str | None
) -> Truth:
    """Hold one value of the request against all values of the policy."""
    test = _TESTS[operator.kind]
    matched = any_of(
        maybe(doubt.UNRESOLVED, wanted.sentence)
        if isinstance(wanted, Unresolved)
        else test(operator, found, wanted, request, version)
        for wanted in condition.values
    )
    return negate(matched) if operator.negated else matched


Test: TypeAlias = "Callable[[Operator, str, Any, Request, str | None], Truth]"


def _string(
    operator: Operator, found: str, wanted: Any, request: Request, version: str | None
) -> Truth:
    """String operators: exact, without regard to case, or with wildcards.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String
    """
    text = value.as_text(wanted)
    if text is None:
        return maybe(doubt.MALFORMED, _NO_TEXT)
    like, ignoring = operator.base.endswith("Like"), operator.base.endswith("IgnoreCase")
    if ignoring and not isinstance(found, Sample):
        found = found.lower()
    if not has_variables(text, version):
        if like:
            return truth(matches(text, found))
        return truth(text.lower() == found.lower() if ignoring else text == found)
    pattern = fill(text, request.context, wildcards=like)
    if ignoring:
        pattern = pattern._replace(text=pattern.text.lower())
        if isinstance(found, Sample):
            found = Sample(found, found.pattern.lower())
    return _filled(operator, pattern, found, fits)


def _arn(
    operator: Operator, found: str, wanted: Any, request: Request, version: str | None
) -> Truth:
    """ARN operators: six fields, each compared by itself, with wildcards.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    text = value.as_text(wanted)
    if text is None:
        return maybe(doubt.MALFORMED, _NO_TEXT)
    if not has_variables(text, version):
        if text and not text.strip("*"):
            return maybe(doubt.SHORT_ARN, text)  # what it is for fields that lack is not documented
        return truth(_arns_match(text, found, matches))
    return _filled(operator, fill(text, request.context, wildcards=True), found, _arn_fits)


def _arn_fits(pattern: str, found: str) -> bool:
    return _arns_match(pattern, found, fits)


def _arns_match(pattern: str, found: str, match: Callable[[str, str], bool]) -> bool:
    wanted, fields = pattern.split(":", 5), found.split(":", 5)
    return len(wanted) == len(fields) == 6 and all(map(match, wanted, fields))


def _filled(
    operator: Operator, pattern: Pattern, found: str, match: Callable[[str, str], bool]
) -> Truth:
    """Match a text whose variables were filled in.

    A variable without a value matches nothing, so that an inverted operator holds.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if pattern.unresolved:
        if operator.negated:
            return contested(NO, doubt.UNRESOLVED_VARIABLE, pattern.unresolved)
        return NO
    if _differ(operator, pattern, found):
        return NO
    if isinstance(found, Sample):
        return _open(pattern._replace(sampled=pattern.sampled or pattern.text))
    if pattern.is_certain:
        return truth(match(pattern.text, found))
    return _open(pattern) if fits(pattern.text, found) else NO


def _differ(operator: Operator, pattern: Pattern, found: str) -> bool:
    """Tell whether values of which only classes are known surely do not match."""
    exact = not operator.base.endswith("IgnoreCase")
    if isinstance(found, Sample):
        one_text = exact and pattern.is_certain and not has_wildcard(pattern.text)
        excluded = one_text and pattern.text in found.without
        return excluded or not overlaps(pattern.text, found.pattern)
    return exact and found in pattern.without


def _open(pattern: Pattern) -> Truth:
    """Answer where a pattern may match, depending on what its variables stand for."""
    if pattern.malformed:
        return maybe(doubt.MALFORMED_VARIABLE, pattern.malformed)
    if pattern.unknown:
        return maybe(doubt.UNKNOWN_KEY, pattern.unknown)
    return maybe(doubt.SAMPLED, pattern.sampled)


def _ordered(
    operator: Operator, found: str, wanted: Any, _request: Request, _version: str | None
) -> Truth:
    """Numeric and Date operators.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Numeric
    """
    read = value.number if operator.kind == "Numeric" else value.instant
    text = value.as_text(wanted)
    left, right = read(found), None if text is None else read(text)
    if left is None or right is None:
        return _ill_typed(operator, found if left is None else text)
    if operator.kind == "Date" and value.may_be_year(text or ""):
        return maybe(doubt.YEAR, text or "")
    relation = operator.base.removeprefix(operator.kind)
    if relation.startswith("Less"):
        return truth(left < right or (left == right and relation.endswith("Equals")))
    if relation.startswith("Greater"):
        return truth(left > right or (left == right and relation.endswith("Equals")))
    return truth(left == right)


def _bool(
    operator: Operator, found: str, wanted: Any, _request: Request, _version: str | None
) -> Truth:
    """Bool.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Boolean
    """
    return _equal(operator, found, wanted, value.boolean)


def _binary(
    operator: Operator, found: str, wanted: Any, _request: Request, _version: str | None
) -> Truth:
    """BinaryEquals: both sides in base64.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals
    """
    return _equal(operator, found, wanted, value.data)


def _equal(operator: Operator, found: str, wanted: Any, read: Callable[[str], object]) -> Truth:
    text = value.as_text(wanted)
    left, right = read(found), None if text is None else read(text)
    if left is None or right is None:
        return _ill_typed(operator, found if left is None else text)
    return truth(left == right)


def _ip(
    operator: Operator, found: str, wanted: Any, _request: Request, _version: str | None
) -> Truth:
    """IpAddress: an IPv4 or IPv6 range, or one address.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
    """
    text = value.as_text(wanted)
    left, right = value.address(found), None if text is None else value.network(text)
    if left is None or right is None:
        return _ill_typed(operator, found if left is None else text)
    return truth(left.version == right.version and left in right)


def _ill_typed(operator: Operator, text: str | None) -> Truth:
    """Answer for a value of another type: it surely matches nothing, but may not differ either.

    Nothing is sure of a number that is longer than can be compared, or of what IAM refuses.
    """
    if text is None:
        return maybe(doubt.MALFORMED, _NO_TEXT)
    if operator.kind in {"Numeric", "Date"} and value.is_number(text):
        return maybe(doubt.LONG, text)
    return maybe(doubt.ILL_TYPED, text) if operator.negated else NO


_TESTS: dict[str, Test] = {
    "String": _string,
    "ARN": _arn,
    "Numeric": _ordered,
    "Date": _ordered,
    "Bool": _bool,
    "Binary": _binary,
    "IPAddress": _ip,
}
