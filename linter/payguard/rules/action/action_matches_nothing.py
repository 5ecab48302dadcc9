"""Action patterns whose wildcards match no action of the service."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import matches_some, split_action
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules.action.consequence import consequence
from payguard.rules.action.listing import listed
from payguard.rules.action.spelling import is_well_formed
from payguard.rules.rule import Example, Problem, Rule, Text
from payguard_policies import catalog


class ActionMatchesNothing(Rule):
    """A pattern such as ``bedrock-agentcore:Payment*`` that no action of its service fits."""

    id = "action-matches-nothing"
    summary = "The action pattern matches no action of the service."
    why = (
        "A pattern that matches nothing grants or denies nothing, and looks as if it did. Names "
        "begin with the verb: patterns on the noun alone need a wildcard in front, and then match "
        "more than is usually meant."
    )
    severity = Severity.ERROR
    category = "action"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
    )
    access_analyzer = ("INVALID_ACTION",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:PaymentSession*",
    "Resource": "*"
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
    "Action": "bedrock-agentcore:*PaymentSession*",
    "Resource": "*"
  }
}
"""
        ),
    )

    def check_action(self, action: Text) -> Iterator[Problem]:
        """Yield a problem where a name with wildcards matches none of its service's actions."""
        service, name = split_action(action.text)
        if not has_wildcard(name) or has_wildcard(service) or not is_well_formed(action.text):
            return
        if service.lower() in catalog.service_names() and not matches_some(action.text):
            certain = catalog.detail(service) is not None
            yield Problem(
                f"no action of {quote(service)} matches {quote(name)}{consequence(action)}",
                help=_mend(service, name),
                severity=None if certain else Severity.WARNING,
            )


def _mend(service: str, name: str) -> str:
    part = name.strip("*").lower()
    known = catalog.action_names(service).items()
    inside = sorted(action for lower, action in known if part in lower)
    if not part or not inside:
        return "remove it, or name the actions that are meant"
    return f"name the actions that are meant: {listed(inside)} have that text inside"
