"""Conditions that the statement's principals cannot fulfil."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import RESOURCE, TRUST, Statement
from payguard.iam.memory import remembered
from payguard.iam.principal import Principal
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class ConditionKeyPrincipalMismatch(Rule):
    """A key of users and roles asked of a service, or a key of services asked of a user or role."""

    id = "condition-key-principal-mismatch"
    summary = "The statement's principals never carry the condition key."
    why = (
        "A service that calls on its own behalf belongs to no organization and comes from no "
        "network of yours, and only such a call names a source account. Asked of the wrong "
        "principal, the condition never holds and the statement lets nobody in."
    )
    severity = Severity.ERROR
    category = "principal"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
    )
    access_analyzer = ("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",)
    policy_types = frozenset({TRUST, RESOURCE})
    when = bits.PRINCIPAL | bits.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "StringEquals": {"aws:SourceAccount": "111122223333", "aws:PrincipalOrgID": "o-abcde12345"},
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
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "sts:AssumeRole",
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
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcde12345"}}
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether only some kinds of principal carry the key."""
        return _is_of_one_kind(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each demanded key that a principal of the statement never carries."""
        wanted = [entry for entry in chosen(statement, _is_of_one_kind) if demands_presence(entry)]
        if not wanted:
            return
        principals = statement.principals
        if any(principal.text == "*" for principal in principals):
            return
        services = [p for p in principals if p.type == "Service"]
        others = [p for p in principals if p.type in ("AWS", "Federated")]
        for condition in wanted:
            for_services = _is_for_services(condition.key)
            without = others if for_services else services
            if without:
                with_it = services if for_services else others
                yield _problem(statement, condition, without[0], alone=not with_it)


@remembered
def _is_of_one_kind(_operator: str, key: str) -> bool:
    known = catalog.global_condition_key(key)
    # IAM Roles Anywhere passes tags of the session that it opens, as aws:PrincipalTag.
    if known is None or known.takes_tag_key:
        return False
    return known.service_principal_only or known.never_for_service_principal


def _is_for_services(key: str) -> bool:
    known = catalog.global_condition_key(key)
    return known is not None and known.service_principal_only


def _problem(
    statement: Statement, condition: Condition, principal: Principal, *, alone: bool
) -> Problem:
    outcome = "denied" if statement.effect == "Deny" else "allowed"
    service = principal.type == "Service"
    reason = "AWS service principals do not carry" if service else "only service principals carry"
    mend = (
        "confine a service by aws:SourceAccount and aws:SourceArn"
        if service
        else "remove the condition, or ask for a key of users and roles, such as aws:PrincipalArn"
    )
    if not alone:
        mend = "give each kind of principal a statement of its own"
    return Problem(
        f"{quote(principal.text)} is never {outcome} by this statement: {reason} "
        f"{quote(condition.key)}",
        at=condition.pointer,
        help=mend,
        severity=None if alone and statement.policy_type == TRUST else Severity.WARNING,
        on_key=True,
    )
