"""Actions that AWS does not have: misspelt, invented, or under the wrong service prefix."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import split_action
from payguard.iam.wildcard import has_wildcard
from payguard.quotation import quote
from payguard.rules.action.consequence import consequence
from payguard.rules.action.listing import clause
from payguard.rules.action.spelling import did_you_mean, is_slip, is_well_formed, nearest_actions
from payguard.rules.rule import Example, Problem, Rule, Text
from payguard_policies import catalog


class UnknownAction(Rule):
    """An action name that its service does not have.

    A warning where the service is one that payments roles do not touch, and the name no slip of
    the pen: the action may be newer than the catalog.
    """

    id = "unknown-action"
    summary = "The service has no action of this name."
    why = (
        "IAM accepts any action name and matches it against nothing: an Allow grants nothing, and "
        "a Deny denies nothing, which is how a guard against spending can be missing in plain sight."
    )
    severity = Severity.ERROR
    category = "action"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
    )
    access_analyzer = ("INVALID_ACTION",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:UpdatePaymentSession"],
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
    },
    {
      "Effect": "Deny",
      "Action": "bedrock-agentcore:ProcesPayment",
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
      "Action": ["bedrock-agentcore:GetPaymentSession", "bedrock-agentcore:CreatePaymentSession"],
      "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
        """Yield a problem where a literal name is not among its service's actions."""
        service, name = split_action(action.text)
        known = catalog.action_names(service)
        if not known or name.lower() in known:
            return
        if has_wildcard(name) or not is_well_formed(action.text):
            return
        invented = catalog.invented_actions().get(action.text.lower())
        yield _misspelt(action) if invented is None else _invented(action, invented)


def _invented(action: Text, invented: catalog.InventedAction) -> Problem:
    return Problem(
        f"{quote(action.text)} is no action: {clause(invented.why)}{consequence(action)}",
        help=f"write {quote(invented.instead)}" if invented.instead else "remove it",
    )


def _misspelt(action: Text) -> Problem:
    service, name = split_action(action.text)
    near = nearest_actions(service, name)
    certain = catalog.detail(service) is not None or any(
        is_slip(name, candidate.partition(":")[2]) for candidate in near
    )
    return Problem(
        f"{quote(service)} has no action {quote(name)}{consequence(action)}",
        help=did_you_mean(near) or _look_up(),
        severity=None if certain else Severity.WARNING,
    )


def _look_up() -> str:
    as_of = catalog.provenance()["as_of"]
    return f"remove it, or look its name up in the service authorization reference (known here as of {as_of})"
