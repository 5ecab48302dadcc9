"""A denial, read from the words of an error or of a log line.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType

from payguard.denial import console
from payguard.denial.sentence import Sentence, called, even, sentences
from payguard_policies.messages import Message, message_of, messages

# What a Denial leaves open
PRINCIPAL, ACTION, RESOURCE = "who asked", "the action", "the resource"
LAYER, POLICY, CONTEXT = "the kind of policy", "which policy", "the context of the request"

# Context keys that hold the name of a session: they are not read.
WITHHELD = frozenset({"aws:userid", "sts:rolesessionname"})

_MOMENTS = frozenset({"aws:currenttime", "aws:epochtime"})

# The codes with which services deny. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "AuthorizationErrorException",
        "UnauthorizedAccess",
        "NotAuthorized",
    }
)
_MOST_WRAPPED = 20_000  # characters of what is copied from a terminal
_WIDTHS = range(40, 401)  # of terminals
_PARTS = 6  # that a denial may leave open
_COLONS = 5  # of an ARN
_SESSION = ":assumed-role/"
_BARE = "access denied"  # as S3 puts it
_ENCODED = "encoded authorization failure message"


@dataclass(frozen=True, slots=True)
class Denial:
    """A call that was denied, as far as it is told.

    Attributes:
        principal: the ARN of who asked; empty where it is not told, None for an anonymous caller.
            That of a session holds the name of the session: show ``who`` instead.
        action: such as ``bedrock-agentcore:ListPaymentSessions``; empty where it is not told.
        resource: an ARN, ``*``, or IAM's words for a user or role; empty where it is not told.
        layer: the kind of the policy that denied, one of ``payguard.iam.document.POLICY_TYPES``;
            empty where it is not told.
        explicit: whether a statement denied (True) or none allowed (False); None where it is not
            told.
        policy: the ARN of the policy that denied, where AWS tells it; else empty.
        through: the kind of the policy through which that one denied; mostly empty.
        code: the error code; empty where it is not told.
        operation: the API operation, such as ``ListPaymentSessions``; empty where it is not told.
        role: the ARN of the role of a session with its path, where an event tells it; else empty.
        context: what is known of the context of the request: lower-case key to its values.
        whole: whether that is all of the context, save WITHHELD: other keys were absent.
        absent: keys that the request did not carry, as far as that is told.
        encoded: whether AWS told the reasons in code, which only AWS can read.
        known: for what is no decision of IAM's, what it means and what helps.
        untold: what it does not tell.
    """

    principal: str | None = ""
    action: str = ""
    resource: str = ""
    layer: str = ""
    explicit: bool | None = None
    policy: str = ""
    through: str = ""
    code: str = ""
    operation: str = ""
    role: str = ""
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    whole: bool = False
    absent: frozenset[str] = frozenset()
    encoded: bool = False
    known: Message | None = None

    @property
    def is_iam(self) -> bool:
        """Whether IAM denied it: only then do policies matter."""
        return self.known is None

    @property
    def who(self) -> str:
        """Who asked, without the name of the session: the role's ARN for a session of a role.

        The path of a role is in its ARN, and not in that of a session: unless ``role`` tells it,
        the ARN is that of a role without a path.
        """
        if self.role:
            return self.role
        # Also where the account is masked, so that it is the ARN of nobody.
        return without_session(self.principal or "")

    @property
    def lasting(self) -> "Denial":
        """The same, of whatever session of a role, and whenever it was."""
        context = {key: value for key, value in self.context.items() if key not in _MOMENTS}
        return replace(self, principal=self.principal and self.who, context=context)

    @property
    def names_resource(self) -> bool:
        """Whether the resource is one that policies can name: all of an ARN, and no session's."""
        whole = self.resource.startswith("arn:") and self.resource.count(":") >= _COLONS
        return self.resource == "*" or (whole and _SESSION not in self.resource)

    @property
    def untold(self) -> tuple[str, ...]:
        """What it does not tell: of PRINCIPAL, ACTION, RESOURCE, LAYER, POLICY and CONTEXT."""
        if not self.is_iam:
            return ()
        told = {
            PRINCIPAL: self.principal != "",
            ACTION: bool(self.action),
            RESOURCE: self.names_resource,
            LAYER: bool(self.layer),
            POLICY: bool(self.policy) or self.explicit is False,
            CONTEXT: bool(self.context),
        }
        return tuple(part for part, known in told.items() if not known)


def without_session(arn: str) -> str:
    """Return the ARN of the role for that of a session, which has its name; any other as it is."""
    before, session, after = arn.partition(_SESSION)
    if not session:
        return arn
    return f"{before.replace(':sts:', ':iam:')}:role/{after.partition('/')[0]}"


_NOTHING: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


def in_words(text: str) -> Iterator[Denial]:
    """Yield the denials that the words of a text tell of, whatever else it holds."""
    joined = _unwrapped(text) if len(text) <= _MOST_WRAPPED else ""
    if joined:
        yield from max((list(_said(text)), list(_said(joined))), key=_told)
    else:
        yield from _said(text)


def _unwrapped(text: str) -> str:
    """Return a text without the line ends that a terminal puts into words; empty if it has none.

    Whether it has is only seen by what is told without them: the longest lines are as wide as a
    terminal may be.
    """
    lines = text.splitlines()
    width = max(map(len, lines), default=0)
    if len(lines) < 2 or width not in _WIDTHS:
        return ""
    return "".join(line if len(line) == width else f"{line}\n" for line in lines)


def _told(found: Sequence[Denial]) -> int:
    """Return how much some denials tell."""
    return sum(bool(one.code) + bool(one.operation) - len(one.untold) + _PARTS for one in found)


def _said(text: str) -> Iterator[Denial]:
    plain = even(text)
    encoded = _ENCODED in plain.lower()
    found = None
    for found in chain(sentences(plain), console.sentences(plain)):
        yield _denial(found, encoded=encoded)
    if found is None:
        other = of_error("", plain)
        if other is not None:
            yield other


def of_error(code: str, message: str, operation: str = "") -> Denial | None:
    """Return what an error tells, as botocore hands it out; None if it is unknown.

    Args:
        code: the error code; empty where it is not known.
        message: the message.
        operation: the API operation that was called.
    """
    plain = even(message)
    lower = plain.lower()
    first = next(sentences(plain), None)
    if first is not None:
        told = first._replace(code=code or first.code, operation=operation or first.operation)
        return _denial(told, encoded=_ENCODED in lower)
    if not code:
        code, called_ = called(plain)
        operation = operation or called_
    known = message_of(code, plain)
    encoded = _ENCODED in lower
    if known is None and not encoded and code not in CODES and lower.rstrip(".") != _BARE:
        return None
    return Denial(code=code, operation=operation, encoded=encoded and known is None, known=known)


def is_code(text: str) -> bool:
    """Tell whether a text is an error code that says something here."""
    return text in CODES or any(text in message.codes for message in messages())


def _denial(told: Sentence, *, encoded: bool) -> Denial:
    return Denial(
        principal=told.principal,
        action=told.action,
        resource=told.resource,
        layer=told.layer,
        explicit=told.explicit,
        policy=told.policy,
        through=told.through,
        code=told.code,
        operation=told.operation,
        encoded=encoded and told.explicit is None,
    )
