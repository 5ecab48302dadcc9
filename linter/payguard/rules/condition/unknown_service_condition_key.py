"""Condition keys of a service that the service does not have."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.context_key import (
    GLOBAL_PREFIX,
    context_key,
    lacks_tag_key,
    malformation,
    prefix_of,
)
from payguard.quotation import quote
from payguard.rules.action.spelling import meant_service
from payguard.rules.condition.spelling import nearest
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class UnknownServiceConditionKey(Rule):
    """A service's condition key that is misspelt, made up, or under the wrong prefix."""

    id = "unknown-service-condition-key"
    summary = "The service has no condition key of this name."
    why = (
        "No request carries the key: an Allow that asks for it grants nothing, and a Deny that "
        "asks for it denies nothing."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html#amazonbedrockagentcore-policy-keys",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    )
    access_analyzer = ("INVALID_SERVICE_CONDITION_KEY", "INVALID_SERVICE")
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentManager",
    "Resource": "*",
    "Condition": {"StringNotLike": {"bedrock-agentcore:DiscoveryUri": "https://login.example.com/*"}}
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
    "Effect": "Deny",
    "Action": "bedrock-agentcore:CreatePaymentManager",
    "Resource": "*",
    "Condition": {"StringNotLike": {"bedrock-agentcore:DiscoveryUrl": "https://login.example.com/*"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem where the key's service is known and the key is not.

        A prefix that looks like a host name is an identity provider's: its claims are its own.
        """
        key, prefix = condition.key, prefix_of(condition.key)
        if prefix == GLOBAL_PREFIX or "." in prefix or "${" in key or malformation(key):
            return
        if context_key(key) is not None or lacks_tag_key(key):
            return
        if prefix in catalog.unlisted_services():
            return
        yield _problem(condition, prefix)


def _problem(condition: Condition, prefix: str) -> Problem:
    key = condition.key
    if prefix in catalog.service_names() or catalog.condition_key_services(key):
        # The reference is complete for the services that it was read for in full; for others
        # AWS's own policies use a key or two that it does not list.
        sure = catalog.detail(prefix) is not None
        return Problem(
            f"the service {quote(prefix)} has no condition key {quote(key)}",
            at=condition.pointer,
            help=_nearest_key(key, prefix),
            severity=None if sure else Severity.WARNING,
            on_key=True,
        )
    help_text, sure = _nearest_prefix(key, prefix)
    return Problem(
        f"{quote(key)} is no condition key: AWS has no service {quote(prefix)}",
        at=condition.pointer,
        help=help_text,
        severity=None if sure else Severity.WARNING,
        on_key=True,
    )


def _nearest_key(key: str, prefix: str) -> str:
    detail = catalog.detail(prefix)
    if detail is not None:
        # The prefix is right: only what follows it is compared.
        names = {known.partition(":")[2]: known for known in detail.condition_keys}
        close = nearest(key.lower().partition(":")[2], names.keys(), 0.7)
        if close:
            return f"did you mean {quote(detail.condition_keys[names[close]].key)}?"
    return "look the key up in the service authorization reference"


def _nearest_prefix(key: str, prefix: str) -> tuple[str, bool]:
    service = meant_service(prefix)
    meant = f"{service}:{key.partition(':')[2]}"
    found = context_key(meant) if service else None
    if found is not None:
        return f"did you mean {quote(meant if found.free else found.name)}?", True
    return "begin the key with the prefix of its service, as its actions do", False
