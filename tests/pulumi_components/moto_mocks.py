"""Pulumi programs run by Pulumi's own mocks, with every IAM resource really created in moto.

No engine, no provider process, no server: `deploy` runs a program in this process and says what
was registered; `Account` reads back what IAM then holds.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import unquote

import boto3
import pulumi
from moto import mock_aws
from pulumi.runtime import mocks
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/policy:Policy"
_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105  the mark of special values on the wire
_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


class Registered(NamedTuple):
    """A resource as the program registered it: type, name, inputs as they go over the wire."""

    type: str
    name: str
    inputs: Mapping[str, Any]


class Logged(NamedTuple):
    """Something that the program said to the engine; severities as in the log of Pulumi."""

    severity: str
    message: str


class Account:
    """IAM of one account, in moto."""

    def __init__(self, account: str = "123456789012", partition: str = "aws") -> None:
        self.account, self.partition = account, partition

    @cached_property
    def client(self) -> Any:
        """A client of IAM in that account; made when it is first asked for, since it takes long."""
        client = boto3.client(
            "iam",
            region_name=_REGIONS[self.partition],
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106  moto asks for some text
        )
        client.meta.events.register("before-sign.iam", self._in_account)
        return client

    def _in_account(self, request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = self.account

    def role(self, name: str) -> dict[str, Any]:
        """A role as GetRole answers."""
        found: dict[str, Any] = self.client.get_role(RoleName=name)["Role"]
        return found

    def roles(self) -> list[str]:
        """The names of all roles."""
        return [role["RoleName"] for role in self.client.list_roles()["Roles"]]

    def trust(self, name: str) -> dict[str, Any]:
        """The trust policy of a role."""
        return _document(self.role(name)["AssumeRolePolicyDocument"])

    def inline(self, name: str) -> list[dict[str, Any]]:
        """The inline policies of a role."""
        names = self.client.list_role_policies(RoleName=name)["PolicyNames"]
        return [
            _document(
                self.client.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            )
            for policy in names
        ]

    def attached(self, name: str) -> list[str]:
        """The ARNs of the managed policies of a role."""
        answer = self.client.list_attached_role_policies(RoleName=name)
        return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


class Deployed(NamedTuple):
    """What a program came to: what it returned, registered and said, and the account."""

    value: Any
    registered: list[Registered]
    logged: list[Logged]
    account: Account

    def of(self, type_: str) -> list[Registered]:
        """What was registered of a type."""
        return [one for one in self.registered if one.type == type_]

    def warnings(self) -> list[str]:
        """The warnings that were said."""
        return [one.message for one in self.logged if one.severity == "warning"]


class MotoMocks(mocks.Mocks):
    """Answers registrations of IAM resources with what moto made of them."""

    def __init__(self, account: Account, *, preview: bool = False) -> None:
        self.account, self.preview = account, preview
        self.registered: list[Registered] = []

    def call(self, args: mocks.MockCallArgs) -> Any:
        """No function of a provider is called by what is tested here."""
        raise AssertionError(f"{args.token} was called")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create the resource, or say what a preview knows of it."""
        inputs = {key: _plain(value) for key, value in args.inputs.items()}
        self.registered.append(Registered(args.typ, args.name, inputs))
        make = {ROLE: self._role, ROLE_POLICY: self._role_policy, ATTACHMENT: self._attachment}
        if args.typ not in make:
            return args.name, inputs
        return make[args.typ](args.name, inputs)

    def _role(self, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        named = inputs.get("name") or f"{name}-1a2b3c4"  # the provider's seven hexadecimal digits
        if self.preview:  # name is known before the role is, see Check of the real provider
            return "", {**inputs, "name": named, "arn": pulumi.output.UNKNOWN}
        optional = {
            "Path": inputs.get("path"),
            "Description": inputs.get("description"),
            "PermissionsBoundary": inputs.get("permissionsBoundary"),
            "MaxSessionDuration": inputs.get("maxSessionDuration"),
            "Tags": [{"Key": key, "Value": text} for key, text in inputs.get("tags", {}).items()],
        }
        if isinstance(optional["MaxSessionDuration"], float):
            optional["MaxSessionDuration"] = int(optional["MaxSessionDuration"])  # over the wire
        role = self.account.client.create_role(
            RoleName=named,
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            **{key: value for key, value in optional.items() if value},
        )["Role"]
        return named, {**inputs, "name": named, "arn": role["Arn"], "uniqueId": role["RoleId"]}

    def _role_policy(self, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        policy = inputs.get("name") or f"{name}-1a2b3c4"
        if not self.preview:
            self.account.client.put_role_policy(
                RoleName=inputs["role"], PolicyName=policy, PolicyDocument=inputs["policy"]
            )
        return f"{inputs['role']}:{policy}", {**inputs, "name": policy}

    def _attachment(self, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        if not self.preview:
            self.account.client.attach_role_policy(
                RoleName=inputs["role"], PolicyArn=inputs["policyArn"]
            )
        return f"{inputs['role']}-{name}", dict(inputs)


@contextmanager
def iam(
    account: str = "123456789012", partition: str = "aws", *, managed_policies: bool = False
) -> Iterator[Account]:
    """IAM in moto, empty; with AWS's managed policies only if they are asked for: they take long."""
    with mock_aws(config={"iam": {"load_aws_managed_policies": managed_policies}}):
        yield Account(account, partition)


def deploy(
    program: Callable[[], Any], account: Account, *, preview: bool = False, stack: str = "test"
) -> Deployed:
    """Run a program to its end and return what it came to.

    Args:
        program: makes resources; may return something, outputs in it are resolved.
        account: where IAM resources are created; see `iam`.
        preview: whether it is only a preview, which creates nothing.
        stack: the stack's name.

    Raises:
        Exception: what the program raised, or what an apply in it did.
    """
    made = MotoMocks(account, preview=preview)
    logger = logging.Logger("pulumi")  # noqa: LOG001  of this run alone
    logger.addHandler(heard := _Heard())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(made, "payments", stack, preview, logger)
        SETTINGS.rpc_manager.clear()
        SETTINGS.outputs.clear()
        value = loop.run_until_complete(_run(program))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
    return Deployed(value, made.registered, heard.said, account)


async def _run(program: Callable[[], Any]) -> Any:
    found: list[Any] = []

    async def run() -> None:
        found.append(await pulumi.Output.from_input(program()).future())

    await run_pulumi_func(run)
    return found[0]


class _Heard(logging.Handler):
    """Keeps what a program says to the engine."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Logged] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(Logged(record.levelname.lower(), record.getMessage()))


def _plain(value: Any) -> Any:
    """Return an input without the mark of a secret."""
    if isinstance(value, Mapping):
        if _SECRET in value:
            return _plain(value["value"])
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _document(value: Any) -> dict[str, Any]:
    """Return a policy document; boto3 has decoded it unless it was no JSON."""
    found: dict[str, Any] = json.loads(unquote(value)) if isinstance(value, str) else value
    return found
