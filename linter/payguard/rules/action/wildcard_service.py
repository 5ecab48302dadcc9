"""Wildcards in the name of a service, which reach services that nobody thought of."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import split_action
from payguard.iam.wildcard import has_wildcard, matches
from payguard.quotation import quote
from payguard.rules.action.listing import listed
from payguard.rules.rule import Example, Problem, Rule, Text
from payguard_policies import catalog

_SERVICE = 2  # its place among the fields of an ARN
_LONGEST = 200  # a longer pattern is no service that anybody meant
_WIDENING = frozenset(
    {("Allow", "Action"), ("Deny", "NotAction"), ("Allow", "Resource"), ("Deny", "NotResource")}
)


class WildcardService(Rule):
    """A service with a wildcard, of an action or an ARN, where that widens what is allowed."""

    id = "wildcard-service"
    summary = "A wildcard in the name of a service reaches every service that it fits."
    why = (
        "A prefix such as bedrock* also reaches the services that AWS adds later under a like "
        "name: written for models, it allows AgentCore's actions as well, payments included."
    )
    severity = Severity.SUGGESTION
    category = "action"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html",
    )
    access_analyzer = ("WILDCARD_IN_SERVICE_NAME",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock*:ListTagsForResource",
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
    "Action": "bedrock-agentcore:ListTagsForResource",
    "Resource": "arn:aws:bedrock*:us-east-1:111122223333:*"
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
    "Action": ["bedrock:ListTagsForResource", "bedrock-agentcore:ListTagsForResource"],
    "Resource": "*"
  }
}
"""
        ),
    )

    def check_action(self, action: Text) -> Iterator[Problem]:
        """Yield a problem where a wildcard prefix is allowed, or exempted from a Deny."""
        service, _ = split_action(action.text)
        yield from _problems(action, service, "service prefix")

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem where ARNs of a wildcard service are allowed, or exempted from a Deny."""
        fields = resource.text.split(":", 3)
        if len(fields) > _SERVICE and "$" not in fields[_SERVICE]:
            yield from _problems(resource, fields[_SERVICE], "service")


def _problems(text: Text, service: str, what: str) -> Iterator[Problem]:
    if service == "*" or not has_wildcard(service) or len(service) > _LONGEST:
        return
    if (text.effect, text.element) not in _WIDENING:
        return
    reached = sorted(name for name in catalog.service_names() if matches(service.lower(), name))
    if reached:
        yield Problem(
            f"the {what} {quote(service)} matches {listed(reached)}",
            help="write one entry for each service that is meant",
        )
