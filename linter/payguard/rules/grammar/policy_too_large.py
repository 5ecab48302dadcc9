"""Documents larger than AWS lets the policy of their type be.

The count is of the document without white space between its elements, as IAM counts; AWS
Organizations and VPC endpoints count white space too, so that a document near their limit may be
refused as it stands. Where a limit can be raised, or depends on how the policy is attached, the
lower one is a warning and the highest an error. Which of the figures for SCPs is in force could
not be settled from AWS's pages: 5,120 is the older, 10,240 the newer.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from payguard.finding import Severity
from payguard.iam.document import (
    BOUNDARY,
    IDENTITY,
    RCP,
    SCP,
    SESSION,
    TRUST,
    VPC_ENDPOINT,
    Policy,
)
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies.named_tuple import NamedTuple


class _Quota(NamedTuple):
    characters: int
    severity: Severity
    of: str


_UNCOUNTED = "without white space, which IAM does not count"
_COUNTED = "without white space, which is counted too where the policy is saved with it"
# By type, the highest limit first.
_QUOTAS: dict[str, tuple[_Quota, ...]] = {
    IDENTITY: (
        _Quota(
            10240,
            Severity.ERROR,
            "the inline policies of a role, which may hold most, have 10,240 together",
        ),
        _Quota(
            6144,
            Severity.WARNING,
            "a managed policy may have 6,144; only a role's inline policies may have more, "
            "10,240 together",
        ),
    ),
    BOUNDARY: (_Quota(6144, Severity.ERROR, "a permissions boundary may have 6,144"),),
    SESSION: (_Quota(2048, Severity.ERROR, "a session policy may have 2,048"),),
    TRUST: (
        _Quota(8192, Severity.ERROR, "a trust policy may have 8,192 at the highest quota"),
        _Quota(
            2048,
            Severity.WARNING,
            "a trust policy may have 2,048 unless the account's quota was raised",
        ),
    ),
    SCP: (
        _Quota(10240, Severity.ERROR, "a service control policy may have 10,240 at most"),
        _Quota(
            5120,
            Severity.WARNING,
            "AWS's pages give 5,120 and, newer, 10,240 for a service control policy",
        ),
    ),
    RCP: (_Quota(5120, Severity.ERROR, "a resource control policy may have 5,120"),),
    VPC_ENDPOINT: (_Quota(20480, Severity.ERROR, "a VPC endpoint policy may have 20,480"),),
}
_WHITE_SPACE = " \n\r\t"
_WHITE_SPACE_COUNTS = frozenset({SCP, RCP, VPC_ENDPOINT})
# What braces, quotes and element names of a policy and of a statement come to at most, and what
# quotes and comma add to a text.
_FRAME = 100
_STATEMENT_FRAME = 160
_TEXT_FRAME = 3
# The estimate leaves out characters that JSON escapes; nearer to the limit than this, the
# document is counted.
_NEAR = 0.8


class PolicyTooLarge(Rule):
    """A document beyond the size quota of its type."""

    id = "policy-too-large"
    summary = "The policy is larger than the quota for policies of its type."
    why = (
        "AWS refuses to save it. A policy just below the quota fails on the day that somebody adds "
        "a statement, often in the middle of a deploy."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
    )
    access_analyzer = (
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
        "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
        "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
    )
    policy_types = frozenset(_QUOTAS)
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {
      "StringEquals": {
        "aws:PrincipalTag/cost-center": [
"""
            + ",\n".join(f'          "agents-of-cost-center-{number:04}"' for number in range(70))
            + """
        ]
      }
    }
  }
}
""",
            policy_type=SESSION,
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
    "Condition": {
      "StringLike": {
        "aws:PrincipalTag/cost-center": "agents-of-cost-center-*"
      }
    }
  }
}
""",
            policy_type=SESSION,
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for the highest quota that the document exceeds."""
        quotas = _QUOTAS.get(policy.policy_type)
        if quotas is None or 0 < len(policy.text) <= quotas[-1].characters:
            return
        if policy.text:
            if len(policy.text) - policy.text.count(" ") <= quotas[-1].characters:
                return
            size = len(policy.text) - sum(map(policy.text.count, _WHITE_SPACE))
        elif _estimate(policy) < quotas[-1].characters * _NEAR:
            return
        else:
            size = _size(policy.value)
        for quota in quotas:
            if size > quota.characters:
                how = _COUNTED if policy.policy_type in _WHITE_SPACE_COUNTS else _UNCOUNTED
                yield Problem(
                    f"the policy has {size:,} characters {how}: {quota.of}",
                    help="split it, or shorten its lists with wildcards that match no more",
                    severity=quota.severity,
                )
                return


def _estimate(policy: Policy) -> int:
    """Return about how many characters the document has, at a fraction of the cost."""
    size = _FRAME
    for statement in policy.statements:
        size += _STATEMENT_FRAME + _length(statement.actions) + _length(statement.resources)
        if statement.not_actions or statement.not_resources:
            size += _length(statement.not_actions) + _length(statement.not_resources)
        value = statement.value
        for element in ("Condition", "Principal", "NotPrincipal"):
            if element in value:
                size += _written(value[element])
    return size


def _length(texts: Sequence[Any]) -> int:
    try:
        return len("".join(texts)) + _TEXT_FRAME * len(texts)
    except TypeError:  # no text: a malformed document, which another rule reports
        return _written(texts)


def _written(value: object) -> int:
    try:
        return len(repr(value))
    except (RecursionError, ValueError):  # nested too deep, or a number too long to write
        return 0


def _size(value: Mapping[str, object]) -> int:
    """Return the length of the document as compact JSON; 0 where it cannot be written."""
    import json  # noqa: PLC0415  small policies do not pay for the encoder

    try:
        return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    except (RecursionError, TypeError, ValueError):
        return 0
