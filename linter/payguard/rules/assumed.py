"""Who has no payments permission at all, and both duties: by assuming a role for each of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import Step
from payguard.authorization.caller import ROLE, SESSION, USER, caller
from payguard.authorization.closure import both_by_assuming
from payguard.authorization.policy_set import Layer, StatementRef
from payguard.authorization.reach import may_grant
from payguard.iam.principal import Principal
from payguard.rules.payments.money import spending
from payguard_policies.named_tuple import NamedTuple

_ASSUME = "sts:AssumeRole"


class Guest(NamedTuple):
    """A principal that roles let in, and that does both as two of them.

    Attributes:
        arn: as it is named.
        place: the statement of a trust policy that names it.
        at: where, as a JSON Pointer relative to the statement.
        steps: the requests.
    """

    arn: str
    place: StatementRef
    at: str
    steps: tuple[Step, ...]


class Payers:
    """The roles of an input that have one of the two duties, and who may assume them.

    Args:
        find: returns those roles; they are told when somebody asks.
        arns: those of all roles of the input: they are asked about by themselves.
    """

    def __init__(self, find: Callable[[], Iterable[Actor]], arns: Iterable[str]) -> None:
        self._find, self._arns = find, frozenset(arns)

    @cached_property
    def roles(self) -> tuple[Actor, ...]:
        """The roles."""
        return tuple(self._find())

    @cached_property
    def guests(self) -> Mapping[str, Sequence[Guest]]:
        """By the name of a role that spends: the principals let in to it by name that do both.

        What else they may do is not in the input: that they may assume a role that names them is
        taken for granted. Whole accounts are left out: the policies there decide.
        """
        found: dict[str, list[Guest]] = {}
        for arn, hosts in self._hosts().items():
            steps = _both(_whoever_assumes(arn), [role for role, _, _ in hosts.values()])
            if steps:
                spender = steps[-1].who
                _, place, principal = hosts[spender]
                found.setdefault(spender, []).append(Guest(arn, place, principal.pointer, steps))
        return found

    def assumed_by(self, one: Actor) -> tuple[Step, ...]:
        """Return the requests by which a role does both as roles that it assumes; none if it cannot.

        Who writes policies, or passes roles to what runs code, administers roles: that it could do
        everything is no finding about payments.
        """
        if not (may_grant(one, _ASSUME) or self._lets_in(one)):
            return ()
        return _both(one, self.roles)

    def _lets_in(self, one: Actor) -> bool:
        """Tell whether a role may be named, itself or its sessions, so that it needs no policy."""
        own = caller(one.arn)
        return not one.arn or not self._let_in.isdisjoint((_ANYONE, (own.account, own.name)))

    @cached_property
    def _let_in(self) -> frozenset[tuple[str, str]]:
        """The accounts and names of all whom the roles let in."""
        texts = {who.text for role in self.roles for _, who in _named(role.trust)}
        return frozenset(
            _ANYONE if text == "*" else (caller(text).account, caller(text).name) for text in texts
        )

    def _hosts(self) -> Mapping[str, Mapping[str, tuple[Actor, StatementRef, Principal]]]:
        """Return the roles that name a principal, by its ARN and their names, and where they do."""
        found: dict[str, dict[str, tuple[Actor, StatementRef, Principal]]] = {}
        for role in self.roles:
            for place, principal in _named(role.trust):
                arn = principal.text
                if arn not in self._arns and caller(arn).kind in _GUESTS:
                    found.setdefault(arn, {}).setdefault(role.name, (role, place, principal))
        return found


_ANYONE = ("*", "")
_GUESTS = frozenset({ROLE, USER, SESSION})


def _both(one: Actor, roles: Sequence[Actor]) -> tuple[Step, ...]:
    spend, budget = spending()
    return both_by_assuming(one, roles, budget, spend)


def _named(trust: Layer | None) -> Iterator[tuple[StatementRef, Principal]]:
    for clause in trust.clauses if trust is not None else ():
        if clause.statement.effect == "Allow":
            yield from ((clause.ref, one) for one in clause.statement.principals)


def _whoever_assumes(arn: str) -> Actor:
    statement = {"Effect": "Allow", "Action": _ASSUME, "Resource": "*"}
    return actor(arn, [{"Version": "2012-10-17", "Statement": statement}], arn=arn)
