"""Actions in trust policies that have nothing to do with assuming a role."""

from collections.abc import Iterator
from functools import cache

from payguard.finding import Severity
from payguard.iam.action import expand, split_action
from payguard.iam.document import TRUST, Statement
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog

_SERVICE = "sts"
_ROLE = "role"


class TrustForeignAction(Rule):
    """An action that no trust policy decides about."""

    id = "trust-foreign-action"
    summary = "A trust policy takes only the actions of STS that act on a role."
    why = (
        "A trust policy says who may assume the role; what the role may do then is said in its "
        "permissions. IAM refuses to store a trust policy with other actions."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html",
    )
    access_analyzer = ("UNSUPPORTED_ACTION_IN_POLICY",)
    policy_types = frozenset({TRUST})
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/PaymentsOperator"},
    "Action": ["sts:AssumeRole", "bedrock-agentcore:CreatePaymentSession"]
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
    "Principal": {"AWS": "arn:aws:iam::111122223333:role/PaymentsOperator"},
    "Action": ["sts:AssumeRole", "sts:TagSession"]
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each action that is not among those of STS on a role."""
        for element in ("Action", "NotAction"):
            for at, text in statement.texts(element):
                if text and _is_foreign(text):
                    yield Problem(
                        f"{quote(text)} stands in a trust policy, which takes only actions such as "
                        '"sts:AssumeRole"',
                        at=at,
                        help="move it to the permissions of the role",
                    )


def _is_foreign(text: str) -> bool:
    service, _ = split_action(text)
    if service.lower() != _SERVICE:
        return True
    # An unknown action of STS is unknown-action's business, and a pattern may stand for several.
    found = expand(text)
    return bool(found) and not any(name in _on_roles() for name in found)


@cache
def _on_roles() -> frozenset[str]:
    detail = catalog.detail(_SERVICE)
    actions = detail.actions.values() if detail is not None else ()
    return frozenset(
        f"{_SERVICE}:{action.name}"
        for action in actions
        if any(use.type == _ROLE for use in action.resources)
    )
