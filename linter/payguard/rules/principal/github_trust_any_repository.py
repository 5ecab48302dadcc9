"""Trust in every workflow on GitHub."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import TRUST, Statement
from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence
from payguard.rules.principal.identity_provider import is_github, issuer
from payguard.rules.rule import Example, Problem, Rule

# Claims that say whose workflow runs.
_CLAIMS = ("sub", "repository", "repository_id", "repository_owner_id", "job_workflow_ref")


class GithubTrustAnyRepository(Rule):
    """GitHub's provider without a condition on the repository."""

    id = "github-trust-any-repository"
    summary = "A workflow of any repository on GitHub may assume the role."
    why = (
        "GitHub issues tokens to the workflows of everybody. Without a condition on the subject a "
        "workflow in a stranger's repository can assume the role."
    )
    severity = Severity.SECURITY_WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub",
    )
    access_analyzer = ("MISSING_GITHUB_REPO_CONDITION_KEY",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW
    bad = (
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
      "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
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
        """Yield a problem where no condition demands a claim that names the repository."""
        found = [p for p in statement.principals if p.type == "Federated" and is_github(p.text)]
        if not found or any(map(demands_presence, chosen(statement, _names_repository))):
            return
        for principal in found:
            yield Problem(
                "no condition says which repository may assume the role: workflows of any "
                "repository on GitHub can",
                at=principal.pointer,
                help=f"compare {quote(issuer(principal.text) + ':sub')} with "
                '"repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH"',
            )


@remembered
def _names_repository(_operator: str, key: str) -> bool:
    provider, _, claim = key.rpartition(":")
    return claim.lower() in _CLAIMS and is_github(provider)
