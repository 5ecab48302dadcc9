"""IAM and STS: a form is checked against botocore's model, authorized, and answered.

IAM is moto's, with payguard's engine in front of it; of STS there is what payments need.
"""

import datetime as dt
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from botocore.model import OperationModel, OperationNotFoundError
from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from moto.iam.models import Role
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from werkzeug.datastructures import Headers, MultiDict

from payguard.authorization.request import Value
from payguard.emulator import input_shape
from payguard.emulator.access import QUERY_CODE, Circumstances, Question, authorize_alone
from payguard.emulator.account import Account, RoleSession, sts_answer
from payguard.emulator.exchange import HttpAnswer, HttpRequest
from payguard.emulator.failure import ServiceError, not_emulated
from payguard.emulator.identity import Identity
from payguard_policies import catalog

_USUAL_SECONDS = _CHAINED_SECONDS = 3600
# The parameter that names a resource of a type of IAM's.
_NAMES = {
    "role": "RoleName",
    "user": "UserName",
    "group": "GroupName",
    "instance-profile": "InstanceProfileName",
    "policy": "PolicyName",
}


class QueryService:
    """IAM and STS of one account.

    Attributes:
        account: whose users and roles there are.
    """

    def __init__(self, account: Account) -> None:
        self.account = account

    def answer(
        self, service: str, request: HttpRequest, caller: Identity, now: Circumstances
    ) -> HttpAnswer:
        """Answer a request.

        Args:
            service: ``iam`` or ``sts``.
            request: as it came.
            caller: who makes it.
            now: what it carries besides.

        Raises:
            ServiceError: As the service would refuse it, or because it is not emulated.
        """
        if request.method != "POST":
            raise not_emulated(f"{service} by {request.method}: send a form with POST")
        form = _form(request)
        operation, given = _read(service, request, form)
        if service == "iam":
            return self._iam(operation.name, _as_read(request, form), given, caller, now)
        if operation.name == "GetCallerIdentity":
            result = {"UserId": caller.unique_id, "Account": caller.account, "Arn": caller.arn}
        elif operation.name == "AssumeRole":
            result = self._assume(given, caller, now)
        else:
            raise not_emulated(f"sts:{operation.name}")
        return sts_answer(request, result)

    def _iam(
        self,
        name: str,
        request: HttpRequest,
        given: Mapping[str, Any],
        caller: Identity,
        now: Circumstances,
    ) -> HttpAnswer:
        context = {**now.context, **dict(_iam_context(given))}
        asked = Question(caller, f"iam:{name}", context, QUERY_CODE)
        for resource in self._iam_resources(name, given, caller):
            authorize_alone(asked, resource)
        if "PermissionsBoundary" in given and "UserName" in given:
            raise not_emulated("permissions boundaries of users")  # moto would not heed them
        if name == "CreateRole":
            _check_trust(given["AssumeRolePolicyDocument"])  # moto takes any text
        try:
            return self.account.iam_answer(request)
        except NotImplementedError:
            raise not_emulated(f"iam:{name}") from None

    def _iam_resources(
        self, name: str, given: Mapping[str, Any], caller: Identity
    ) -> tuple[str, ...]:
        """Return what a call of IAM is authorized on: what its parameters name, else ``*``."""
        detail = catalog.detail("iam")
        action = detail.actions.get(name.lower()) if detail else None
        types = [use.type for use in action.resources] if action else []
        found = (self._iam_arn(kind, given, caller) for kind in types if kind in _NAMES)
        return tuple(arn for arn in found if arn) or ("*",)

    def _iam_arn(self, kind: str, given: Mapping[str, Any], caller: Identity) -> str | None:
        if kind == "policy" and "PolicyArn" in given:
            return str(given["PolicyArn"])
        name = given.get(_NAMES[kind])
        if name is None:
            return caller.arn if kind == "user" and ":user/" in caller.arn else None
        known = None if kind == "policy" else self.account.named_arn(kind, name)
        path = given.get("Path") or "/"
        base = f"arn:{self.account.partition}:iam::{self.account.id}"
        return known or f"{base}:{kind}{path}{name}"

    def _assume(
        self, given: Mapping[str, Any], caller: Identity, now: Circumstances
    ) -> dict[str, Any]:
        arn = given["RoleArn"]
        role = self.account.role(arn)
        if role is None:
            message = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole"
            raise ServiceError("AccessDenied", f"{message} on resource: {arn}", 403)
        if "SerialNumber" in given or "TokenCode" in given:
            raise not_emulated("multi-factor authentication")
        context = {**now.context, **dict(_session_context(given, role))}
        trust = str(role.assume_role_policy_document)
        for action in _assuming(given):
            authorize_alone(Question(caller, action, context, QUERY_CODE), arn, trust)
        seconds = _seconds(given, role, caller)
        issued = now.now.timestamp()
        session = RoleSession(
            role=role,
            name=given["RoleSessionName"],
            key=self.account.new_key()._replace(token=secrets.token_urlsafe(96)),
            issued=issued,
            expires=issued + seconds,
            policies=tuple(self._session_policies(given)),
            tags={item["Key"]: item["Value"] for item in given.get("Tags", ())},
            source_identity=given.get("SourceIdentity", ""),
        )
        self.account.open_session(session)
        return self._assumed(session)

    def _assumed(self, session: RoleSession) -> dict[str, Any]:
        base = f"arn:{self.account.partition}:sts::{self.account.id}:assumed-role"
        return {
            "Credentials": {
                "AccessKeyId": session.key.access_key_id,
                "SecretAccessKey": session.key.secret,
                "SessionToken": session.key.token,
                "Expiration": dt.datetime.fromtimestamp(session.expires, dt.UTC),
            },
            "AssumedRoleUser": {
                "AssumedRoleId": f"{session.role.id}:{session.name}",
                "Arn": f"{base}/{session.role.name}/{session.name}",
            },
            "PackedPolicySize": 0,
        }

    def _session_policies(self, given: Mapping[str, Any]) -> Iterator[str]:
        """Yield the session policies: all of them together limit the session."""
        text = given.get("Policy")
        if text is not None:
            try:
                IAMPolicyDocumentValidator(text).validate()
            except ServiceException as error:
                raise ServiceError("MalformedPolicyDocument", str(error), 400) from None
            yield text
        for item in given.get("PolicyArns", ()):
            found = self.account.policy_text(item.get("arn", ""))
            if found is None:
                raise _invalid("A policy of PolicyArns does not exist or is not attachable.")
            yield found


def action_of(request: HttpRequest) -> str:
    """Return the action that a form names, for the record; empty if it names none."""
    found = re.search(rb"(?:^|&)Action=([A-Za-z0-9]{1,64})(?:&|$)", request.body)
    return found[1].decode() if found else ""


def _invalid(message: str) -> ServiceError:
    return ServiceError("ValidationError", message, 400)


def _form(request: HttpRequest) -> dict[str, str]:
    try:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=5000))
    except ValueError:
        raise ServiceError("MalformedInput", "The request body is no form.", 400) from None


def _as_read(request: HttpRequest, form: Mapping[str, str]) -> HttpRequest:
    """Return a request with a form as it was read: what moto does is what was decided about.

    moto takes the first of several parameters of a name, and none without a content type.
    """
    headers = {**request.headers, "content-type": "application/x-www-form-urlencoded"}
    return request._replace(headers=headers, body=urlencode(form).encode())


def _check_trust(text: str) -> None:
    """Check that a trust policy has the form of a policy; what it says is the engine's."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not value.get("Statement"):
        raise ServiceError("MalformedPolicyDocument", "Syntax errors in policy.", 400)


def _read(
    service: str, request: HttpRequest, form: Mapping[str, str]
) -> tuple[OperationModel, dict[str, Any]]:
    """Return the operation that a form names, and its input, checked against the model."""
    model = get_service_model(service)  # botocore's, as moto's parser wants it
    try:
        operation = model.operation_model(form.get("Action", ""))
    except OperationNotFoundError:
        message = f"Could not find operation {form.get('Action', '')[:64]} for version "
        raise ServiceError("InvalidAction", message + model.api_version, 400) from None
    try:
        given = PROTOCOL_PARSERS["query"](operation).parse(
            {
                "method": request.method,
                "values": MultiDict(form),
                "headers": Headers(list(request.headers.items())),
                "body": request.body,
                "url_path": request.path,
                "url_params": {},
            }
        )
    except (ValueError, KeyError):
        raise _invalid("A parameter has not the type that it should have.") from None
    found = dict(given)
    if operation.input_shape is not None:
        failure = input_shape.refusal(input_shape.problems(operation.input_shape, found))
        if failure is not None:
            raise _invalid(failure.message)
    return operation, found


def _iam_context(given: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """Yield the context keys of IAM's own that follow from the parameters."""
    for parameter, key in (
        ("PermissionsBoundary", "iam:PermissionsBoundary"),
        ("PolicyArn", "iam:PolicyARN"),
        ("AWSServiceName", "iam:AWSServiceName"),
    ):
        if parameter in given:
            yield key, given[parameter]
    yield from _request_tags(given)


def _request_tags(given: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    tags = given.get("Tags") or ()
    for tag in tags:
        yield f"aws:RequestTag/{tag['Key']}", tag["Value"]
    if tags:
        yield "aws:TagKeys", tuple(tag["Key"] for tag in tags)


def _assuming(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the actions that opening a session asks for."""
    yield "sts:AssumeRole"
    if given.get("Tags"):
        yield "sts:TagSession"
    if given.get("SourceIdentity"):
        yield "sts:SetSourceIdentity"


def _session_context(given: Mapping[str, Any], role: Role) -> Iterator[tuple[str, Value]]:
    """Yield the context keys of STS, and the role's tags.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    yield "sts:RoleSessionName", given["RoleSessionName"]
    for parameter, key in (
        ("ExternalId", "sts:ExternalId"),
        ("SourceIdentity", "sts:SourceIdentity"),
    ):
        if parameter in given:
            yield key, given[parameter]
    if given.get("TransitiveTagKeys"):
        yield "sts:TransitiveTagKeys", tuple(given["TransitiveTagKeys"])
    yield from _request_tags(given)
    for tag in role.tags or ():
        yield f"aws:ResourceTag/{tag['Key']}", tag["Value"]
        yield f"iam:ResourceTag/{tag['Key']}", tag["Value"]


def _seconds(given: Mapping[str, Any], role: Role, caller: Identity) -> int:
    """Return how long a session lasts.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    seconds = int(given.get("DurationSeconds", _USUAL_SECONDS))
    if seconds > int(role.max_session_duration or _USUAL_SECONDS):
        raise _invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if caller.is_session and seconds > _CHAINED_SECONDS:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining."
        )
    return seconds
