"""Other roles that have a policy which a repair edits, and what the edit comes to for them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from payguard.authorization.actor import Actor
from payguard.authorization.answer import REFUTED, Answer
from payguard.authorization.compare import implies
from payguard.authorization.limit import Limit
from payguard.denial.edit import Edit, edited
from payguard.iam.document import BOUNDARY, IDENTITY
from payguard.infrastructure import GROUP, Document, Role
from payguard.rules.subject import Subject
from payguard_policies.named_tuple import NamedTuple

_MOST = 50  # roles that are asked about
_SECONDS = 1.0  # for each of them


class Holder(NamedTuple):
    """Another role, or user, that has policies of the denied one.

    Attributes:
        actor: the other one.
        numbers: kind and number of a policy with the denied role, to its number with this one.
    """

    actor: Actor
    numbers: Mapping[tuple[str, int], int]


class Effect(NamedTuple):
    """What some edits come to for a holder.

    Attributes:
        name: of the holder.
        actions: that become allowed to it.
        joins: whether it could open a budget and spend from it, as it could not before.
    """

    name: str
    actions: tuple[str, ...]
    joins: bool


def holders(
    documents: Mapping[tuple[str, str, int], Document], others: Iterable[tuple[Role, Actor]]
) -> Iterator[Holder]:
    """Yield who has some policies as well.

    Args:
        documents: of the denied role, by kind, level and number.
        others: the other roles and users.
    """
    mine = {
        id(document): (kind, number)
        for (kind, _, number), document in documents.items()
        if kind in {IDENTITY, BOUNDARY}
    }
    for role, actor in others:
        theirs = list(enumerate(role.identity))
        theirs += [(0, role.boundary)] if role.boundary else []
        numbers = {mine[id(one)]: number for number, one in theirs if id(one) in mine}
        if numbers and role.kind != GROUP:
            yield Holder(actor, numbers)


def effects(
    found: Sequence[Holder], others: Sequence[Actor], edits: Sequence[Edit]
) -> Iterator[Effect]:
    """Yield what edits come to for holders, where that is anything: the first fifty are asked.

    Args:
        found: the holders.
        others: all other roles, which one may become.
        edits: of policies of the denied role.
    """
    for holder in _concerned(found, edits)[:_MOST]:
        mine = [_theirs(edit, holder) for edit in edits if _has(holder, edit)]
        before = holder.actor
        after = before._replace(policies=edited(before.policies, mine))
        more = implies(after, before, limit=Limit(seconds=_SECONDS))
        actions = sorted({name for one in more.differences for name in one.actions})
        joins = (
            separation(after, others).verdict == REFUTED
            and separation(before, others).verdict != REFUTED
        )
        if actions or joins:
            yield Effect(before.name, tuple(actions), joins)


def unasked(found: Sequence[Holder], edits: Sequence[Edit]) -> int:
    """Return how many holders ``effects`` passes over, as there are too many."""
    return max(0, len(_concerned(found, edits)) - _MOST)


def _concerned(found: Sequence[Holder], edits: Sequence[Edit]) -> list[Holder]:
    return [holder for holder in found if any(_has(holder, edit) for edit in edits)]


def _has(holder: Holder, edit: Edit) -> bool:
    return (edit.layer, edit.number) in holder.numbers


def separation(actor: Actor, others: Sequence[Actor]) -> Answer:
    """Return whether a role is kept from opening a budget and spending from it, also as others."""
    return Subject(actor, others=(actor, *others)).joint_separation


def _theirs(edit: Edit, holder: Holder) -> Edit:
    if edit.ref is None or edit.number is None:
        return edit
    number = holder.numbers[edit.layer, edit.number]
    return edit._replace(ref=edit.ref._replace(number=number))
