"""The arguments of the component: each checked by itself, then all of them together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from payguard.identifiers import arn_field
from payguard.identifiers.shape import from_model
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.suppression import nearest
from payguard_policies import roles
from payguard_pulumi.argument import (
    ADMINISTRATOR,
    PLAIN,
    PRINCIPALS,
    SEPARATIONS,
    SERVICE_PERSONA,
    ArgumentError,
    is_known,
    outputs_of,
    wire_name,
)
from payguard_pulumi.argument_check import CHECKS, kind

_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of which all is known, and checked.

    Attributes:
        parameters: what the policies are built for, apart from who may assume the role.
        principals: by persona, who may assume its role; only personas that are asked for.
        create_service_role: whether the role that payment managers work with is asked for.
        coinbase_marketplace: whether the administrator subscribes in AWS Marketplace.
        separation: one of ``SEPARATIONS``.
        partition: of the payment managers.
        account: of the payment managers.
        managers: their ARNs; of one that does not exist yet, a pattern.
        path: of the roles.
        name_prefix: of the roles' names; empty where Pulumi names them.
        permissions_boundary: an ARN; empty for none.
        boundary_document: what the boundary says; None where it is not given.
    """

    parameters: roles.Parameters
    principals: Mapping[str, tuple[str, ...]]
    create_service_role: bool
    coinbase_marketplace: bool
    separation: str
    partition: str
    account: str
    managers: tuple[str, ...]
    path: str
    name_prefix: str
    permissions_boundary: str
    boundary_document: Mapping[str, Any] | None

    @property
    def personas(self) -> tuple[str, ...]:
        """The personas whose roles are asked for, the service role first: others pass it."""
        own = (SERVICE_PERSONA,) if self.create_service_role else ()
        return (*own, *(persona for persona in roles.PERSONAS if persona in self.principals))


def given(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without those that are None, which means that they are left out.

    Raises:
        ArgumentError: there is no such argument.
    """
    if not isinstance(args, Mapping):
        raise ArgumentError("args", f"expected a dictionary of the arguments, found {kind(args)}")
    for name in args:
        if name not in CHECKS:
            raise ArgumentError(name, f"there is no such argument{nearest(name, CHECKS)}")
    return {name: outputs_of(value) for name, value in args.items() if value is not None}


def check_known(args: Mapping[str, Any]) -> None:
    """Refuse what is wrong with any value that is known, whatever the others will be.

    Raises:
        ArgumentError: a value is not what its argument takes, or has to be known and is not.
    """
    for name, value in args.items():
        if name in PLAIN and not is_known(value):
            raise ArgumentError(
                wire_name(name),
                "it decides which resources there are, so it has to be a plain value, no output",
            )
        CHECKS[name](wire_name(name), value)
    _check_combination(args)


def check_names(args: Mapping[str, Any], component: str) -> None:
    """Refuse names that IAM takes for no role, as far as they are known.

    Args:
        args: checked as far as they are known.
        component: the component's name, from which Pulumi makes those of the roles; what it adds
            is a matter of the stack's configuration.

    Raises:
        ArgumentError: a role would have such a name.
    """
    prefix = args.get("name_prefix")
    if not is_known(prefix):
        return
    shape = from_model("other", "IamRoleName")
    longest = max(_personas(args), key=len)
    name = f"{component}-{longest}" if prefix is None else f"{prefix}{longest}"
    if shape.accepts(name):
        return
    if prefix is None:
        reason = f"without it the roles are named after the component, {quote(component)}, and "
        reason += f"{quote(name)} is no name of a role: IAM takes {shape.least} to {shape.most} "
        reason += f"characters that match {shape.pattern}"
    else:
        reason = f"with {quote(longest)} behind it the name of a role would have {len(name)} "
        reason += f"characters; IAM takes {shape.most}"
    raise ArgumentError(wire_name("name_prefix"), reason)


def _personas(args: Mapping[str, Any]) -> Iterator[str]:
    """Yield the personas whose roles are asked for."""
    if args.get("create_service_role"):
        yield SERVICE_PERSONA
    yield from (persona for persona, name in PRINCIPALS.items() if name in args)


def arguments(args: Mapping[str, Any]) -> Arguments:
    """Check arguments that are all known, and return what the roles are made from.

    Raises:
        ArgumentError: a value is not what its argument takes, or does not go with the others.
    """
    check_known(args)
    parameters = roles.Parameters(
        manager_arns=tuple(args.get("payment_manager_arns", ())),
        manager_name=args.get("payment_manager_name"),
        account=args.get("account_id"),
        region=args.get("region"),
        partition=_partition(args),
        service_role_arn=args.get("service_role_arn"),
        credential_provider_arns=tuple(args.get("credential_provider_arns", ())),
        secret_arns=tuple(args.get("secret_arns", ())),
        kms_key_arn=args.get("kms_key_arn"),
        external_id=args.get("external_id"),
    )
    managers = _managers(parameters)
    first = managers[0]
    document = args.get("permissions_boundary_document")
    found = Arguments(
        parameters,
        {
            persona: tuple(args[name])
            for persona, name in PRINCIPALS.items()
            if args.get(name) is not None
        },
        create_service_role=bool(args.get("create_service_role")),
        coinbase_marketplace=bool(args.get("coinbase_marketplace")),
        separation=args.get("separation", SEPARATIONS[0]),
        partition=first.partition,
        account=first.account,
        managers=tuple(manager.arn for manager in managers),
        path=args.get("path", "/"),
        name_prefix=args.get("name_prefix", ""),
        permissions_boundary=args.get("permissions_boundary", ""),
        boundary_document=None if document is None else json_text.parse(document),
    )
    _check_homes(args, found)
    _check_use(args, found)
    return found


def _partition(args: Mapping[str, Any]) -> str | None:
    """Return the partition of a manager that does not exist yet: that of its region."""
    region = args.get("region")
    return (arn_field.region_partition(region) or None) if region is not None else None


def _managers(parameters: roles.Parameters) -> tuple[roles.Manager, ...]:
    try:
        return roles.managers(parameters)
    except roles.ParametersError as error:
        text = str(error)
        missing = {"account is not given": "accountId", "region is not given": "region"}
        path = next((path for start, path in missing.items() if text.startswith(start)), "")
        text = text.replace("manager_arns and manager_name tell two", "the managers are of two")
        raise ArgumentError(path or "paymentManagerArns", text) from None


def _check_combination(args: Mapping[str, Any]) -> None:
    """Refuse arguments that do not go together, by whether they are given."""
    for path, reason in _at_odds(args):
        raise ArgumentError(wire_name(path), reason)


def _at_odds(args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    asked = [name for name in PRINCIPALS.values() if name in args]
    service = bool(args.get("create_service_role"))
    administrator = PRINCIPALS[ADMINISTRATOR]
    if not (asked or service):
        wanted = ", ".join(map(wire_name, PRINCIPALS.values()))
        reason = f"no role is asked for: give one of {wanted}, or createServiceRole"
        yield PRINCIPALS["management"], reason
    if not ("payment_manager_arns" in args or "payment_manager_name" in args):
        yield (
            "payment_manager_arns",
            "no payment manager is given: expected paymentManagerArns or paymentManagerName",
        )
    for name in ("account_id", "region"):
        if name in args and "payment_manager_name" not in args:
            yield name, "it says where paymentManagerName will be; paymentManagerArns tells it"
    if service and "service_role_arn" in args:
        yield "service_role_arn", "createServiceRole makes the service role: give one of the two"
    if administrator in args and not (service or "service_role_arn" in args):
        yield (
            administrator,
            "the control-plane role passes a service role: set createServiceRole or serviceRoleArn",
        )
    needed = {
        "credential_provider_arns": "gets payment tokens from credential providers: name them",
        "secret_arns": "reads wallet secrets: name them, a suffix to come as -??????",
    }
    for name, reason in needed.items():
        if service and name not in args:
            yield name, f"the service role {reason}"
    yield from _without_taker(args, asked, service=service)


def _without_taker(
    args: Mapping[str, Any], asked: Iterable[str], *, service: bool
) -> Iterator[tuple[str, str]]:
    """Yield arguments that no role would use: left alone, they would seem to work."""
    administrator = PRINCIPALS[ADMINISTRATOR] in args
    for name in ("credential_provider_arns", "secret_arns"):
        if name in args and not service:
            yield name, "only the service role uses it: set createServiceRole, or leave it out"
    if "service_role_arn" in args and not administrator:
        yield "service_role_arn", "only the control-plane role passes it: leave it out"
    if "kms_key_arn" in args and not (service or administrator):
        yield "kms_key_arn", "only the service role and the control-plane role use it"
    if args.get("coinbase_marketplace") and not administrator:
        yield (
            "coinbase_marketplace",
            "it is the administrator who subscribes: give controlPlanePrincipals",
        )
    if "external_id" in args and not asked:
        yield "external_id", "it is asked of principals, and none are given"
    if "permissions_boundary_document" in args and "permissions_boundary" not in args:
        yield "permissions_boundary_document", "it tells what permissionsBoundary says: give that"


def _check_homes(args: Mapping[str, Any], found: Arguments) -> None:
    """Refuse ARNs of another partition or account than the payment managers'."""
    own = ("credential_provider_arns", "secret_arns", "kms_key_arn", "service_role_arn")
    for name in (*own, "permissions_boundary"):
        for path, arn in _each(args, name):
            _check_home(path, arn, found, own_account=True)
    for name in PRINCIPALS.values():
        for path, arn in _each(args, name):
            _check_home(path, arn, found, own_account=False)


def _check_use(args: Mapping[str, Any], found: Arguments) -> None:
    """Refuse keys and credential providers that no payment manager can use."""
    regions = {arn.split(":", _ARN_FIELDS - 1)[3] for arn in found.managers}
    for name in ("credential_provider_arns", "kms_key_arn"):
        for path, arn in _each(args, name):
            _, _, _, region, _, resource = arn.split(":", _ARN_FIELDS - 1)
            if region not in regions:
                raise ArgumentError(
                    path, f"{quote(arn)} is of {quote(region)}, where no payment manager is"
                )
            vault, expected = resource.split("/")[1], found.parameters.token_vault_id
            if name == "credential_provider_arns" and vault != expected:
                raise ArgumentError(
                    path,
                    f"{quote(arn)}: the token vault is {quote(vault)}, expected {quote(expected)}",
                )


def _each(args: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    value = args.get(name, ())
    if isinstance(value, str):
        yield wire_name(name), value
        return
    for number, entry in enumerate(value):
        yield f"{wire_name(name)}[{number}]", entry


def _check_home(path: str, arn: str, found: Arguments, *, own_account: bool) -> None:
    _, partition, _, _, account, _ = arn.split(":", _ARN_FIELDS - 1)
    if partition != found.partition:
        raise ArgumentError(
            path,
            f"{quote(arn)} is of the partition {quote(partition)}, the payment managers are of "
            f"{quote(found.partition)}",
        )
    if own_account and account not in {found.account, "aws"}:
        raise ArgumentError(
            path,
            f"{quote(arn)} is of the account {quote(account)}, the payment managers are of "
            f"{quote(found.account)}: payments has no access from one account to another",
        )
