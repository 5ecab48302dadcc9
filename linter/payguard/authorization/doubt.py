"""Why an answer is not certain: what is unknown, and what AWS's pages leave open."""

from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

UNKNOWN_KEY = "unknown-key"
SAMPLED = "sampled"
UNRESOLVED = "unresolved"
UNKNOWN_SESSION = "unknown-session"
NOBODY = "nobody"
UNKNOWN_CANONICAL_USER = "unknown-canonical-user"
UNKNOWN_RESOURCE = "unknown-resource"
MALFORMED = "malformed"
NO_SERVICE = "action-without-service"
UNKNOWN_OPERATOR = "unknown-operator"
YEAR = "year"
LONG = "long-number"
ILL_TYPED = "value-of-another-type"
NO_ARN = "resource-not-an-arn"
SHORT_ARN = "short-arn"
COLON_SPAN = "wildcard-across-colon"
TYPE_WILDCARD = "wildcard-in-resource-type"
EARLY_VARIABLE = "variable-before-resource"
MALFORMED_VARIABLE = "malformed-variable"
UNRESOLVED_VARIABLE = "unresolved-variable"
UNRESOLVED_NOT_RESOURCE = "unresolved-variable-in-not-resource"
FOR_ANY_VALUE_IF_EXISTS = "for-any-value-if-exists"
SEVERAL_VALUES = "several-values"
PRINCIPAL_WILDCARD = "wildcard-in-principal"
NOT_PRINCIPAL_PARTLY = "not-principal-partly"
WILDCARD_GRANT = "wildcard-grant"
IMPLIED_PRINCIPAL = "implied-principal"
IMPLIED_RESOURCE = "implied-resource"
RCP_SERVICE = "rcp-service"
KEY_POLICY = "key-policy"
CONJUNCTION = "conjunction"
LIMIT = "limit"
CONTESTED_RESOURCE = "contested-resource"
PINNED = "pinned"
NOT_ASKED = "not-asked"
RETAGGED = "retagged"
REPLAY = "replay"
UNSETTLED = "unsettled"

_SENTENCES = {
    UNKNOWN_KEY: "the value of {} is not known",
    SAMPLED: "it hangs on which value {} has, and not all of them could be tried",
    UNRESOLVED: "what {} will be is not known",
    UNKNOWN_SESSION: "which session or user asks is not known; the statement names {}",
    NOBODY: "{} is no principal: no role, user, session, account, service or identity provider",
    UNKNOWN_CANONICAL_USER: "which account has the canonical user ID {} is not known",
    UNKNOWN_RESOURCE: "the call also asks about a resource of type {}, and none was given",
    MALFORMED: "IAM refuses such a statement: {}",
    NO_SERVICE: "IAM refuses the action {}: it names no service",
    UNKNOWN_OPERATOR: "IAM has no condition operator {}",
    ILL_TYPED: "the value {} is not of the type that the operator compares",
    LONG: "AWS does not say how exactly {} is compared",
    YEAR: "AWS does not say whether {} is a year, or that many seconds since 1970",
    NO_ARN: "IAM refuses the resource {}: it is no ARN",
    SHORT_ARN: "the ARN {} has fewer than six fields: AWS does not say what that matches",
    COLON_SPAN: "a wildcard of {} would have to reach across a colon; AWS's pages and observers "
    "disagree on that",
    TYPE_WILDCARD: "{} has a wildcard in the resource type, which AWS's pages rule out",
    EARLY_VARIABLE: "{} has a variable before its fifth colon, where AWS allows none",
    MALFORMED_VARIABLE: "the variable {} is malformed",
    UNRESOLVED_VARIABLE: "the variable {} has no value in the request; AWS's page says that an "
    "inverted operator then matches, others have seen it not match",
    UNRESOLVED_NOT_RESOURCE: "the variable {} of NotResource has no value in the request; AWS does "
    "not say what that matches",
    FOR_ANY_VALUE_IF_EXISTS: "AWS does not say what ForAnyValue with IfExists does where {} is "
    "absent",
    SEVERAL_VALUES: "{} has several values, which an inverted operator without ForAllValues or "
    "ForAnyValue is not made for",
    PRINCIPAL_WILDCARD: "the principal {} has a wildcard, which AWS does not expand",
    NOT_PRINCIPAL_PARTLY: "NotPrincipal names only a part of account, role and session of {}; "
    "whether the others are then denied depends on the service",
    WILDCARD_GRANT: "AWS does not say whether boundary and session policies limit a grant to "
    "everyone",
    IMPLIED_PRINCIPAL: "the statement names no principal, which its kind of policy must; read as "
    "everyone",
    IMPLIED_RESOURCE: "the statement names no resource; read as the resource it is attached to",
    RCP_SERVICE: "AWS does not list {} among the services that RCPs restrict",
    KEY_POLICY: "the policy of the key was not given; read as one that lets identity policies "
    "decide",
    CONJUNCTION: "that the call is also authorized on a {} follows from AWS's reference, but was "
    "not observed",
    CONTESTED_RESOURCE: "AWS's sources disagree on whether this is authorized: {}",
    PINNED: "whether {} can be the same in all of the requests was not searched to the end",
    NOT_ASKED: "AWS's reference does not authorize this: {}",
    RETAGGED: "the role may change tags that decide: {}",
    LIMIT: "the search was ended before its end: {}",
    UNSETTLED: "one request may be allowed, and may be denied",
    REPLAY: "a request that seemed to be an answer was none when it was put once more",
}


class Doubt(NamedTuple):
    """One reason not to be certain: a kind, and what it is about, as written.

    Why something is malformed is said in words instead, which quote what was written.
    """

    kind: str
    subject: str = ""

    @property
    def sentence(self) -> str:
        """The reason in words."""
        subject = self.subject if self.kind == MALFORMED else quote(self.subject)
        return _SENTENCES[self.kind].format(subject)
