"""Private addresses where requests carry public ones."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.quotation import quote
from payguard.rules.condition.value import fits, texts
from payguard.rules.rule import Example, Problem, Rule

# RFC 1918 and RFC 4193: ranges that no request over the Internet comes from.
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


class PrivateSourceIp(Rule):
    """aws:SourceIp compared with an address that no request can have."""

    id = "private-source-ip"
    summary = "The key aws:SourceIp holds public addresses, and the value is a private one."
    why = (
        "A request over the Internet comes from a public address, and one through a VPC endpoint "
        "carries no aws:SourceIp at all. An Allow for private addresses grants nothing; a Deny for "
        "all others denies everybody."
    )
    severity = Severity.ERROR
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip",
    )
    access_analyzer = (
        "PRIVATE_IP_ADDRESS",
        "PRIVATE_NOT_IP_ADDRESS",
        "PRIVATE_IP_ADDRESS_SUBSET",
        "PRIVATE_NOT_IP_ADDRESS_SUBSET",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"IpAddress": {"aws:SourceIp": "10.0.1.0/24"}}
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
    "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
  }
}
"""
        ),
    )

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each private range; a lesser one where public ones stand beside."""
        if condition.key.lower() != "aws:sourceip":
            return
        operator = parse_operator(condition.operator)
        if operator is None or operator.kind != "IPAddress":
            return
        private = [(index, text) for index, text in texts(condition) if _is_private(text)]
        only = len(private) == len(condition.values)
        for index, text in private:
            yield Problem(
                f"{quote(text)} is a private address, and requests carry public ones in "
                f"{quote(condition.key)}",
                at=condition.value_pointer(index),
                help="name the public address of your network, or use aws:VpcSourceIp with "
                "aws:SourceVpc",
                severity=None if only else Severity.SUGGESTION,
            )


def _is_private(text: str) -> bool:
    if "${" in text or not fits("IPAddress", text):
        return False
    import ipaddress  # noqa: PLC0415  costs start-up time, and few policies name addresses

    network = ipaddress.ip_network(text, strict=False)
    return any(_within(network, ipaddress.ip_network(known)) for known in _PRIVATE)


def _within(network: object, known: object) -> bool:
    import ipaddress  # noqa: PLC0415  as above

    four, six = ipaddress.IPv4Network, ipaddress.IPv6Network
    if isinstance(network, four) and isinstance(known, four):
        return network.subnet_of(known)
    return isinstance(network, six) and isinstance(known, six) and network.subnet_of(known)
