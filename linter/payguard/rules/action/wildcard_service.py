"""Wildcards in the service prefix, which reach services that nobody thought of."""

from collections.abc import Iterator

from payguard.finding import Severity, quote
from payguard.iam.action import split_action
from payguard.iam.wildcard import has_wildcard, matches
from payguard.rules.action.listing import listed
from payguard.rules.rule import Example, Problem, Rule, Text
from payguard_policies import catalog


class WildcardService(Rule):
    """A service prefix with a wildcard, where that widens what is allowed."""

    id = "wildcard-service"
    summary = "A wildcard in the service prefix reaches every service whose prefix fits."
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
        if service == "*" or not has_wildcard(service):
            return
        if (action.effect, action.element) not in (("Allow", "Action"), ("Deny", "NotAction")):
            return
        reached = sorted(name for name in catalog.service_names() if matches(service.lower(), name))
        if reached:
            yield Problem(
                f"the service prefix {quote(service)} matches {listed(reached)}",
                help="write one entry for each service that is meant",
            )
