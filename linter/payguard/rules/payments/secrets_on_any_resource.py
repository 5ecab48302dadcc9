"""Reading every secret, the wallet keys among them."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.action import EVERY_ACTION
from payguard.iam.document import IDENTITY, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.payments.money import covers_type
from payguard.rules.rule import Example, Problem, Rule

_SERVICE = "secretsmanager"


class SecretsOnAnyResource(Rule):
    """GetSecretValue allowed on every secret of the account."""

    id = "secrets-on-any-resource"
    summary = "secretsmanager:GetSecretValue is allowed on every secret, wallet keys included."
    why = (
        "The secrets behind payment credential providers are the wallet keys: whoever reads "
        "one signs payments without AgentCore, past every session limit. AWS allows each "
        "service role the secrets of its own connectors only."
    )
    severity = Severity.SECURITY_WARNING
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-prerequisites.html",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html",
    )
    policy_types = frozenset({IDENTITY})
    when = rule.ALLOW | rule.SECRETS
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:us-east-1:111122223333:secret:*"
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
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:us-east-1:111122223333:secret:wallet/coinbase-??????"
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each resource that matches every secret.

        Silent where a condition picks the secrets, and about an administrator's "*".
        """
        if statement.not_actions or EVERY_ACTION.intersection(
            text for _, text in statement.texts("Action")
        ):
            return
        if any(_picks_secrets(condition.key.lower()) for condition in statement.conditions):
            return
        for at, text in statement.texts("Resource"):
            if covers_type(text, _SERVICE, "Secret"):
                yield Problem(
                    f"{quote(text)} lets this statement read every secret of the account, the "
                    "wallet keys of payments among them",
                    at,
                    "name the secrets that are meant, such as "
                    '"arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-??????"',
                )


def _picks_secrets(key: str) -> bool:
    return "resourcetag/" in key or key.startswith(f"{_SERVICE}:")
