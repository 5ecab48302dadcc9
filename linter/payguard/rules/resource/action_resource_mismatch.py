"""Actions and resources of one statement that can never meet."""

from collections.abc import Iterator, Sequence
from itertools import chain

from payguard.finding import Severity
from payguard.iam.action import matches_action
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules.action.listing import listed
from payguard.rules.resource.arn_problem import is_malformed
from payguard.rules.resource.matching import ResourceType, acted_on, fits, is_any
from payguard.rules.rule import DETAILED, Example, Problem, Rule
from payguard_policies import catalog
from payguard_policies.action_sets import action_sets

# More than a policy can hold; such a statement is not taken apart.
_MOST = 500


class ActionResourceMismatch(Rule):
    """An action that no resource of its statement fits, or a resource that no action acts on."""

    id = "action-resource-mismatch"
    summary = "The action never acts on a resource of this kind, so this part of the statement matches nothing."
    why = (
        "A request carries the resource that its action acts on. Where the statement names another "
        "kind, it never matches: the Allow grants nothing, and a Deny leaves open what it seems to "
        "close."
    )
    severity = Severity.WARNING
    category = "resource"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    )
    when = DETAILED
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:GetResourcePaymentToken"],
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/*"
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
    "Action": ["kms:Decrypt", "kms:ListKeys"],
    "Resource": [
      "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      "arn:aws:kms:us-east-1:111122223333:alias/payments"
    ]
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
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": "*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "kms:Decrypt",
      "Resource": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    },
    {
      "Effect": "Allow",
      "Action": "kms:ListKeys",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each action, and each resource, that has no counterpart."""
        if "*" in statement.resources or len(statement.resources) > _MOST:
            return
        resources = [(at, text) for at, text in statement.texts("Resource")]
        if not resources:
            return
        # A malformed one is reported as such; what was meant by it cannot be told.
        if any(is_any(text) or is_malformed(text) for _, text in resources):
            return
        actions = [(at, text, acted_on(text)) for at, text in statement.texts("Action")]
        known = frozenset(chain.from_iterable(types or () for _, _, types in actions))
        reached = {entry for entry in known if any(fits(text, *entry) for _, text in resources)}
        understood = all(types is not None for _, _, types in actions)
        if known and not reached and understood and len(resources) < len(actions):
            yield from (_dead_resource(statement, at, text) for at, text in resources)
            return
        texts = [text for _, text in resources]
        for at, text, types in actions:
            if types is not None and types.isdisjoint(reached):
                yield _dead_action(statement, at, text, types, texts)
        if reached and understood:
            for at, text in resources:
                if not any(fits(text, *entry) for entry in known):
                    yield _dead_resource(statement, at, text)


def _dead_resource(statement: Statement, at: str, resource: str) -> Problem:
    return Problem(
        f"no action of this statement acts on {quote(resource)}{_left_open(statement)}",
        at,
        "remove it, or put it into a statement whose actions act on it",
        _severity(statement),
    )


def _dead_action(
    statement: Statement,
    at: str,
    action: str,
    types: frozenset[ResourceType],
    resources: Sequence[str],
) -> Problem:
    names = sorted({name for _, name in types if name})
    if not names:
        found = 'acts on no resource of its own: only the resource "*" matches it'
    elif len(resources) == 1:
        found = f"acts on {listed(names)}, not on {quote(resources[0])}"
    else:
        found = f"acts on {listed(names)}, which no resource of this statement is"
    return Problem(
        f"{quote(action)} {found}{_left_open(statement)}",
        at,
        _mend(action, types),
        _severity(statement),
    )


def _left_open(statement: Statement) -> str:
    return ", so the Deny denies nothing here" if statement.effect == "Deny" else ""


def _severity(statement: Statement) -> Severity | None:
    return Severity.SECURITY_WARNING if statement.effect == "Deny" else None


def _mend(action: str, types: frozenset[ResourceType]) -> str:
    if any(matches_action(action, token) for token in _token_actions()):
        return "remove it: only the service role of a payment manager needs it, on its token vault and workload identity"
    service, name = min(types)
    if not name:
        return 'put it into a statement of its own with the resource "*"'
    detail = catalog.detail(service)
    arn = "" if detail is None else detail.resource_types[name].arn
    return f"name a resource of the form {quote(arn)}"


def _token_actions() -> tuple[str, ...]:
    sets = action_sets()
    return sets["payment-tokens"].actions + sets["workload-tokens"].actions
