"""IAM's decision on a call, by payguard's engine; a denial is worded as AWS words it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from payguard.authorization.call import Call, CallDecision, Use, call, decide_call
from payguard.authorization.decision import ALLOW, DENY, EXPLICITLY_DENIED
from payguard.authorization.request import Request, Value, request
from payguard.denial.wording import wording
from payguard.emulator.failure import ServiceError, undecided
from payguard.emulator.identity import Identity, PolicyTexts, parsed
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

# Services say AccessDeniedException; IAM and STS say this.
QUERY_CODE, CODE = "AccessDenied", "AccessDeniedException"


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


class Question(NamedTuple):
    """A call that IAM has to decide about.

    Attributes:
        caller: who makes it.
        action: with its service prefix.
        context: of the request, beside what the caller's requests carry anyway.
        code: of the error that a denial is.
    """

    caller: Identity
    action: str
    context: Mapping[str, Value]
    code: str = CODE

    def about(self, resource: str) -> Request:
        """Return the request about one resource."""
        known = {**self.caller.context, **self.context}
        return request(self.caller.arn, self.action, resource, context=known)


def authorize(question: Question, resources: Sequence[str], instead: str | None = None) -> None:
    """Let a call pass, or refuse it as AWS does.

    Args:
        question: who wants what.
        resources: the ARNs that the call names; the reference tells on which it is authorized.
        instead: what is enough as well, as long as nothing denies the rest; None for nothing.

    Raises:
        ServiceError: It is denied, or the engine cannot tell.
    """
    decision = _decide(question, call(question.action, resources))
    denied = any(part.detail == EXPLICITLY_DENIED for _, part in decision.parts)
    if decision.decision != ALLOW and instead is not None and not denied:
        other = _decide(question, Call((Use("", instead),)))
        decision = other if other.decision == ALLOW else decision
    _enforce(question, decision)


def authorize_alone(question: Question, resource: str, trust: str | None = None) -> None:
    """Let a call pass about one resource as it is named, or refuse it as AWS does.

    Args:
        question: who wants what.
        resource: the ARN, or ``*``.
        trust: the trust policy of the role, where it is to be assumed.

    Raises:
        ServiceError: It is denied, or the engine cannot tell.
    """
    _enforce(question, _decide(question, Call((Use("", resource),)), trust))


def _decide(question: Question, asked: Call, trust: str | None = None) -> CallDecision:
    return decide_call(parsed(question.caller.policies, trust), asked, question.about)


def _enforce(question: Question, decision: CallDecision) -> None:
    if decision.decision != ALLOW:
        raise _refusal(question, decision)


def _refusal(question: Question, decision: CallDecision) -> ServiceError:
    if decision.decision == DENY:
        use, part = next(item for item in decision.parts if item[1].decision == DENY)
        message = wording(part, question.about(use.resource))
        return ServiceError(question.code, message, 403)
    why = "; ".join(doubt.sentence for doubt in decision.doubts[:3])
    return undecided(f"whether IAM allows {quote(question.action)}: {why}")


def trusts_service(trust: str, role_arn: str, service: str, context: Mapping[str, Value]) -> bool:
    """Tell whether a trust policy lets a service assume the role; what cannot be told counts."""

    def about(resource: str) -> Request:
        return request(service, "sts:AssumeRole", resource, context=context)

    decision = decide_call(parsed(PolicyTexts(()), trust), Call((Use("", role_arn),)), about)
    return decision.decision != DENY
