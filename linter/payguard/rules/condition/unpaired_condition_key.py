"""Private addresses without the network that they belong to."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.document import Statement
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen
from payguard.rules.rule import Example, Problem, Rule

# Key -> the keys one of which says whose network the address is in, the one to suggest first.
_PAIRS = {
    "aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc",),
}


class UnpairedConditionKey(Rule):
    """A private address that is the same in every VPC."""

    id = "unpaired-condition-key"
    summary = "A private address is compared without the VPC that it belongs to."
    why = (
        "Private address ranges repeat in every VPC, a stranger's too. Only together with the VPC "
        "does the address say where a request comes from."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpcsourceip",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2instancesourceprivateipv4",
    )
    access_analyzer = ("MISSING_PAIRED_CONDITION_KEYS",)
    when = bits.CONDITION
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.1.0/24"}}
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
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {
      "IpAddress": {"aws:VpcSourceIp": "10.0.1.0/24"},
      "StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"}
    }
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the key is a private address."""
        return condition.key.lower() in _PAIRS

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each private address beside which no network is named."""
        for condition in chosen(statement, lambda _operator, key: key.lower() in _PAIRS):
            partners = _PAIRS[condition.key.lower()]
            if not _names_one(statement, partners):
                yield Problem(
                    f"{quote(condition.key)} is a private address, which any VPC may have",
                    at=condition.pointer,
                    help=f"add a condition on {quote(partners[0])}",
                    on_key=True,
                )


def _names_one(statement: Statement, partners: tuple[str, ...]) -> bool:
    wanted = {partner.lower() for partner in partners}
    return any(True for _ in chosen(statement, lambda _operator, key: key.lower() in wanted))
