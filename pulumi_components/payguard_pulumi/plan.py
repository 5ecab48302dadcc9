"""What a component will make: its arguments checked, its roles planned and checked together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from payguard import identifiers
from payguard.quotation import quote
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_pulumi.argument import ADMINISTRATOR, PRINCIPALS, ArgumentError, is_known, wire_name
from payguard_pulumi.arguments import Arguments, arguments, check_names
from payguard_pulumi.planned_role import PlannedRole, permissions, planned_roles, role_arn, text
from payguard_pulumi.separation import checked
from payguard_pulumi.shared_principals import shared

_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """All the roles of one component, checked together.

    No tuple: Pulumi would take it apart and put it together as a plain one.

    Attributes:
        arguments: what they were made from.
        roles: by persona.
        warnings: what is worth knowing about them, a sentence each.
    """

    arguments: Arguments
    roles: Mapping[str, PlannedRole]
    warnings: tuple[str, ...] = ()

    def trust(self, persona: str) -> str:
        """Return the trust policy of a persona's role, in JSON."""
        return text(self.roles[persona].trust)

    def permissions(self, persona: str, *, service_role: str = "") -> str:
        """Return the permissions policy of a persona's role, in JSON.

        Args:
            persona: whose.
            service_role: the name that the service role was given, if the component makes it.
        """
        if not service_role:
            return text(self.roles[persona].permissions)
        arn = role_arn(self.arguments, service_role)
        return text(permissions(self.arguments, persona, arn))


def plan_of(values: Mapping[str, Any], component: str) -> Plan:
    """Check arguments that are all known, and plan what they make.

    Args:
        values: the arguments that were given; none of them was None, but an output may come to it.
        component: the component's name.

    Raises:
        ArgumentError: an output came to nothing; see ``arguments.arguments``, ``arguments.check_names`` and
            ``separation.checked``.
    """
    for name, value in values.items():
        if value is None:  # taken for "left out" it would quietly change what is made
            raise ArgumentError(
                wire_name(name),
                "the output came to nothing: leave the argument out, or give a value",
            )
    found = arguments(values)
    check_names(values, component)
    planned = planned_roles(found, component)
    warnings = (*_doubts(found), *checked(found, planned), *shared(found, planned))
    return Plan(found, planned, warnings)


def _doubts(found: Arguments) -> Iterator[str]:
    """Yield what AWS's pages say against an argument that its models take."""
    key = found.parameters.kms_key_arn
    for problem in identifiers.check("kms-key-arn", key) if key else ():
        if problem.code == "multi-region-key":
            yield f"{wire_name('kms_key_arn')}: {problem.message}"


def refuse_shared_principals(values: Mapping[str, Any], component: str) -> None:
    """Refuse principals that would both open budgets and spend, though not all is known yet.

    In a first preview the payment managers are often not known, and the principals are: whom the
    roles would let in does not hang on the managers, so that an example stands in for them.

    Raises:
        ArgumentError: somebody could do both, and that is not advisory.
    """
    lists = _known_lists(values)
    if not lists:
        return
    _refuse_two_partitions(lists)
    partition, account = _home(next(iter(lists.values()))[0])
    region = catalog.partitions()[partition].regions[0]
    example = f"arn:{partition}:{PAYMENTS_SERVICE}:{region}:{account}:payment-manager/m-0123456789"
    separation = {name: values[name] for name in ("separation",) if name in values}
    found = arguments({**lists, **separation, "payment_manager_arns": [example]})
    for _warning in shared(found, planned_roles(found, component)):
        pass  # said once all is known


def _known_lists(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the principals as far as they are known; for the others stand names of nobody.

    So each keeps its place in its list. Those of the administrator are left out: that role needs a
    service role.
    """
    lists = {
        name: values[name]
        for persona, name in PRINCIPALS.items()
        if persona != ADMINISTRATOR and isinstance(values.get(name), list | tuple)
    }
    known = [arn for arns in lists.values() for arn in arns if is_known(arn)]
    if not known:
        return {}
    partition, account = _home(known[0])
    nobody = f"arn:{partition}:iam::{account}:role/not-known-yet-"
    return {
        name: [
            arn if is_known(arn) else f"{nobody}{name}-{number}" for number, arn in enumerate(arns)
        ]
        for name, arns in lists.items()
    }


def _refuse_two_partitions(lists: Mapping[str, Any]) -> None:
    """Refuse principals of two partitions: the payment managers are of one of them at most."""
    named = [
        (f"{wire_name(name)}[{number}]", arn)
        for name, arns in lists.items()
        for number, arn in enumerate(arns)
    ]
    _, first = named[0]
    for path, arn in named:
        mine, other = (text.split(":", _ARN_FIELDS - 1)[1] for text in (arn, first))
        if mine != other:
            raise ArgumentError(
                path,
                f"{quote(arn)} is of the partition {quote(mine)}, {quote(first)} of {quote(other)}: "
                "a role is assumed from its own",
            )


def _home(arn: str) -> tuple[str, str]:
    """Return partition and account of a principal."""
    _, partition, _, _, account, _ = arn.split(":", _ARN_FIELDS - 1)
    return partition, account
