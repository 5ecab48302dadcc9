"""Secret ARNs without the six characters that Secrets Manager appends."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.identifiers import parse_arn
from payguard.quotation import quote
from payguard.rules.action.consequence import consequence
from payguard.rules.resource.matching import as_pattern
from payguard.rules.rule import Example, Problem, Rule, Text

_SERVICE = "secretsmanager"
_TYPE = "secret:"
_SUFFIX = "-??????"


class SecretArnWithoutSuffix(Rule):
    """The ARN of a secret that ends with its name."""

    id = "secret-arn-without-suffix"
    summary = "The secret's ARN lacks the six characters that Secrets Manager appends to the name."
    why = (
        "The ARN of a secret ends with a hyphen and six characters of Secrets Manager's "
        "choice. A resource that ends with the name matches no secret: the service role cannot "
        "read the wallet key, and a Deny does not keep anybody from it."
    )
    severity = Severity.ERROR
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:us-east-1:111122223333:secret:wallet/coinbase"
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

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem where no secret's ARN can end as the text does."""
        arn = parse_arn(resource.text)
        if arn is None or arn.service != _SERVICE or not arn.resource.startswith(_TYPE):
            return
        ending = as_pattern(arn.resource)[-_LONGEST:]
        if "*" not in ending[-len(_SUFFIX) :] and not _has_suffix(ending):
            yield Problem(
                f"{quote(resource.text)} ends with the name of a secret; its ARN has a hyphen and six "
                f"characters more{consequence(resource)}",
                help=f"write {quote(resource.text + _SUFFIX)}",
            )


_LONGEST = 64


def _has_suffix(ending: str) -> bool:
    dash, characters = ending[-len(_SUFFIX)], ending[1 - len(_SUFFIX) :]
    return dash in "-?" and all(c == "?" or (c.isascii() and c.isalnum()) for c in characters)
