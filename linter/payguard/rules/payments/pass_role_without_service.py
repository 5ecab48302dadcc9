"""iam:PassRole without saying to which service."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import EVERY_ACTION, matches_action
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.document import IDENTITY, Statement
from payguard.iam.wildcard import covers
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.resource.matching import is_any
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies.action_sets import action_sets


class PassRoleWithoutService(Rule):
    """PassRole allowed without iam:PassedToService, on every role or on named ones."""

    id = "pass-role-without-service"
    summary = "iam:PassRole is allowed without the condition key iam:PassedToService."
    why = (
        "Whoever can pass any role to any service has the permissions of every role: it starts "
        "something that runs with them. Creating or updating a payment manager passes its "
        "service role, so AWS's administrator role has PassRole on that one role, to "
        "bedrock-agentcore.amazonaws.com only."
    )
    severity = Severity.SECURITY_WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    access_analyzer = (
        "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        "PASS_ROLE_WITH_NOT_RESOURCE",
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
        "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    )
    policy_types = frozenset({IDENTITY})
    when = rule.ALLOW | rule.PASS_ROLE
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "iam:PassRole",
    "Resource": "*"
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
    "Action": "iam:PassRole",
    "Resource": "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole"
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
    "Action": "iam:PassRole",
    "Resource": "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole",
    "Condition": {
      "StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}
    }
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem where no condition names the service, worse where any role will do.

        Silent about an administrator's "*", which holds every permission without passing a role.
        """
        if not _passes(statement) or any(_limits(one) for one in statement.conditions):
            return
        at, roles = _every_role(statement)
        if at:
            yield Problem(
                f"this statement passes {roles} to any service: no condition on {quote(_KEY)} "
                "limits it",
                at,
                _mend(),
            )
        else:
            for at, text in statement.texts("Action"):
                if matches_action(text, _ACTION):
                    yield Problem(
                        f"no condition on {quote(_KEY)} says to which service the role is passed",
                        at,
                        _mend(),
                        Severity.SUGGESTION,
                    )


_ACTION = "iam:PassRole"
_KEY = "iam:PassedToService"
# The resource that the passed role is for limits what can be done with it as well.
_LIMITING = frozenset({_KEY.lower(), "iam:associatedresourcearn"})
_ANY_ROLE = "role/*"


def _passes(statement: Statement) -> bool:
    """Tell whether the statement allows PassRole, and not simply everything."""
    if statement.not_actions:
        spared = (text for _, text in statement.texts("NotAction"))
        return not any(matches_action(text, _ACTION) for text in spared)
    return EVERY_ACTION.isdisjoint(text for _, text in statement.texts("Action"))


def _limits(condition: Condition) -> bool:
    operator = parse_operator(condition.operator)
    if condition.key.lower() not in _LIMITING or operator is None or operator.negated:
        return False
    return operator.kind in ("String", "ARN") and "*" not in condition.values


def _every_role(statement: Statement) -> tuple[str, str]:
    """Return where the statement names roles at large, and in words which; empty if it does not."""
    if statement.not_resources:
        return "/NotResource", "every role but those listed"
    for at, text in statement.texts("Resource"):
        if is_any(text) or covers(text.split(":", 5)[-1], _ANY_ROLE):
            return at, "every role"
    return "", ""


def _mend() -> str:
    service = action_sets()["role-passing"].context[_KEY]
    return (
        f"add a condition on {quote(_KEY)}; for the service role of a payment manager its value "
        f"is {quote(service)}"
    )
