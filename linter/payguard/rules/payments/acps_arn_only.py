"""Credential provider ARNs under acps without their twin under bedrock-agentcore."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import EFFECTS, Policy
from payguard.iam.wildcard import overlaps
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.resource.matching import as_pattern
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE


class AcpsArnOnly(Rule):
    """A credential provider named under the service acps only."""

    id = "acps-arn-only"
    summary = "The credential provider is named under acps only, which the service reference does not know."
    why = (
        "The API answers with credential provider ARNs under acps, while AWS's reference and "
        "IAM page write bedrock-agentcore. Whichever a request carries, a policy that names "
        "both matches it."
    )
    severity = Severity.WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
    )
    when = rule.AGENTCORE
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetResourcePaymentToken",
    "Resource": "arn:aws:acps:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/coinbase"
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
    "Action": "bedrock-agentcore:GetResourcePaymentToken",
    "Resource": [
      "arn:aws:acps:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/coinbase",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default/paymentcredentialprovider/coinbase"
    ]
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each such ARN whose twin no statement of the same effect names."""
        for effect in EFFECTS:
            texts = [
                (statement.pointer + at, text)
                for statement in policy.statements
                if statement.effect == effect
                for at, text in statement.texts("Resource")
            ]
            if len(texts) <= _MOST:
                yield from _problems(texts, effect)


_ACPS = f":{CREDENTIAL_SERVICE}:"
# A policy of AWS's greatest size has room for fewer; more are not compared with each other.
_MOST = 200


def _problems(texts: list[tuple[str, str]], effect: str) -> Iterator[Problem]:
    for at, text in texts:
        twin = text.replace(_ACPS, f":{PAYMENTS_SERVICE}:", 1)
        if twin != text and not _is_named(twin, texts):
            yield Problem(
                f"{quote(text)} is under {quote(CREDENTIAL_SERVICE)} only: the service reference "
                f"knows credential providers under {quote(PAYMENTS_SERVICE)}",
                at,
                f"name {quote(twin)} as well",
                Severity.SECURITY_WARNING if effect == "Deny" else None,
            )


def _is_named(twin: str, texts: list[tuple[str, str]]) -> bool:
    return any(overlaps(as_pattern(text), as_pattern(twin)) for _, text in texts)
