"""Condition keys that no request for the statement's actions carries."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.carried_keys import carriers, depends_on_action, is_tag_key
from payguard.iam.condition import Condition
from payguard.iam.document import SCP, WITHOUT_PRINCIPAL, Statement
from payguard.iam.memory import remembered
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class ConditionKeyNeverPresent(Rule):
    """A condition on a key that is in no request which the statement is about."""

    id = "condition-key-never-present"
    summary = "No request that this statement is about carries the condition key."
    why = (
        "A condition on an absent key fails, so an Allow grants nothing and a Deny denies nothing. "
        "A negated or IfExists condition on it always holds, and restricts nothing. Requests for "
        "payments carry none of AgentCore's keys for users, sessions and actors."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    )
    access_analyzer = (
        "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        "MISSING_ACTION_FOR_CONDITION_KEY",
        "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
        "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    )
    when = bits.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:ListPaymentSessions"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"bedrock-agentcore:userid": "user-1"}}
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
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:us-east-1:111122223333:secret:payments-wallet-a1b2c3",
    "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}
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
    "Action": ["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:ListPaymentSessions"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "payments"}}
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
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:us-east-1:111122223333:secret:payments-wallet-a1b2c3",
    "Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether only some requests carry the key."""
        return _matters(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each condition on a key that is never, or for some actions, there."""
        for condition in chosen(statement, _matters):
            if _for_services_only(condition.key):
                if statement.policy_type in WITHOUT_PRINCIPAL:
                    yield _never(statement, condition, _NO_SERVICE)
            elif statement.actions:
                yield from _by_actions(statement, condition)


_NO_SERVICE = (
    "only a call by an AWS service principal carries it, and no such call asks this policy"
)
_FEW_SERVICES = "the services of this statement do not pass it"
_NO_ACTION = "requests for the actions of this statement do not carry it"


@remembered
def _for_services_only(key: str) -> bool:
    known = catalog.global_condition_key(key)
    return known is not None and known.service_principal_only


def _matters(_operator: str, key: str) -> bool:
    return _for_services_only(key) or depends_on_action(key)


def _by_actions(statement: Statement, condition: Condition) -> Iterator[Problem]:
    first, found = statement.actions[0], []
    if type(first) is str and carriers(first, condition.key) is None:
        return
    for at, text in statement.texts("Action"):
        carried = carriers(text, condition.key)
        if carried is None:
            return
        found.append((at, text, carried))
    if not any(some for _, _, (some, _) in found):
        known = catalog.global_condition_key(condition.key)
        reason = _FEW_SERVICES if known is not None and known.services else _NO_ACTION
        yield _never(statement, condition, reason)
    elif demands_presence(condition):
        for at, text, (some, _) in found:
            # A pattern may well stand for a few actions that are not meant.
            if not some and not has_wildcard(text):
                yield _not_for(statement, condition, at, text)


def _never(statement: Statement, condition: Condition, reason: str) -> Problem:
    allow = statement.effect != "Deny"
    if demands_presence(condition):
        severity = _certainty(statement, condition)
        outcome = "grants nothing" if allow else "denies nothing"
    else:
        severity = Severity.SECURITY_WARNING if allow else Severity.WARNING
        outcome = "is not restricted by it" if allow else "denies whatever the value"
    return Problem(
        f"{quote(condition.key)} is never present: {reason}, so the statement {outcome}",
        at=condition.pointer,
        help=_mend(statement, condition),
        severity=severity,
        on_key=True,
    )


def _certainty(statement: Statement, condition: Condition) -> Severity:
    """Tags are the keys that services learn to pass: AWS's own policies run ahead of its reference."""
    if not is_tag_key(condition.key):
        return Severity.ERROR
    return Severity.SECURITY_WARNING if statement.effect == "Deny" else Severity.WARNING


def _mend(statement: Statement, condition: Condition) -> str:
    if _for_services_only(condition.key):
        if statement.policy_type == SCP:
            return "leave it out: service control policies do not apply to service principals"
        return "put it into the trust policy or the resource policy that names the service"
    return "remove the condition, or use a key that these requests carry"


def _not_for(statement: Statement, condition: Condition, at: str, text: str) -> Problem:
    deny = statement.effect == "Deny"
    outcome = "never denied" if deny else "never allowed"
    return Problem(
        f"{quote(text)} is {outcome} by this statement: requests for it do not carry "
        f"{quote(condition.key)}",
        at=at,
        help="move the action to a statement without this condition",
        severity=Severity.SECURITY_WARNING if deny else Severity.WARNING,
    )
