"""Conditions on what the caller says of itself."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import catalog


class UntrustworthyConditionKey(Rule):
    """A key whose value the caller writes."""

    id = "untrustworthy-condition-key"
    summary = "The caller chooses the value of this key, so it protects nothing."
    why = (
        "The referer and the user agent are headers that any caller may set to any text. Whoever "
        "knows the value passes the condition."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-useragent",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer",
    )
    access_analyzer = ("UNTRUSTWORTHY_CONDITION_KEY",)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringLike": {"aws:UserAgent": "payments-console/*"}}
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
        """Yield a problem where the catalog says that the caller writes the key's value."""
        known = catalog.global_condition_key(condition.key)
        if known is not None and known.untrustworthy:
            yield Problem(
                f"{quote(condition.key)} is what the caller says of itself: any caller can pass "
                "this condition",
                at=condition.pointer,
                help="ask for something that AWS establishes, such as aws:SourceIp, "
                "aws:SourceVpce or aws:PrincipalArn",
                on_key=True,
            )
