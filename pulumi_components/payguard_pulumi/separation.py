"""The finished documents of all roles together, through the linter and the engine."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from payguard.authorization.compare import OVERRIDDEN, dead_statements
from payguard.authorization.policy_set import Clause, StatementRef
from payguard.configuration import RoleRule, Settings
from payguard.deployment import deployment_of
from payguard.finding import Finding, Location, Severity, Span
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.quotation import quote
from payguard.rules.role.naming import listed
from payguard.run import lint_found
from payguard.subjects import actor_of
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_pulumi.argument import PRINCIPALS, ArgumentError, wire_name
from payguard_pulumi.arguments import Arguments
from payguard_pulumi.planned_role import PlannedRole

_NOWHERE = Span(1, 1, 1, 1)
_SEPARATION = frozenset({"separation-of-duties", "separation-by-another-role"})
_LACKING = "required-permission-missing"
_SIZE = "policy-too-large"
# Said by `shared_principals`, in the words of the arguments.
_SHARED = "principal-with-both-duties"


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
    return (*_unknown_boundary(arguments), *_linted(arguments, planned))


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
    yield from _sized(documents)
    settings = Settings(
        ignore=(_SIZE, _SHARED),
        roles=tuple(
            RoleRule(role.name, role.persona, arguments.managers) for role in planned.values()
        ),
    )
    report = lint_found(Infrastructure(tuple(documents), tuple(described)), settings)
    if report.errors:
        raise RuntimeError(f"the roles could not be checked: {report.errors[0].message}")
    for finding in report.findings:
        yield from _said(arguments, finding)
    yield from _taken_away(arguments, described)
    said = {_LACKING} if any(_unknown_boundary(arguments)) else set()  # once, for all roles
    yield from (finding.message for finding in report.undecided if finding.rule not in said)


def _taken_away(arguments: Arguments, described: Sequence[Role]) -> Iterator[str]:
    """Say what a boundary that is known takes away whole, though the persona does without it.

    Such as the use of the customer managed key, or the subscription in AWS Marketplace. Payments
    themselves are what the contract is about.
    """
    if not arguments.permissions_boundary or any(_unknown_boundary(arguments)):
        return
    for role in described:
        dead, _ = dead_statements(actor_of(role, deployment_of([role])), asked=_is_of_others)
        lost = [_label(role, one.ref) for one in dead if one.why == OVERRIDDEN]
        if lost:
            yield (
                f"{wire_name('permissions_boundary')}: it leaves nothing of "
                f"{listed(lost)}, in the role {role.address}"
            )


def _is_of_others(clause: Clause) -> bool:
    actions = map(str, clause.statement.actions)
    return not any(action.startswith(f"{PAYMENTS_SERVICE}:") for action in actions)


def _label(role: Role, ref: StatementRef) -> str:
    """Return how a statement is called: by its Sid, and by the policy if that is one of AWS's."""
    statement, own = quote(ref.sid or ref.pointer), len(role.identity)
    if ref.number < own:
        return statement
    return f"{statement} of {role.managed[ref.number - own].rpartition('/')[2]}"


def _sized(documents: Sequence[Document]) -> Iterator[str]:
    """Refuse policies that IAM would not take, before the engine spends its time on them.

    Yields those that it may not take. The lower quota of managed policies is none of their
    business: they are held inline.
    """
    report = lint_found(Infrastructure(tuple(documents)), Settings(select=(_SIZE,)))
    for finding in report.findings:
        persona, kind = finding.location.path.split(" ")
        if finding.severity != Severity.ERROR:
            if kind == TRUST:
                yield f"{_path(persona)}: {finding.message}"
            continue
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
        yield from breach(arguments, _path(persona), finding.message)
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


def breach(arguments: Arguments, path: str, message: str) -> Iterator[str]:
    """Refuse a combination that breaks the separation of duties, or yield it as a warning."""
    if arguments.separation != "advisory":
        raise ArgumentError(
            path, f'{message}; separation = "advisory" makes a warning of this refusal'
        )
    yield f"{path}: {message}"
