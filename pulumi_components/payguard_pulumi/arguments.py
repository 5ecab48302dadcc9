"""The arguments of the component: each checked by itself, then all of them together."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.output import Unknown

from payguard_policies import catalog, roles
from payguard_policies.action_sets import action_sets
from payguard_pulumi.argument_error import ArgumentError, wire_name

SEPARATIONS = ("error", "advisory")
SERVICE_PERSONA = "resource-retrieval"
# A persona and the argument that says who may assume its role.
PRINCIPALS = {
    persona: f"{persona.replace('-', '_')}_principals"
    for persona in roles.PERSONAS
    if persona != SERVICE_PERSONA
}
# What decides which resources there are: it has to be known when the program runs.
PLAIN = ("create_service_role", "coinbase_marketplace", "separation")

_ARN_FIELDS = 6
_SUFFIX = "-??????"
_MOST_TAGS = 50  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_TRUST_KINDS = {"iam": ("root", "role/", "user/"), "sts": ("assumed-role/", "federated-user/")}

Check = Callable[[str, Any], None]


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


def is_known(value: Any) -> bool:
    """Tell whether a value, and all in it, is known while the program runs."""
    if isinstance(value, Mapping):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(map(is_known, value))
    return not isinstance(value, pulumi.Output | Unknown | Awaitable)


def given(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without those that are None, which means that they are left out.

    Raises:
        ArgumentError: there is no such argument.
    """
    for name in args:
        if name not in _CHECKS:
            raise ArgumentError(name, f"there is no such argument{_nearest(name)}")
    return {name: value for name, value in args.items() if value is not None}


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
        _CHECKS[name](wire_name(name), value)
    _check_combination(args)


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
        boundary_document=None if document is None else _boundary_document(document),
    )
    _check_homes(args, found)
    return found


def _partition(args: Mapping[str, Any]) -> str | None:
    """Return the partition of a manager that does not exist yet: that of its region."""
    from payguard.identifiers import arn_field  # noqa: PLC0415  start-up time of every program

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


# -- each by itself ------------------------------------------------------------------------------


def _texts(check: Check) -> Check:
    """Return a check of a list: it is one, is not empty, and each entry passes ``check``."""

    def checked(path: str, value: Any) -> None:
        if not is_known(value) and not isinstance(value, list | tuple):
            return
        if not isinstance(value, list | tuple):
            raise ArgumentError(path, f"expected a list, found {_kind(value)}")
        if not value:
            raise ArgumentError(path, "the list is empty: leave it out or name at least one")
        for number, entry in enumerate(value):
            check(f"{path}[{number}]", entry)
        known = [entry for entry in value if isinstance(entry, str)]
        twice = next((entry for entry in known if known.count(entry) > 1), None)
        if twice is not None:
            raise ArgumentError(path, f"{_quote(twice)} stands in it twice")

    return checked


def _text(check: Check) -> Check:
    """Return a check of a text: it is one, is not empty, and passes ``check``."""

    def checked(path: str, value: Any) -> None:
        if not is_known(value):
            return
        if not isinstance(value, str):
            raise ArgumentError(path, f"expected a text, found {_kind(value)}")
        if not value:
            raise ArgumentError(path, "it is empty: leave it out or give a value")
        check(path, value)

    return checked


def _identifier(kind: str) -> Check:
    """Return a check of an identifier of a kind of ``payguard.identifiers``."""

    def checked(path: str, value: str) -> None:
        from payguard.identifiers import ERROR, check  # noqa: PLC0415  start-up time

        found = [problem for problem in check(kind, value) if problem.severity == ERROR]
        if found:
            mend = f"; {found[0].help}" if found[0].help else ""
            messages = "; ".join(problem.message for problem in found[:3])
            raise ArgumentError(path, f"{_quote(value)}: {messages}{mend}")

    return checked


def _shape(name: str, what: str) -> Check:
    """Return a check against a hand-kept shape of the catalog."""

    def checked(path: str, value: str) -> None:
        from payguard.identifiers.shape import from_model  # noqa: PLC0415  start-up time

        shape = from_model("other", name)
        if not shape.accepts(value):
            raise ArgumentError(
                path,
                f"{_quote(value)} is no {what}: IAM takes {shape.least} to {shape.most:,} "
                f"characters that match {shape.pattern}",
            )

    return checked


def _secret(path: str, value: str) -> None:
    """Refuse what is no secret's ARN; ``-??????`` may stand for the suffix of one to come.

    AgentCore names the secrets that it keeps itself, so that patterns for those are taken too.
    """
    from payguard.iam.wildcard import covers  # noqa: PLC0415  start-up time

    managed = action_sets()["wallet-secret-reads"].resources
    if "*" in value and any(covers(pattern, value) for pattern in managed):
        return
    known = value[: -len(_SUFFIX)] + "-AAAAAA" if value.endswith(_SUFFIX) else value
    try:
        _identifier("secret-arn")(path, known)
    except ArgumentError as error:
        raise ArgumentError(path, error.reason.replace(_quote(known), _quote(value), 1)) from None


def _principal(path: str, value: str) -> None:
    """Refuse what a trust policy of people or agents cannot name, and what names anybody."""
    from payguard.identifiers import check_policy_arn, parse_arn  # noqa: PLC0415  start-up time
    from payguard.identifiers.glob import is_glob  # noqa: PLC0415  same

    if value == "*":
        raise ArgumentError(path, '"*" lets anybody in: name the roles or users that may assume it')
    arn = parse_arn(value)
    if is_glob(value):
        reason = "a principal is named in full, without wildcards"
    elif arn is None:
        reason = "it is no ARN; an account is named as arn:aws:iam::ACCOUNT:root"
    elif problems := check_policy_arn(value):
        reason = "; ".join(problem.message for problem in problems[:3])
    elif not arn.resource.startswith(_TRUST_KINDS.get(arn.service, ("\n",))):
        reason = "expected a role, a user, a session of a role or an account's root"
    else:
        return
    raise ArgumentError(path, f"{_quote(value)}: {reason}")


def _account(path: str, value: str) -> None:
    from payguard.identifiers import arn_field  # noqa: PLC0415  start-up time

    if not arn_field.is_account(value):
        problem = arn_field.account_problem(value)
        raise ArgumentError(
            path, problem.message if problem else f"{_quote(value)} is no account ID of 12 digits"
        )


def _region(path: str, value: str) -> None:
    from payguard.identifiers import arn_field  # noqa: PLC0415  start-up time

    problem = arn_field.region_problem("", value)
    if problem:
        raise ArgumentError(path, "; ".join(filter(None, (problem.message, problem.help))))


def _boundary_text(path: str, value: str) -> None:
    from payguard.iam.document import BOUNDARY, parse_policy  # noqa: PLC0415  start-up time
    from payguard.sources import json_text  # noqa: PLC0415  same

    try:
        document = json_text.parse(value)
    except json_text.JsonError as error:
        raise ArgumentError(path, f"it is no policy document in JSON: {error}") from None
    if not isinstance(document, dict) or not parse_policy(document, BOUNDARY).statements:
        raise ArgumentError(path, "it is no policy document: it has no Statement")


def _boundary_document(text: str) -> dict[str, Any]:
    from payguard.sources import json_text  # noqa: PLC0415  start-up time

    found: dict[str, Any] = json_text.parse(text)
    return found


def _duration(path: str, value: Any) -> None:
    if not is_known(value):
        return
    bounds = catalog.integer_shape("other", "IamMaxSessionDuration")
    least, most = bounds.min or 0, bounds.max or 0
    number = not isinstance(value, bool) and isinstance(value, int | float)
    # Other languages send every number as a float.
    if not number or value != value // 1 or not least <= value <= most:
        raise ArgumentError(
            path, f"expected a whole number of seconds, {least:,} to {most:,}, found {value!r}"
        )


def _flag(path: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ArgumentError(path, f"expected true or false, found {_kind(value)}")


def _separation(path: str, value: Any) -> None:
    if value not in SEPARATIONS:
        expected = " or ".join(map(_quote, SEPARATIONS))
        shown = _quote(value) if isinstance(value, str) else _kind(value)
        raise ArgumentError(path, f"expected {expected}, found {shown}")


def _tags(path: str, value: Any) -> None:
    if not is_known(value) and not isinstance(value, Mapping):
        return
    if not isinstance(value, Mapping):
        raise ArgumentError(path, f"expected a map of texts, found {_kind(value)}")
    if len(value) > _MOST_TAGS:
        raise ArgumentError(path, f"{len(value)} tags; IAM takes {_MOST_TAGS} on a role")
    for key, text in value.items():
        _shape("IamTagKey", "key of a tag")(path, key)
        if not is_known(text):
            continue
        if not isinstance(text, str):
            raise ArgumentError(f"{path}.{key}", f"expected a text, found {_kind(text)}")
        _shape("IamTagValue", "value of a tag")(f"{path}.{key}", text)


def _name_prefix(path: str, value: str) -> None:
    from payguard.identifiers.shape import from_model  # noqa: PLC0415  start-up time

    shape = from_model("other", "IamRoleName")
    _shape("IamRoleName", "start of a role's name")(path, value)
    longest = max(roles.PERSONAS, key=len)
    if len(value) + len(longest) > shape.most:
        raise ArgumentError(
            path,
            f"with {_quote(longest)} behind it the name of a role would have "
            f"{len(value) + len(longest)} characters; IAM takes {shape.most}",
        )


_CHECKS: dict[str, Check] = {
    "payment_manager_arns": _texts(_text(_identifier("payment-manager-arn"))),
    "payment_manager_name": _text(_identifier("payment-manager-name")),
    "account_id": _text(_account),
    "region": _text(_region),
    **{name: _texts(_text(_principal)) for name in PRINCIPALS.values()},
    "create_service_role": _flag,
    "service_role_arn": _text(_identifier("role-arn")),
    "credential_provider_arns": _texts(_text(_identifier("credential-provider-arn"))),
    "secret_arns": _texts(_text(_secret)),
    "kms_key_arn": _text(_identifier("kms-key-arn")),
    "permissions_boundary": _text(_shape("IamPolicyArn", "ARN of a managed policy")),
    "permissions_boundary_document": _text(_boundary_text),
    "path": _text(_shape("IamPath", "path of a role")),
    "name_prefix": _text(_name_prefix),
    "max_session_duration": _duration,
    "external_id": _text(_shape("IamExternalId", "external ID")),
    "tags": _tags,
    "coinbase_marketplace": _flag,
    "separation": _separation,
}

NAMES = tuple(_CHECKS)


# -- all of them together ------------------------------------------------------------------------


def _check_combination(args: Mapping[str, Any]) -> None:
    """Refuse arguments that do not go together, by whether they are given."""
    for path, reason in _at_odds(args):
        raise ArgumentError(wire_name(path), reason)


def _at_odds(args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    asked = [name for name in PRINCIPALS.values() if name in args]
    service = bool(args.get("create_service_role"))
    administrator = PRINCIPALS["control-plane"]
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
    administrator = PRINCIPALS["control-plane"] in args
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
            f"{_quote(arn)} is of the partition {_quote(partition)}, the payment managers are of "
            f"{_quote(found.partition)}",
        )
    if own_account and account not in {found.account, "aws"}:
        raise ArgumentError(
            path,
            f"{_quote(arn)} is of the account {_quote(account)}, the payment managers are of "
            f"{_quote(found.account)}: payments has no access from one account to another",
        )


def _kind(value: Any) -> str:
    names = {bool: "a truth value", str: "a text", int: "a number", float: "a number"}
    if value is None:
        return "nothing"
    return names.get(type(value), "a list" if isinstance(value, list | tuple) else "an object")


def _quote(text: str) -> str:
    from payguard.finding import quote  # noqa: PLC0415  start-up time

    return quote(text)


def _nearest(name: str) -> str:
    from payguard.suppression import nearest  # noqa: PLC0415  start-up time

    return nearest(name, NAMES)
