"""IAM's decision on a call, by payguard's engine, and the denial in AWS's words.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from payguard.authorization.call import Call, CallDecision, Use, call, decide_call
from payguard.authorization.decision import ALLOW, DENY, EXPLICITLY_DENIED, Decision
from payguard.authorization.policy_set import Policies
from payguard.authorization.request import Request, Value, request
from payguard.emulator.failure import ServiceError, undecided
from payguard.emulator.identity import Identity, PolicyTexts, parsed
from payguard.finding import quote
from payguard.iam.document import BOUNDARY, IDENTITY, RESOURCE, SESSION, TRUST

# How AWS names the policies of a layer; whether payments name the policy's ARN as well is unknown.
_LAYERS = {
    IDENTITY: ("identity-based policy", "an identity-based policy"),
    BOUNDARY: ("permissions boundary", "a permissions boundary"),
    SESSION: ("session policy", "a session policy"),
    RESOURCE: ("resource-based policy", "a resource-based policy"),
    TRUST: ("role trust policy", "the role trust policy"),
}


class Circumstances(NamedTuple):
    """What a request carries, whoever makes it.

    Attributes:
        now: when it is decided, in UTC.
        region: that it is sent to.
        user_agent: as the client calls itself.
    """

    now: dt.datetime
    region: str
    user_agent: str = ""

    @property
    def context(self) -> dict[str, Value]:
        """The context keys of it.

        ``aws:SecureTransport`` is what it is at AWS, whose endpoints speak TLS only; the address is
        the one that the request comes from.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        return {
            "aws:CurrentTime": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:EpochTime": str(int(self.now.timestamp())),
            "aws:RequestedRegion": self.region,
            "aws:SecureTransport": "true",
            "aws:SourceIp": "127.0.0.1",
            "aws:UserAgent": self.user_agent,
            "aws:ViaAWSService": "false",
        }


def authorize(
    caller: Identity,
    action: str,
    resources: Sequence[str],
    context: Mapping[str, Value],
) -> None:
    """Let a call pass, or refuse it as AWS does.

    Args:
        caller: who calls.
        action: with its service prefix.
        resources: the ARNs that the call names.
        context: of the request, beside what the caller's requests carry anyway.

    Raises:
        ServiceError: It is denied, or the engine cannot tell.
    """
    decision = _decide(
        parsed(caller.policies),
        caller.arn,
        action,
        call(action, resources),
        {**caller.context, **context},
    )
    _enforce(decision, caller.arn, action, "AccessDeniedException")


def authorize_alone(
    caller: Identity, action: str, resource: str, context: Mapping[str, Value], code: str
) -> None:
    """Decide about one resource as it is named; arguments and errors as in ``authorize``."""
    asked = Call((Use("", resource),))
    known = {**caller.context, **context}
    _enforce(
        _decide(parsed(caller.policies), caller.arn, action, asked, known), caller.arn, action, code
    )


def authorize_assumption(
    caller: Identity, role_arn: str, trust: str, context: Mapping[str, Value], action: str
) -> None:
    """Decide whether a caller may assume a role: by its own policies and the role's trust policy.

    Raises:
        ServiceError: It may not, or the engine cannot tell.
    """
    asked = Call((Use("role", role_arn),))
    known = {**caller.context, **context}
    decision = _decide(parsed(caller.policies, trust), caller.arn, action, asked, known)
    _enforce(decision, caller.arn, action, "AccessDenied")


def trusts_service(trust: str, role_arn: str, service: str, context: Mapping[str, Value]) -> bool:
    """Tell whether a trust policy lets a service assume the role; what cannot be told counts."""
    nobody = parsed(PolicyTexts(()), trust)
    asked = Call((Use("role", role_arn),))
    return _decide(nobody, service, "sts:AssumeRole", asked, context).decision != DENY


def _decide(
    policies: Policies, principal: str, action: str, asked: Call, context: Mapping[str, Value]
) -> CallDecision:
    def ask(resource: str) -> Request:
        return request(principal, action, resource, context=context)

    return decide_call(policies, asked, ask)


def _enforce(decision: CallDecision, principal: str, action: str, code: str) -> None:
    if decision.decision == ALLOW:
        return
    if decision.decision == DENY:
        use, part = next(item for item in decision.parts if item[1].decision == DENY)
        raise ServiceError(code, denial(principal, action, use.resource, part), 403)
    why = "; ".join(doubt.sentence for doubt in decision.doubts[:3])
    raise undecided(f"whether IAM allows {quote(action)}: {why}")


def denial(principal: str, action: str, resource: str, decision: Decision) -> str:
    """Return AWS's sentence about a denied request."""
    why, where = _LAYERS[decision.layer]
    reason = (
        f"with an explicit deny in {where}"
        if decision.detail == EXPLICITLY_DENIED
        else f"because no {why} allows the {action} action"
    )
    return (
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}"
    )
