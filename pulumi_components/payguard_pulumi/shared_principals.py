"""Who may assume the roles: nobody should have both the one that sets budgets and the one that spends."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED
from payguard.authorization.caller import ROLE, ROOT, SESSION, caller
from payguard.authorization.closure import separated_one
from payguard.authorization.policy_set import Layer, layer_of
from payguard.iam.document import TRUST
from payguard.quotation import quote
from payguard.rules.payments.money import spending
from payguard_pulumi.argument import PRINCIPALS, SERVICE_PERSONA, wire_name
from payguard_pulumi.arguments import Arguments
from payguard_pulumi.planned_role import PlannedRole
from payguard_pulumi.separation import breach


class _Principal(NamedTuple):
    """Who may assume roles.

    Attributes:
        arn: as it is given.
        personas: whose roles it is named for.
        paths: the arguments that name it, in the same order.
    """

    arn: str
    personas: tuple[str, ...]
    paths: tuple[str, ...]

    def also(self, persona: str, path: str) -> "_Principal":
        """Return it named for one more persona."""
        return self._replace(personas=(*self.personas, persona), paths=(*self.paths, path))

    @property
    def is_account(self) -> bool:
        """Whether it is an account as a whole: whoever that lets assume the role."""
        return caller(self.arn).kind == ROOT


def shared(arguments: Arguments, planned: Mapping[str, PlannedRole]) -> Iterator[str]:
    """Yield what is known of principals that open budgets as one role and spend as another.

    A principal that the lists name for both has both. One that is named for one of them while the
    other trusts its whole account may have both: its own policies decide, and nobody tells them.
    """
    roles = [
        actor(role.name, [role.permissions], arn=role.arn, trust=role.trust)
        for role in planned.values()
        if role.persona != SERVICE_PERSONA
    ]
    arns = {role.persona: role.arn for role in planned.values()}
    principals = _principals(arguments)
    verdicts = {one: _has_both(one, one.personas, arns, roles) for one in principals}
    both = [one for one, verdict in verdicts.items() if verdict != PROVED]
    for principal in both:
        if verdicts[principal] == REFUTED:
            yield from breach(arguments, principal.paths[-1], _named_twice(principal))
        else:
            yield (
                f"{principal.paths[-1]}: whether {quote(principal.arn)} can both open a budget and "
                f"spend from it, as it is also among {', '.join(principal.paths[:-1])}, is not known"
            )
    single = [one for one in principals if one not in both]
    for account in (one for one in single if one.is_account):
        yield from _by_account(account, single, arns, roles)
    yield from _by_session_name(single, arns, roles)


def _by_session_name(
    principals: Sequence[_Principal], arns: Mapping[str, str], roles: Sequence[Actor]
) -> Iterator[str]:
    """Yield sessions of one role that do one half each: who assumes the role chooses the name."""
    sessions = [one for one in principals if caller(one.arn).kind == SESSION]
    asked = set()
    for one, other in combinations(sessions, 2):
        first, second = caller(one.arn), caller(other.arn)
        question = (first.account, first.name, frozenset((*one.personas, *other.personas)))
        if question in asked or (second.account, second.name) != question[:2]:
            continue
        asked.add(question)
        # As if the trust policies named the role and not its sessions.
        anyone = [role._replace(trust=_trusting(one.arn)) for role in roles]
        if _has_both(one, (*one.personas, *other.personas), arns, anyone) != PROVED:
            yield (
                f"whether {one.paths[0]} and {other.paths[0]} are held apart is not known: they are "
                f"sessions of one role, {quote(first.name)}, and whoever assumes it may choose the "
                "session's name"
            )


def _trusting(arn: str) -> Layer:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}}
    return layer_of(TRUST, {"Version": "2012-10-17", "Statement": statement})


def _by_account(
    account: _Principal,
    principals: Sequence[_Principal],
    arns: Mapping[str, str],
    roles: Sequence[Actor],
) -> Iterator[str]:
    """Yield the first principal that an account, trusted as a whole, may let do the other half."""
    home = account.arn.removesuffix("root")
    for principal in principals:
        if principal.is_account or not principal.arn.replace(":sts:", ":iam:").startswith(home):
            continue
        personas = (*principal.personas, *account.personas)
        if _has_both(principal, personas, arns, roles) != PROVED:
            yield (
                f"whether {quote(principal.arn)} ({principal.paths[0]}) keeps to its role is not "
                f"known: {account.paths[0]} trusts its whole account, whose policies decide; name "
                "the roles that may assume it instead"
            )
            return


def _principals(arguments: Arguments) -> list[_Principal]:
    """Return who may assume roles; a session of a role also has what its role is named for."""
    found: dict[str, _Principal] = {}
    for persona, arns in arguments.principals.items():
        for number, arn in enumerate(arns):
            path = f"{wire_name(PRINCIPALS[persona])}[{number}]"
            found[arn] = found.get(arn, _Principal(arn, (), ())).also(persona, path)
    return [_with_role(principal, found.values()) for principal in found.values()]


def _with_role(principal: _Principal, others: Iterable[_Principal]) -> _Principal:
    own = caller(principal.arn)
    if own.kind != SESSION:
        return principal
    for other in others:
        role = caller(other.arn)
        if role.kind == ROLE and role.name == own.name and role.shares_account(own):
            for persona, path in zip(other.personas, other.paths, strict=True):
                principal = principal.also(persona, path)
    return principal


def _has_both(
    principal: _Principal,
    personas: Sequence[str],
    arns: Mapping[str, str],
    roles: Sequence[Actor],
) -> str:
    """Ask whether a principal that may assume some roles never opens a budget and spends from it.

    Returns:
        The verdict: refuted where it does both.
    """
    if len({*personas}) == 1:
        return PROVED  # what one role does by itself, or as others, the linter says
    allowed = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": [arns[persona] for persona in personas],
        },
    }
    # An account as a whole is whoever in it is allowed to: some role of it, of any name.
    arn = principal.arn
    arn = f"{arn.removesuffix('root')}role/any" if principal.is_account else arn
    one = actor(arn, [allowed], arn=arn)
    spend, budget = spending()
    return separated_one(one, [one, *roles], budget, spend).verdict


def _named_twice(principal: _Principal) -> str:
    who = (
        f"whoever {quote(principal.arn)} lets assume roles"
        if principal.is_account
        else quote(principal.arn)
    )
    return (
        f"{who} is also among {', '.join(principal.paths[:-1])}: it can open a budget "
        "(CreatePaymentSession) as one role and spend from it (ProcessPayment) as another"
    )
