"""Identity providers that IAM cannot read."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.iam.wildcard import has_wildcard
from payguard.identifiers import arn_field, parse_arn
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.principal.identity_provider import is_oidc
from payguard.rules.rule import Example, Problem, Rule

_TYPES = ("saml-provider/", "oidc-provider/")
_MEND = "write the provider's ARN, arn:aws:iam::ACCOUNT:oidc-provider/HOST"


class MalformedFederatedPrincipal(Rule):
    """A Federated principal that is neither a provider's ARN nor a host name."""

    id = "malformed-federated-principal"
    summary = "The federated principal is neither the ARN of a provider nor a host name."
    why = (
        "IAM refuses a trust policy whose federated principal is not a host name or the ARN of a "
        "SAML or OpenID Connect provider."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    )
    access_analyzer = ("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {
      "Federated": "arn:aws:iam::111122223333:oidc-provider/https://token.actions.githubusercontent.com"
    },
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "StringEquals": {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:example/payments:ref:refs/heads/main"
      }
    }
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
    "Principal": {
      "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    },
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "StringEquals": {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:example/payments:ref:refs/heads/main"
      }
    }
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each federated principal that cannot be one."""
        for principal in statement.principals:
            text = principal.text
            if principal.type != "Federated" or "${" in text or has_wildcard(text):
                continue
            reason, mend = _defect(text)
            if reason:
                yield Problem(
                    f"{quote(text)} is no identity provider: {reason}",
                    at=principal.pointer,
                    help=mend,
                )


def _defect(text: str) -> tuple[str, str]:
    if "://" in text:
        bare = text.replace("https://", "", 1).rstrip("/")
        return "the host name stands without its scheme", f"write {quote(bare)}"
    if not text.startswith("arn:"):
        return ("", "") if is_oidc(text) else ("it is neither an ARN nor a host name", _MEND)
    arn = parse_arn(text)
    if arn is None:
        return "its ARN has fewer than six parts", _MEND
    if arn.service != "iam" or not arn.resource.startswith(_TYPES):
        return "the ARN is not of a SAML or OpenID Connect provider", _MEND
    if not arn_field.is_account(arn.account):
        return f"its account is {quote(arn.account)}, expected 12 digits", _MEND
    return "", ""
