"""Whether a statement applies to a request: principal, action, resource and conditions all match.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from collections.abc import Iterable, Iterator

from payguard.authorization import doubt
from payguard.authorization.operator import holds
from payguard.authorization.policy_set import Clause
from payguard.authorization.principal import Reach, reach
from payguard.authorization.request import Request
from payguard.authorization.resource import covers, spares
from payguard.authorization.truth import (
    NO,
    YES,
    Reading,
    Truth,
    all_of,
    any_of,
    contested,
    maybe,
    negate,
)
from payguard.iam.action import matches_action
from payguard.iam.document import WITHOUT_PRINCIPAL
from payguard.iam.unresolved import Unresolved
from payguard_policies.named_tuple import NamedTuple

_EVERYONE = contested(YES, doubt.IMPLIED_PRINCIPAL)
_IMPLIED = Reach(_EVERYONE, _EVERYONE, _EVERYONE)
_ANYONE = Reach(YES, YES, YES)
_IMPLIED_RESOURCE = contested(YES, doubt.IMPLIED_RESOURCE)


class Stance(NamedTuple):
    """How a statement is asked.

    Attributes:
        allows: whether for what it allows, rather than for what it denies.
        bounded: whether a permissions boundary is attached to the caller.
        reading: how doubts are settled; None to leave them.
    """

    allows: bool = True
    bounded: bool = False
    reading: Reading | None = None

    def settle(self, answer: Truth) -> Truth:
        """Return an answer with its doubts settled, if they are to be."""
        if self.reading is None or not answer.doubts:
            return answer
        return self.reading.settle(answer, allows=self.allows)


_PLAIN = Stance()


def applies(clause: Clause, request: Request, stance: Stance = _PLAIN) -> Truth:
    """Tell whether a statement applies, its principal included."""
    answer = matches_but_principal(clause, request, stance)
    if answer is NO or clause.ref.policy in WITHOUT_PRINCIPAL:
        return answer
    named = speaks_of(clause, request, bounded=stance.bounded).named
    return all_of((answer, stance.settle(named)))


def matches_but_principal(clause: Clause, request: Request, stance: Stance = _PLAIN) -> Truth:
    """Tell whether a statement applies to ``request``, whoever makes it."""
    unsure = []
    for element in _elements(clause, request):
        answer = stance.settle(element) if element.doubts else element
        if answer is NO:
            return NO
        if answer is not YES:
            unsure.append(answer)
    return all_of(unsure) if unsure else YES


def _elements(clause: Clause, request: Request) -> Iterator[Truth]:
    if not clause.matches:
        yield action_matches(clause, request.action)
        yield resource_matches(clause, request)
        yield soundness(clause)
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
    for condition in clause.conditions:
        yield holds(condition, request, clause.statement.version)


def narrowed(clause: Clause, request: Request) -> Clause | None:
    """Return a statement as it speaks about an action and a resource; None if it surely does not.

    The keys that the request does not know are unknown to its resource as well.
    """
    if clause.matches:
        return clause
    found = action_matches(clause, request.action), resource_matches(clause, request)
    if NO in found:
        return None
    sure = all(answer is YES for answer in (*found, soundness(clause)))
    return clause._replace(matches=True) if sure else clause


def soundness(clause: Clause) -> Truth:
    """Answer yes unless IAM would refuse the statement, or it is not known as a whole.

    Then nothing about it is sure.
    """
    if clause.unresolved is not None:
        return maybe(doubt.UNRESOLVED, clause.unresolved.sentence)
    return maybe(doubt.MALFORMED, clause.defect) if clause.defect else YES


def action_matches(clause: Clause, action: str) -> Truth:
    """Tell whether ``Action``, or ``NotAction``, of a statement matches an action.

    Matched without regard to case; NotAction matches what none of its entries does.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
    """
    statement = clause.statement
    if statement.actions:
        return _some_match(statement.actions, action)
    if "NotAction" in statement.value:
        return negate(_some_match(statement.not_actions, action))
    return YES if clause.defect or clause.unresolved else NO


def _some_match(patterns: Iterable[object], action: str) -> Truth:
    unsure = []
    for pattern in patterns:
        # First what is asked most: for every statement, and again and again.
        if isinstance(pattern, str) and (":" in pattern or not pattern.strip("*")):
            if matches_action(pattern, action):
                return YES
        else:
            unsure.append(_may_match(pattern, action))
    return any_of(unsure)


def _may_match(pattern: object, action: str) -> Truth:
    if isinstance(pattern, Unresolved):
        if not matches_action(pattern.pattern, action):
            return NO
        return maybe(doubt.UNRESOLVED, pattern.sentence)
    if not isinstance(pattern, str):
        return maybe(doubt.MALFORMED, "an action that is no text")
    return maybe(doubt.NO_SERVICE, pattern) if matches_action(pattern, action) else NO


def resource_matches(clause: Clause, request: Request) -> Truth:
    """Tell whether ``Resource``, or ``NotResource``, of a statement matches the resource.

    NotResource matches what none of its entries covers. Trust policies name no resource.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
    """
    statement, kind = clause.statement, clause.ref.policy
    version = statement.version
    if "Resource" in statement.value:
        return any_of(covers(text, request, version, kind) for text in statement.resources)
    if "NotResource" in statement.value:
        entries = statement.not_resources
        return negate(any_of(spares(text, request, version, kind) for text in entries))
    if clause.defect or clause.unresolved or request.service == "sts":
        return YES
    return _IMPLIED_RESOURCE


def speaks_of(clause: Clause, request: Request, *, bounded: bool) -> Reach:
    """Tell how a statement names the caller; identity policies and SCPs speak of theirs."""
    kind, value = clause.ref.policy, clause.statement.value
    if kind in WITHOUT_PRINCIPAL or clause.defect or clause.unresolved:
        return _ANYONE
    if "Principal" not in value and "NotPrincipal" not in value:
        return _IMPLIED
    return reach(value, request.caller, bounded=bounded)
