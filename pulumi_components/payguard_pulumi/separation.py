"""The finished documents of all roles together, through the linter and the engine.

Loaded when there is something to check: importing the component does not pay for the engine.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED
from payguard.authorization.closure import separated_one
from payguard.configuration import RoleRule, Settings
from payguard.finding import Finding, Location, Severity, Span, quote
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.rules.payments.money import spending
from payguard.run import lint_found
from payguard_policies import catalog
from payguard_pulumi.argument import PRINCIPALS, SERVICE_PERSONA, ArgumentError, wire_name
from payguard_pulumi.arguments import Arguments
from payguard_pulumi.planned_role import PlannedRole

_NOWHERE = Span(1, 1, 1, 1)
_SEPARATION = frozenset({"separation-of-duties", "separation-by-another-role"})
_LACKING = "required-permission-missing"
_SIZE = "policy-too-large"


def checked(arguments: Arguments, planned: Mapping[str, PlannedRole]) -> tuple[str, ...]:
    """Check the roles of one component together.

    Args:
        arguments: what the roles were made from.
        planned: the roles, by persona.

    Returns:
        What is worth knowing about them, a sentence each.

    Raises:
        ArgumentError: the roles break the separation of duties and that is not advisory, or one
            of them does not keep the contract of its persona.
    """
    warnings = (
        *_unknown_boundary(arguments),
        *_linted(arguments, planned),
        *shared(arguments, planned),
    )
    return tuple(dict.fromkeys(warnings))


def _unknown_boundary(arguments: Arguments) -> Iterator[str]:
    """Say so where a boundary is given of which nobody knows what it takes away."""
    arn = arguments.permissions_boundary
    if arn and arguments.boundary_document is None and catalog.managed_policy(arn) is None:
        yield (
            f"whether the roles can do their work is not known: what the boundary {quote(arn)} "
            "leaves them is not told; give permissionsBoundaryDocument"
        )


class _Planned:
    """The source map of a document that stands in no file."""

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return dict.fromkeys(wanted, _NOWHERE)

    def line(self, number: int) -> str:  # noqa: ARG002  the protocol's signature
        """As in ``payguard.infrastructure.SourceMap``."""
        return ""

    def comments(self) -> list[tuple[int, str]]:
        """As in ``payguard.infrastructure.SourceMap``."""
        return []


def _linted(arguments: Arguments, planned: Mapping[str, PlannedRole]) -> Iterator[str]:
    """Yield what the linter says of the roles, as far as it does not refuse them."""
    described = [_role(arguments, role) for role in planned.values()]
    documents = [
        document
        for role in described
        for document in (*role.identity, role.trust)
        if document is not None
    ]
    _refuse_oversized(documents)
    settings = Settings(
        ignore=(_SIZE,),
        roles=tuple(
            RoleRule(role.name, role.persona, arguments.managers) for role in planned.values()
        ),
    )
    report = lint_found(Infrastructure(tuple(documents), tuple(described)), settings)
    if report.errors:
        raise RuntimeError(f"the roles could not be checked: {report.errors[0].message}")
    for finding in report.findings:
        yield from _said(arguments, finding)
    yield from (finding.message for finding in report.undecided)


def _refuse_oversized(documents: Sequence[Document]) -> None:
    """Refuse policies that IAM would not take, before the engine spends its time on them.

    The lower quota of managed policies is none of their business: they are held inline.
    """
    report = lint_found(Infrastructure(tuple(documents)), Settings(select=(_SIZE,)))
    for finding in report.findings:
        if finding.severity != Severity.ERROR:
            continue
        persona, kind = finding.location.path.split(" ")
        if kind == TRUST:
            raise ArgumentError(_path(persona), f"{finding.message}; name fewer principals")
        raise ArgumentError(
            wire_name("payment_manager_arns"),
            f"the role {persona}: {finding.message}; make several components, each for some of "
            "the payment managers",
        )


def _role(arguments: Arguments, planned: PlannedRole) -> Role:
    address = planned.persona
    boundary = arguments.boundary_document
    return Role(
        address,
        Location(address, _NOWHERE),
        name=planned.name,
        arn=planned.arn,
        identity=(_document(address, planned.permissions, IDENTITY),),
        trust=_document(address, planned.trust, TRUST),
        managed=planned.managed,
        boundary=None if boundary is None else _document(address, boundary, BOUNDARY),
        boundary_arn=arguments.permissions_boundary if boundary is None else "",
    )


def _document(address: str, value: Mapping[str, Any], kind: str) -> Document:
    return Document(f"{address} {kind}", value, kind, _Planned(), address)


def _said(arguments: Arguments, finding: Finding) -> Iterator[str]:
    """Refuse what a finding is about, or yield it as a warning."""
    persona = finding.location.address or finding.location.path
    help_ = f" ({finding.help})" if finding.help else ""
    if finding.rule in _SEPARATION:
        yield from _separation(arguments, _path(persona), finding.message)
    elif finding.severity >= Severity.SECURITY_WARNING:
        if finding.rule == _LACKING and arguments.permissions_boundary:
            raise ArgumentError(
                wire_name("permissions_boundary"),
                f"it takes away what the role needs: {finding.message}",
            )
        raise ArgumentError(_path(persona), f"{finding.message}{help_} [{finding.rule}]")
    elif finding.severity == Severity.WARNING:
        yield f"{finding.message}{help_} [{finding.rule}]"


def _path(persona: str) -> str:
    return wire_name(PRINCIPALS.get(persona, "create_service_role"))


def _separation(arguments: Arguments, path: str, message: str) -> Iterator[str]:
    """Refuse a combination that breaks the separation of duties, or yield it as a warning."""
    if arguments.separation != "advisory":
        raise ArgumentError(
            path, f'{message}; separation = "advisory" makes a warning of this refusal'
        )
    yield f"{path}: {message}"


# -- principals ----------------------------------------------------------------------------------


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

    @property
    def is_account(self) -> bool:
        """Whether it is an account as a whole: whoever that lets assume the role."""
        return self.arn.endswith(":root")


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
            yield from _separation(arguments, principal.paths[-1], _named_twice(principal))
        else:
            yield (
                f"{principal.paths[-1]}: whether {quote(principal.arn)} can both open a budget and "
                f"spend from it, as it is also among {', '.join(principal.paths[:-1])}, is not known"
            )
    single = [one for one in principals if one not in both]
    for account in (one for one in single if one.is_account):
        yield from _by_account(account, single, arns, roles)


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
    found: dict[str, _Principal] = {}
    for persona, arns in arguments.principals.items():
        for number, arn in enumerate(arns):
            before = found.get(arn, _Principal(arn, (), ()))
            path = f"{wire_name(PRINCIPALS[persona])}[{number}]"
            found[arn] = _Principal(arn, (*before.personas, persona), (*before.paths, path))
    return list(found.values())


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
    if len(personas) == 1:
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
