"""What the policies of a persona are built for: managers, roles, secrets, keys."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

_ARN_PARTS = 6
_SUFFIX = 11  # "-" and ten characters, by the API model's pattern of PaymentManagerId


class ParametersError(ValueError):
    """Parameters that no policy can be built for; the message names the argument."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The values that take the place of the templates' placeholders.

    ARNs are split on ":", not checked: that is the work of the identifiers.

    Attributes:
        manager_arns: Payment managers of one account.
        service_role_arn: The role that payment managers work with (ResourceRetrievalRole).
        credential_provider_arns: The credential providers of the connectors.
        secret_arns: The secrets behind the credential providers.
        kms_key_arn: The customer managed key of the managers.
        token_vault_id: AWS knows no other vault than "default" so far.
        principal_arns: Who may assume the role; the whole account if empty, as AWS documents.
        external_id: What a principal must send as sts:ExternalId.
        manager_name: A payment manager that does not exist yet; needs `account` and `region`
            unless `manager_arns` tells them.
        account: Account of that manager.
        region: Region of that manager.
        partition: Partition of that manager, "aws" unless `manager_arns` tells it.

    Raises:
        ParametersError: On use of an argument that is empty, of the wrong kind, or missing.
    """

    manager_arns: tuple[str, ...] = ()
    service_role_arn: str | None = None
    credential_provider_arns: tuple[str, ...] = ()
    secret_arns: tuple[str, ...] = ()
    kms_key_arn: str | None = None
    token_vault_id: str = "default"  # noqa: S105  the name of a vault, no password
    principal_arns: tuple[str, ...] = ()
    external_id: str | None = None
    manager_name: str | None = None
    account: str | None = None
    region: str | None = None
    partition: str | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))


@dataclass(frozen=True, slots=True)
class Manager:
    """A payment manager as far as a policy needs it.

    Attributes:
        arn: Its ARN; a pattern that only its ARN matches, if it does not exist yet.
        name: As the service writes it into IDs: in lower case.
    """

    partition: str
    region: str
    account: str
    name: str
    arn: str


def managers(parameters: Parameters) -> tuple[Manager, ...]:
    """The managers that `parameters` name, in order; the one to come is the last.

    Raises:
        ParametersError: There is none, or they are of several accounts or partitions.
    """
    found = [_existing(arn) for arn in parameters.manager_arns]
    if parameters.manager_name is not None:
        found.append(_future(parameters, parameters.manager_name, found))
    if not found:
        raise ParametersError(
            "manager_arns is empty and manager_name is not given: "
            "a policy is built for at least one payment manager"
        )
    _same("accounts", [manager.account for manager in found])
    _same("partitions", [manager.partition for manager in found])
    return tuple(found)


def values(parameters: Parameters) -> Mapping[str, tuple[str, ...]]:
    """What each placeholder that does not depend on a manager stands for."""
    return MappingProxyType(
        {
            "service-role-arn": _optional(parameters.service_role_arn),
            "credential-provider-arn": _spellings(parameters.credential_provider_arns),
            "secret-arn": parameters.secret_arns,
            "kms-key-arn": _optional(parameters.kms_key_arn),
            "token-vault-id": (parameters.token_vault_id,),
            "principal-arn": parameters.principal_arns or _account_root(parameters),
            "external-id": _optional(parameters.external_id),
        }
    )


def _check(name: str, value: object) -> None:
    if not name.endswith("_arns"):
        if value is not None or name == "token_vault_id":
            _check_text(name, value)
        return
    if not isinstance(value, tuple):
        raise ParametersError(f"{name} is not a tuple: expected a tuple of ARNs")
    for entry in value:
        _check_text(f"an entry of {name}", entry)


def _check_text(name: str, value: object) -> None:
    """An empty string would quietly widen a scope, so it is not taken for "not given"."""
    if not isinstance(value, str) or not value:
        raise ParametersError(f"{name} is empty or not a string: leave it out or give a value")
    if value == "*":
        raise ParametersError(f'{name} is "*": expected the name of one thing')


def _existing(arn: str) -> Manager:
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        raise ParametersError(
            f'manager_arns holds "{arn}", which does not have the {_ARN_PARTS} parts of an ARN'
        )
    _, partition, _, region, account, resource = parts
    name = resource.rpartition("/")[2][:-_SUFFIX].lower()
    if not name:
        raise ParametersError(
            f'manager_arns holds "{arn}", which names no payment manager: '
            "expected a name, a hyphen and ten characters at its end"
        )
    return Manager(partition, region, account, name, arn)


def _future(parameters: Parameters, name: str, existing: list[Manager]) -> Manager:
    beside = existing[0] if existing else None
    account = parameters.account or (beside.account if beside else None)
    region = parameters.region or (beside.region if beside else None)
    partition = parameters.partition or (beside.partition if beside else "aws")
    if account is None or region is None:
        missing = "account" if account is None else "region"
        raise ParametersError(
            f'{missing} is not given: the payment manager "{name}" has no ARN to tell it'
        )
    # The service lower-cases the name in the ID; nothing else can match "name-*", because a name
    # holds no hyphen.
    name = name.lower()
    arn = f"arn:{partition}:bedrock-agentcore:{region}:{account}:payment-manager/{name}-*"
    return Manager(partition, region, account, name, arn)


def _same(what: str, found: list[str]) -> None:
    first, *others = dict.fromkeys(found)
    if others:
        raise ParametersError(
            f'manager_arns and manager_name tell two {what}, "{first}" and "{others[0]}": '
            "a role serves the managers of one"
        )


def _optional(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _spellings(arns: tuple[str, ...]) -> tuple[str, ...]:
    """The API answers with "acps" where the service authorization reference knows only this."""
    documented = (arn.replace(":acps:", ":bedrock-agentcore:", 1) for arn in arns)
    pairs = zip(documented, arns, strict=True)
    return tuple(dict.fromkeys(spelling for pair in pairs for spelling in pair))


def _account_root(parameters: Parameters) -> tuple[str, ...]:
    first = managers(parameters)[0]
    return (f"arn:{first.partition}:iam::{first.account}:root",)
