"""Trust in everybody who holds a token of a provider."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence
from payguard.rules.principal.identity_provider import is_github, issuer
from payguard.rules.rule import Example, Problem, Rule


class OidcTrustUnconditional(Rule):
    """An OpenID Connect provider without a condition on its tokens."""

    id = "oidc-trust-unconditional"
    summary = "Every user of the identity provider may assume the role."
    why = (
        "A provider issues tokens for many applications and tenants. Without a condition on the "
        "audience or the subject, a token made for any of them opens the role."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
    )
    access_analyzer = ("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"},
    "Action": "sts:AssumeRoleWithWebIdentity"
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
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.example.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "StringEquals": {
        "login.example.com:aud": "payments-console",
        "login.example.com:sub": "operator"
      }
    }
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each provider none of whose keys a condition demands."""
        hosts = [(p, issuer(p.text)) for p in statement.principals if p.type == "Federated"]
        for principal, host in hosts[:_MOST]:
            if host and not _is_other_rules(host) and not _asks_for(statement, host):
                yield Problem(
                    f"every token of {quote(host)} opens the role: no condition asks for a key of "
                    "this provider",
                    at=principal.pointer,
                    help=f"compare {quote(host + ':aud')} and {quote(host + ':sub')} in the condition",
                )


# A trust policy has room for no more providers in earnest.
_MOST = 64


def _is_other_rules(host: str) -> bool:
    """Tell whether the name is malformed, a template's, or GitHub's, which has a rule of its own."""
    return "${" in host or "://" in host or is_github(host)


def _asks_for(statement: Statement, host: str) -> bool:
    prefix = host.lower() + ":"
    of_provider = chosen(
        statement, lambda _operator, key: key.lower().startswith(prefix) or "${" in key
    )
    return any(map(demands_presence, of_provider))
