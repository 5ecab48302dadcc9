"""Who asks: the principal of a request, or one that a statement names, taken apart.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from functools import lru_cache

from payguard_policies.named_tuple import NamedTuple

ANONYMOUS, ROOT, USER, ROLE = "anonymous", "root", "user", "role"
SESSION, FEDERATED_USER = "session", "federated-user"
# Whatever is no identity of an account: an AWS service or an identity provider.
OUTSIDE = "outside"

_IDENTITIES = frozenset({ROOT, USER, ROLE, SESSION, FEDERATED_USER})
_SERVICE_LINKED = "role/aws-service-role/"
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")
# Of the callers outside of accounts that have an ARN: identity providers, and CloudFront's users.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3-oai.html
_WITH_ARN = (":saml-provider/", ":oidc-provider/", ":iam::cloudfront:user/")


class Caller(NamedTuple):
    """A principal, taken apart.

    Attributes:
        text: as written; empty for an anonymous one.
        kind: ANONYMOUS, ROOT (an account as a whole), USER, ROLE, SESSION (of a role),
            FEDERATED_USER or OUTSIDE.
        partition: of its ARN; empty if it was given as an account ID.
        account: the account it belongs to; empty outside of accounts.
        name: the name of the user, or of the role for a role and its sessions; empty for a role
            that is not further known.
    """

    text: str
    kind: str
    partition: str = ""
    account: str = ""
    name: str = ""

    @property
    def is_identity(self) -> bool:
        """Whether identity-based policies speak for it."""
        return self.kind in _IDENTITIES

    @property
    def is_service_linked(self) -> bool:
        """Whether it is a service-linked role: only AWS makes roles under that path."""
        return self.kind == ROLE and self.text.split(":", 5)[5].startswith(_SERVICE_LINKED)

    @property
    def is_service(self) -> bool:
        """Whether it is the principal of an AWS service, such as ``lambda.amazonaws.com``."""
        return self.kind == OUTSIDE and self.text.endswith(_SERVICES)

    @property
    def is_nobody(self) -> bool:
        """Whether nobody can be called so: an ARN of something else, or the name of no host."""
        if self.kind != OUTSIDE:
            return False
        if self.text.startswith("arn:"):
            return not any(part in self.text for part in _WITH_ARN)
        return "." not in self.text

    def shares_account(self, other: "Caller") -> bool:
        """Tell whether both belong to one account; an account ID fits every partition."""
        same_partition = not (self.partition and other.partition)
        same_partition = same_partition or self.partition == other.partition
        return self.account == other.account and bool(self.account) and same_partition


@lru_cache(maxsize=1024)
def caller(text: str | None) -> Caller:
    """Take the principal ``text`` apart; None is an anonymous one."""
    if text is None:
        return Caller("", ANONYMOUS)
    if is_account(text):
        return Caller(text, ROOT, account=text)
    fields = text.split(":", 5)
    if len(fields) != 6 or fields[0] != "arn" or not is_account(fields[4]):
        return Caller(text, OUTSIDE)
    _, partition, service, _, account, resource = fields
    kind, name = _identity(service, resource)
    return Caller(text, kind, partition, account, name)


def is_account(text: str) -> bool:
    """Tell whether ``text`` is an account ID; AWS's own resources have ``aws`` in its place."""
    return len(text) == 12 and text.isascii() and text.isdigit()


def _identity(service: str, resource: str) -> tuple[str, str]:
    """Return kind and name of what the resource part of a principal's ARN names."""
    head, _, rest = resource.partition("/")
    if service == "iam" and head in {"user", "role"}:
        return (USER if head == "user" else ROLE), rest.rpartition("/")[2]
    if service == "iam" and resource == "root":
        return ROOT, ""
    if service == "sts" and head == "assumed-role" and "/" in rest:
        return SESSION, rest.partition("/")[0]
    if service == "sts" and head == "federated-user":
        return FEDERATED_USER, rest
    return OUTSIDE, ""
