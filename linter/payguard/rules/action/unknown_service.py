"""Service prefixes that AWS does not have, such as the endpoint's name in place of the prefix."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import split_action
from payguard.iam.wildcard import has_wildcard, matches
from payguard.quotation import quote
from payguard.rules.action.consequence import consequence
from payguard.rules.action.spelling import is_well_formed, meant_service
from payguard.rules.rule import Example, Problem, Rule, Text
from payguard_policies import catalog


class UnknownService(Rule):
    """An action's service prefix that AWS does not have.

    Silent about prefixes that AWS writes in its own managed policies without documenting them.
    """

    id = "unknown-service"
    summary = "AWS has no service of this prefix."
    why = (
        "Actions under a prefix that no service has match nothing. The control plane of AgentCore "
        "is the usual case: its endpoint and its command are named bedrock-agentcore-control, but "
        "its requests are authorized under bedrock-agentcore."
    )
    severity = Severity.ERROR
    category = "action"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
    )
    access_analyzer = ("INVALID_SERVICE_IN_ACTION",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["bedrock-agentcore-control:GetPaymentManager", "secretmanager:DescribeSecret"],
      "Resource": "*"
    },
    {
      "Effect": "Deny",
      "Action": "agentcore:ProcessPayment",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["bedrock-agentcore:GetPaymentManager", "secretsmanager:DescribeSecret"],
      "Resource": "*"
    },
    {
      "Effect": "Deny",
      "Action": "bedrock-agentcore:ProcessPayment",
      "Resource": "*"
    }
  ]
}
"""
        ),
    )

    def check_action(self, action: Text) -> Iterator[Problem]:
        """Yield a problem where the prefix is none, or a pattern that matches none."""
        service = split_action(action.text)[0].lower()
        known = catalog.service_names()
        if service in known or not is_well_formed(action.text):
            return
        if has_wildcard(service):
            if not any(matches(service, name) for name in known):
                yield _no_match(action, service)
        elif service not in catalog.unlisted_services():
            yield _unknown(action, service)


def _no_match(action: Text, service: str) -> Problem:
    return Problem(
        f"no service prefix matches {quote(service)}{consequence(action)}",
        help="write the prefix in full",
    )


def _unknown(action: Text, service: str) -> Problem:
    name = action.text.partition(":")[2]
    near = meant_service(service)
    return Problem(
        f"AWS has no service {quote(service)}{consequence(action)}",
        help=f"write {quote(f'{near}:{name}')}" if near else "look the prefix up in the reference",
    )
