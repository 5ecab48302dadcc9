"""Principals of a trust policy that cannot call its actions."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import matches_action
from payguard.iam.document import TRUST, Statement
from payguard.iam.principal import Principal
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.principal.identity_provider import is_oidc, is_saml
from payguard.rules.rule import Example, Problem, Rule

_PLAIN = "sts:AssumeRole"
_WITH_SAML = "sts:AssumeRoleWithSAML"
_WITH_TOKEN = "sts:AssumeRoleWithWebIdentity"  # noqa: S105  the name of an action
_CALLS = (_PLAIN, _WITH_SAML, _WITH_TOKEN)


class TrustActionMismatch(Rule):
    """A federated provider with AssumeRole, or a service with AssumeRoleWithWebIdentity."""

    id = "trust-action-mismatch"
    summary = "The principal cannot assume the role by the action that the statement allows."
    why = (
        "Users of a SAML provider call AssumeRoleWithSAML, those of an OpenID Connect provider "
        "AssumeRoleWithWebIdentity, services, users and roles AssumeRole. With another action "
        "the statement lets nobody in."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp.html",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html",
    )
    access_analyzer = ("MISMATCHED_ACTION_FOR_PRINCIPAL",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
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
    "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/Workforce"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}}
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
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333"},
      "ArnLike": {"aws:SourceArn": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"}
    }
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
    "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/Workforce"},
    "Action": "sts:AssumeRoleWithSAML",
    "Condition": {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml"}}
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each principal none of whose ways to assume a role is allowed.

        Statements that name no way to assume a role at all, such as one for sts:TagSession
        alone, are left to whoever wrote them.
        """
        allowed = _allowed(statement)
        if not allowed or "NotAction" in statement.value:
            return
        for principal in statement.principals:
            wanted = _call(principal)
            if wanted and wanted not in allowed:
                yield Problem(
                    f"{quote(principal.text)} assumes a role by {wanted}, which this statement "
                    "does not allow",
                    at=principal.pointer,
                    help=f"write {quote(wanted)} under Action",
                )


def _allowed(statement: Statement) -> set[str]:
    texts = [text for _, text in statement.texts("Action")]
    return {call for call in _CALLS if any(matches_action(text, call) for text in texts)}


def _call(principal: Principal) -> str:
    """Return the action by which a principal assumes a role; empty where that is not certain."""
    if principal.type == "Service":
        return _PLAIN
    if principal.type == "AWS" and principal.text != "*":
        return _PLAIN
    if principal.type == "Federated":
        if is_saml(principal.text):
            return _WITH_SAML
        if is_oidc(principal.text):
            return _WITH_TOKEN
    return ""
