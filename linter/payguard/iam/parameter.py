"""What the documented roles are made for, where the shape of an identifier does not tell all.

Asked by ``payguard render`` and by the Pulumi component, so that both take and refuse the same.
"""

from payguard.iam.wildcard import covers
from payguard.identifiers import (
    ERROR,
    Arn,
    Problem,
    arn_field,
    check,
    check_policy_arn,
    parse_arn,
)
from payguard.identifiers.glob import is_glob
from payguard.identifiers.shape import from_model
from payguard.quotation import quote
from payguard_policies.action_sets import action_sets

SUFFIX_TO_COME = "-??????"
_EXAMPLE_SUFFIX = "-AAAAAA"
# The names of sessions and of federated users have the characters of a role's, in these numbers.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
_SESSION_LENGTHS = range(2, 65)
_FEDERATED_LENGTHS = range(2, 33)
_WANTED = "expected a role, a user, a session of a role or an account's root"


def check_principal(text: str) -> tuple[Problem, ...]:
    """Return what keeps an ARN from being a principal of people or agents in a trust policy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if is_glob(text):
        return (_principal_problem(text, "a principal is named in full, without wildcards"),)
    arn, found = parse_arn(text), check_policy_arn(text)
    if found or arn is None:
        return tuple(problem._replace(help="") for problem in found)  # that is for a Resource
    reason = _no_principal(arn)
    return (_principal_problem(text, reason),) if reason else ()


def _principal_problem(text: str, reason: str) -> Problem:
    return Problem("principal", text, reason)


def _no_principal(arn: Arn) -> str:
    head, _, rest = arn.resource.partition("/")
    kinds = {("iam", "role"), ("iam", "user"), ("sts", "assumed-role"), ("sts", "federated-user")}
    if (arn.service, arn.resource) != ("iam", "root") and (arn.service, head) not in kinds:
        return f"this is no principal: {_WANTED}"
    if not arn_field.is_account(arn.account):
        return "it names no account"
    if arn.region:
        return f"it names the region {quote(arn.region)}: principals are of no region"
    if arn.resource == "root" or _is_named(head, rest):
        return ""
    return _MISNAMED[head]


_MISNAMED = {
    "role": "no role has such a name or path",
    "user": "no user has such a name or path",
    "assumed-role": (
        "a session is named as assumed-role/ROLE/SESSION, the role without its path, the session "
        f"in {_SESSION_LENGTHS[0]} to {_SESSION_LENGTHS[-1]} characters"
    ),
    "federated-user": "no federated user has such a name",
}


def _is_named(head: str, rest: str) -> bool:
    """Tell whether what stands behind the kind of a principal is a name, with a path if it may."""
    name, path = from_model("other", "IamRoleName"), from_model("other", "IamPath")
    if head == "assumed-role":
        role, _, session = rest.partition("/")
        return name.accepts(role) and name.accepts(session) and len(session) in _SESSION_LENGTHS
    if head == "federated-user":
        return name.accepts(rest) and len(rest) in _FEDERATED_LENGTHS
    own = rest.rpartition("/")[2]  # users are named as roles are
    return name.accepts(own) and path.accepts(f"/{rest.removesuffix(own)}")


def check_secret(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the ARN of a wallet secret; `SUFFIX_TO_COME` may end it.

    AgentCore names the secrets that it keeps itself, so that patterns for those are taken too.
    """
    if "*" in text and _is_managed(text):
        return ()
    if not text.endswith(SUFFIX_TO_COME):
        return check("secret-arn", text)
    found = check("secret-arn", text.removesuffix(SUFFIX_TO_COME) + _EXAMPLE_SUFFIX)
    return tuple(
        problem._replace(message=problem.message.replace(_EXAMPLE_SUFFIX, SUFFIX_TO_COME))
        for problem in found
    )


def _is_managed(pattern: str) -> bool:
    """Tell whether a pattern is for secrets of one account that AgentCore keeps itself."""
    arn, managed = parse_arn(pattern), action_sets()["wallet-secret-reads"].resources
    return (
        arn is not None
        and not is_glob(arn.partition)
        and arn_field.is_account(arn.account)
        and any(covers(wide, pattern) for wide in managed)
    )


def check_passed_role(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the ARN of the role that the administrator passes.

    IAM takes ``*`` and ``?`` in a path; in a policy they would let other roles be passed as well.
    """
    found = check("role-arn", text)
    if is_glob(text) and not any(problem.severity == ERROR for problem in found):
        message = "the role is named in full, without wildcards: others would be passed as well"
        return (*found, Problem("resource-id", text, message))
    return found
