"""Resources that another resource of the same list matches already, or that stand there twice.

Asked only of statements that may touch Amazon Bedrock AgentCore: elsewhere such a pair is an
idiom, as "arn:aws:s3:::logs-*" beside "arn:aws:s3:::logs-*/*" is, which AWS's own managed policies
hold in well over a hundred places.
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.redundancy.cover import covered, repeated
from payguard.rules.rule import Example, Problem, Rule


class RedundantResource(Rule):
    """A resource that its list says twice."""

    id = "redundant-resource"
    summary = "A resource is matched already by another resource of the same list."
    why = (
        "The narrow ARN reads like a limit and is none: the wide one beside it decides. Either "
        "the wide one is a slip, or the narrow one is left over."
    )
    severity = Severity.SUGGESTION
    category = "redundancy"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    )
    access_analyzer = ("REDUNDANT_RESOURCE",)
    when = rule.SEVERAL_RESOURCES | rule.AGENTCORE
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/agents-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/agents-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/agents-abcdefghij/*"
    ]
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at each resource that is repeated or covered."""
        for element in ("Resource", "NotResource"):
            resources = list(statement.texts(element))
            if len(resources) > 1:
                yield from _problems(resources)


def _problems(resources: list[tuple[str, str]]) -> Iterator[Problem]:
    texts = [text for _, text in resources]
    for same in repeated(texts):
        place, text = resources[same.index]
        yield Problem(f"{quote(text)} stands twice in the list", place, help="remove it")
    for redundancy in covered(texts):
        place, text = resources[redundancy.index]
        wide = quote(texts[redundancy.by])
        yield Problem(
            f"{quote(text)} is redundant: {wide} matches it already",
            place,
            help=f"remove it, or remove {wide} if the narrower one was meant",
        )
