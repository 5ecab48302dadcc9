"""Patterns for GitHub workflows that match more than one repository and branch."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.document import TRUST, Statement
from payguard.iam.memory import remembered
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, narrowed
from payguard.rules.condition.value import texts
from payguard.rules.principal.identity_provider import is_github
from payguard.rules.rule import Example, Problem, Rule

_REPOSITORY = "repo:"
_MEND = 'name owner, repository and branch: "repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH"'
# Claims that fix the repository beside the subject.
_FIXING = ("repository", "repository_id", "job_workflow_ref")


class GithubTrustBroadSubject(Rule):
    """A subject with a wildcard for the owner, the repository or the branch."""

    id = "github-trust-broad-subject"
    summary = "The subject's pattern lets more than one repository or branch assume the role."
    why = (
        "A star for the owner lets in repositories of strangers, one for the repository every "
        "repository of the owner, and one behind it every branch and pull request."
    )
    severity = Severity.WARNING
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub",
    )
    access_analyzer = ("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",)
    policy_types = frozenset({TRUST})
    when = bits.PRINCIPAL | bits.ALLOW | bits.CONDITION
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
      "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
      "StringLike": {
        "token.actions.githubusercontent.com:sub": ["repo:exam*", "repo:example/*", "repo:example/payments:*"]
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
      "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
      "StringLike": {
        "token.actions.githubusercontent.com:sub": "repo:example/payments:ref:refs/heads/release-*"
      }
    }
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the condition is a pattern of GitHub's subject."""
        return _is_subject_pattern(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each pattern of the subject, unless another claim fixes it."""
        for condition in chosen(statement, _is_subject_pattern):
            if not _is_fixed(statement):
                yield from _broad(condition)


@remembered
def _is_subject_pattern(operator: str, key: str) -> bool:
    parsed = parse_operator(operator)
    provider, _, claim = key.rpartition(":")
    if parsed is None or parsed.negated or not parsed.base.endswith("Like"):
        return False
    return claim.lower() == "sub" and is_github(provider)


def _is_fixed(statement: Statement) -> bool:
    for key, entries in narrowed(statement).items():
        if key.rpartition(":")[2] in _FIXING and is_github(key.rpartition(":")[0]):
            values = [text for entry in entries for _, text in texts(entry)]
            if values and not any(map(has_wildcard, values)):
                return True
    return False


def _broad(condition: Condition) -> Iterator[Problem]:
    for index, text in texts(condition):
        if "${" in text or not has_wildcard(text):
            continue
        found = _breadth(text)
        if found:
            who, severity = found
            yield Problem(
                f"{quote(text)} lets {who} assume the role",
                at=condition.value_pointer(index),
                help=_MEND,
                severity=severity,
            )


def _breadth(text: str) -> tuple[str, Severity] | None:
    """Say who matches a subject's pattern and how bad that is; None if one branch's kin only.

    Owners and repositories may carry their numbers, as in ``repo:example@1/payments@2:ref``;
    a number without a wildcard fixes them whatever the name.
    """
    if not text.startswith(_REPOSITORY):
        everyone = has_wildcard(text[: len(_REPOSITORY)])
        return ("workflows of any repository on GitHub", _WORST) if everyone else None
    owner, slash, rest = text[len(_REPOSITORY) :].partition("/")
    if not _is_named(owner) or (not slash and has_wildcard(owner)):
        return "workflows of strangers' repositories", _WORST
    repository, colon, ref = rest.partition(":")
    if not _is_named(repository) or not colon:
        return "every repository that the pattern matches", Severity.WARNING
    if not ref.strip("*"):
        return "every branch, tag and pull request", Severity.SUGGESTION
    return None


_WORST = Severity.SECURITY_WARNING


def _is_named(name: str) -> bool:
    number = name.partition("@")[2]
    return not has_wildcard(name) or (number.isdigit() and number.isascii())
