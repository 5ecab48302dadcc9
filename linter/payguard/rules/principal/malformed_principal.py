"""AWS principals that are neither account, user, role nor session."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import RESOURCE, TRUST, VPC_ENDPOINT, Statement
from payguard.iam.principal import PRINCIPAL_TYPES, Principal, principals
from payguard.iam.wildcard import has_wildcard
from payguard.identifiers import Arn, arn_field, parse_arn
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.principal.identity_provider import is_oidc, is_saml
from payguard.rules.principal.service_name import service_defect
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog

_ACCOUNT = "write the account's 12 digits, or the ARN of a user or role"
# What may stand for a principal in the resource part of an ARN, by service.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_RESOURCES = {
    "iam": ("root", "user/", "role/"),
    "sts": ("assumed-role/", "federated-user/"),
}
# Unique IDs of users, roles and so on, which IAM shows for principals that are gone.
_UNIQUE_IDS = ("AIDA", "AROA")
_UNIQUE_ID_LENGTHS = range(16, 129)
_CLOUDFRONT = "cloudfront"


class MalformedPrincipal(Rule):
    """A principal that IAM cannot read."""

    id = "malformed-principal"
    summary = "The principal has not the form that its type takes."
    why = (
        "IAM refuses to store a policy with a principal that it cannot resolve to an account, a "
        "user, a role or a session."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    )
    access_analyzer = ("INVALID_PRINCIPAL_FORMAT",)
    policy_types = frozenset({RESOURCE, TRUST, VPC_ENDPOINT})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "AgentCorePaymentsManagementRole"},
    "Action": "sts:AssumeRole"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:group/payments"},
    "Action": "sts:AssumeRole"
  }
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/AgentCorePaymentsManagementRole"},
    "Action": "sts:AssumeRole"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each bare text but the star, and each AWS principal out of form."""
        for element in ("Principal", "NotPrincipal"):
            for principal in principals(statement.value, element):
                defect = _defect(principal)
                if defect:
                    reason, mend = defect
                    yield Problem(
                        f"{quote(principal.text)} is no principal: {reason}",
                        at=principal.pointer,
                        help=mend,
                    )


def _defect(principal: Principal) -> tuple[str, str] | None:
    text = principal.text
    if "${" in text:
        return None
    if not principal.type:
        return "it stands without its type", f"write {_typed(text)}"
    if principal.type != "AWS" or has_wildcard(text) or arn_field.is_account(text):
        return None
    if text.startswith(_UNIQUE_IDS) and len(text) in _UNIQUE_ID_LENGTHS and text.isalnum():
        return None
    if text.startswith("arn:"):
        return _arn_defect(text)
    return _other_defect(text)


def _typed(text: str) -> str:
    kind = "AWS"
    if is_saml(text) or (text.startswith("arn:") and is_oidc(text)):
        kind = "Federated"
    elif not text.startswith("arn:") and service_defect(text) is None:
        kind = "Service"
    return f'{{"{kind}": {quote(text)}}}'


def _arn_defect(text: str) -> tuple[str, str] | None:
    arn = parse_arn(text)
    if arn is None:
        return "its ARN has fewer than six parts", _ACCOUNT
    if arn.partition not in catalog.partitions():
        return f"AWS has no partition {quote(arn.partition)}", 'write "aws"'
    if arn.service == "iam" and arn.account == _CLOUDFRONT:
        return None
    if is_saml(text) or is_oidc(text):
        return "an identity provider is no AWS principal", 'name it under "Federated"'
    return _owner_defect(arn) or _resource_defect(arn)


def _owner_defect(arn: Arn) -> tuple[str, str] | None:
    if not arn_field.is_account(arn.account):
        return f"its account is {quote(arn.account)}, expected 12 digits", _ACCOUNT
    if arn.service not in _RESOURCES:
        return f"no principal is of the service {quote(arn.service)}", _ACCOUNT
    return None


def _resource_defect(arn: Arn) -> tuple[str, str] | None:
    if arn.resource.startswith(_RESOURCES[arn.service]):
        return None
    if arn.resource.startswith("group/"):
        return "a group cannot be a principal", "name the users, or a role that they assume"
    if arn.resource.startswith("instance-profile/"):
        return "an instance profile cannot be a principal", "name the role in it"
    return "it is neither an account, a user, a role nor a session", _ACCOUNT


def _other_defect(text: str) -> tuple[str, str]:
    if text.isdigit():
        return f"it has {len(text)} digits, and an account ID has 12", "write the ID in full"
    if service_defect(text) is None:
        return "a service is no AWS principal", 'name it under "Service"'
    if is_oidc(text):
        return "an identity provider is no AWS principal", 'name it under "Federated"'
    if text in PRINCIPAL_TYPES:
        return "this is the name of a type", _ACCOUNT
    return "it is neither an account ID nor an ARN", _ACCOUNT
