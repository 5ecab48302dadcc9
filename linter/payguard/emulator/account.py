"""The IAM and STS of one account: moto keeps users, roles and policies, and speaks their XML."""

import datetime as dt
import json
import threading
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.core.request import Request
from moto.core.responses import ActionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import (
    AccessKey,
    AWSManagedPolicy,
    Group,
    IAMBackend,
    InstanceProfile,
    ManagedPolicy,
    Role,
    User,
)
from moto.iam.responses import IamResponse
from moto.sts.responses import TokenResponse

from payguard.authorization.policy_set import EVERYTHING
from payguard.authorization.request import Value
from payguard.emulator.exchange import HttpAnswer, HttpRequest
from payguard.emulator.identity import Identity, PolicyTexts
from payguard.emulator.signature import SigningKey
from payguard_policies.named_tuple import NamedTuple

ADMIN = "admin"
# The example credentials of AWS's own documentation: whoever scans for secrets knows them.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds-programmatic-access.html
ADMIN_KEY = SigningKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
# Stands for a boundary whose policy is gone: it allows nothing.
_NOTHING = '{"Version": "2012-10-17", "Statement": []}'
_AWS_POLICIES = ":iam::aws:policy/"


class RoleSession(NamedTuple):
    """A session that was opened by assuming a role.

    Attributes:
        role: of moto's; it need not be there any more.
        name: of the session.
        key: its temporary credentials.
        issued: in seconds since 1970.
        expires: the same.
        policies: the session policies.
        tags: the session's own tags.
        source_identity: empty if none was set.
    """

    role: Role
    name: str
    key: SigningKey
    issued: float
    expires: float
    policies: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    source_identity: str = ""


class Account:
    """One account of the emulator's."""

    def __init__(self, account: str, partition: str) -> None:
        self.id = account
        self.partition = partition
        self.lock = threading.RLock()
        self.iam = IAMBackend(partition, account)
        self._sessions: dict[str, RoleSession] = {}
        self._knows_aws_policies = False
        self._create_admin()

    def _create_admin(self) -> None:
        user = self.iam.create_user("us-east-1", ADMIN)
        user.put_policy("everything", json.dumps(EVERYTHING))
        key = user.create_access_key(prefix="AKIA")
        key.access_key_id, key.secret_access_key = ADMIN_KEY.access_key_id, ADMIN_KEY.secret

    def identity(self, access_key_id: str) -> Identity | None:
        """Return whose access key it is; None if there is no such key, or it is not active."""
        with self.lock:
            session = self._sessions.get(access_key_id)
            if session is not None:
                return self._session_identity(session)
            for user in self.iam.users.values():
                for key in user.access_keys:
                    if key.access_key_id == access_key_id and key.status == "Active":
                        return self._user_identity(user, key)
        return None

    def _user_identity(self, user: User, key: AccessKey) -> Identity:
        tags = self.iam.tagger.get_tag_dict_for_resource(user.arn)
        context: dict[str, Value] = {
            "aws:userid": user.id,
            "aws:username": user.name,
            **{f"aws:PrincipalTag/{name}": value for name, value in tags.items()},
        }
        signing = SigningKey(key.access_key_id, key.secret_access_key)
        policies = PolicyTexts(tuple(self._user_policies(user)))
        return Identity(user.arn, user.id, self.id, signing, policies, context)

    def _user_policies(self, user: User) -> Iterator[str]:
        groups = (group for group in self.iam.groups.values() if user in group.users)
        holders: list[User | Group] = [user, *groups]
        for holder in holders:
            yield from holder.policies.values()
            yield from map(_text, holder.managed_policies.values())

    def _session_identity(self, session: RoleSession) -> Identity | None:
        role = session.role
        if role.id not in self.iam.roles:
            return None
        texts = (*role.policies.values(), *map(_text, role.managed_policies.values()))
        boundary = (self._boundary(role),) if role.permissions_boundary_arn else ()
        unique = f"{role.id}:{session.name}"
        context: dict[str, Value] = {
            "aws:PrincipalArn": role.arn,
            "aws:userid": unique,
            "aws:TokenIssueTime": _iso(session.issued),
            "aws:MultiFactorAuthPresent": "false",
            **{f"aws:PrincipalTag/{tag['Key']}": tag["Value"] for tag in role.tags or ()},
            **{f"aws:PrincipalTag/{name}": value for name, value in session.tags.items()},
        }
        if session.source_identity:
            context["aws:SourceIdentity"] = session.source_identity
        return Identity(
            arn=f"arn:{self.partition}:sts::{self.id}:assumed-role/{role.name}/{session.name}",
            unique_id=unique,
            account=self.id,
            key=session.key,
            policies=PolicyTexts(texts, boundary, session.policies),
            context=context,
            expires=session.expires,
        )

    def _boundary(self, role: Role) -> str:
        policy = self.policy(role.permissions_boundary_arn or "")
        return _NOTHING if policy is None else _text(policy)

    def policy(self, arn: str) -> ManagedPolicy | None:
        """Return a managed policy, one of AWS's own included; None if there is none."""
        if _AWS_POLICIES in arn:
            self._load_aws_policies()
        return self.iam.managed_policies.get(arn)

    def policy_text(self, arn: str) -> str | None:
        """Return the text of a managed policy in its default version; None if there is none."""
        with self.lock:
            policy = self.policy(arn)
            return None if policy is None else _text(policy)

    def role(self, arn: str) -> Role | None:
        """Return the role of an ARN; None if there is none."""
        with self.lock:
            return next((role for role in self.iam.roles.values() if role.arn == arn), None)

    def named_arn(self, kind: str, name: str) -> str | None:
        """Return the ARN of a role, user, group or instance profile, with its path."""
        kinds: Mapping[str, Iterable[Role | User | Group | InstanceProfile]] = {
            "role": self.iam.roles.values(),
            "user": self.iam.users.values(),
            "group": self.iam.groups.values(),
            "instance-profile": self.iam.instance_profiles.values(),
        }
        with self.lock:
            return next((str(item.arn) for item in kinds[kind] if item.name == name), None)

    def open_session(self, session: RoleSession) -> None:
        """Let a session's credentials be known."""
        with self.lock:
            self._sessions[session.key.access_key_id] = session

    def expire_sessions(self) -> None:
        """Let the credentials of all sessions be expired from now on."""
        with self.lock:
            for key, session in self._sessions.items():
                self._sessions[key] = session._replace(expires=0.0)

    def new_key(self) -> SigningKey:
        """Return temporary credentials, but for their token."""
        with self.lock:
            key = self.iam.create_temp_access_key()
        return SigningKey(key.access_key_id, key.secret_access_key)

    def iam_answer(self, request: HttpRequest) -> HttpAnswer:
        """Let moto answer a request to IAM.

        Raises:
            NotImplementedError: moto does not know the action.
        """
        with self.lock:
            body = urllib.parse.unquote(request.body.decode("utf-8", "replace"))
            if _AWS_POLICIES in body or "Action=ListPolicies" in body:
                self._load_aws_policies()
            return _answer(_Iam(self), request)

    def _load_aws_policies(self) -> None:
        """Let moto know AWS's managed policies: a second's work, so only if they are asked for."""
        if self._knows_aws_policies:
            return
        self._knows_aws_policies = True
        for name, data in json.loads(aws_managed_policies_data).items():
            policy = AWSManagedPolicy.from_data(name, self.id, self.partition, data)
            self.iam.managed_policies[policy.arn] = policy


def sts_answer(request: HttpRequest, result: Mapping[str, Any]) -> HttpAnswer:
    """Let moto write a result of STS as XML."""
    return _answer(_Sts(result), request)


class _Iam(IamResponse):
    """moto's IAM, on the users and roles of one account instead of the process."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account

    def get_current_account(self) -> str:
        return self._account.id

    @property
    def backend(self) -> IAMBackend:
        return self._account.iam


class _Sts(TokenResponse):
    """moto's way of writing what STS answers; what it answers is decided elsewhere."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        super().__init__()
        self._result = result

    def _written(self) -> ActionResult:
        return ActionResult(self._result)

    assume_role = get_caller_identity = _written


def _answer(moto: IamResponse | TokenResponse, request: HttpRequest) -> HttpAnswer:
    wanted = Request.from_primitives(
        request.method, "https://iam.amazonaws.com/", dict(request.headers), request.body
    )
    status, headers, body = moto._dispatch(wanted)  # noqa: SLF001  moto has no other door
    text = body if isinstance(body, bytes) else str(body).encode()
    return HttpAnswer(int(status), text, {"Content-Type": headers.get("Content-Type", "text/xml")})


def _text(policy: ManagedPolicy) -> str:
    versions = policy.versions
    return str(
        next(item.document for item in versions if item.version_id == policy.default_version_id)
    )


def _iso(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
