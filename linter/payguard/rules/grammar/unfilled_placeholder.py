"""Placeholders of a template that nobody has filled in."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.variable import variables
from payguard.quotation import quote
from payguard.rules.grammar.placeholder import is_placeholder
from payguard.rules.rule import Example, Problem, Rule, Text


class UnfilledPlaceholder(Rule):
    """A ${...} that names no condition key."""

    id = "unfilled-placeholder"
    summary = "A ${...} names no condition key: it looks like a template's placeholder."
    why = (
        "To IAM, what stands between the braces is the name of a condition key. A name that can "
        "be none matches no request, so the statement is dead."
    )
    severity = Severity.WARNING
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${TeamName}"}}
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
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "agents"}}
  }
}
"""
        ),
    )

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem at the first placeholder of a resource."""
        if "${" in resource.text:
            yield from _problems(resource.text, "")

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem at the first placeholder of each value."""
        for index, value in enumerate(condition.values):
            if type(value) is str and "${" in value:
                yield from _problems(value, condition.value_pointer(index))


def _problems(text: str, place: str) -> Iterator[Problem]:
    found = next(filter(is_placeholder, variables(text)), None)
    if found is not None:
        yield Problem(
            f"{quote(found.text)} is no policy variable: a condition key has the form prefix:name",
            place,
            help="if a tool fills it in before AWS sees it, check the policy that comes out",
        )
