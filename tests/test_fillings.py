"""Policies with gaps: what is said of them holds whatever the gaps will be."""

from typing import Any

import pytest

from payguard import run
from payguard.configuration import Settings
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Document
from payguard.sources.policy_file import FileMap

GAP = Unresolved("aws_x.y.arn")
NAMED = Unresolved("x", pattern="arn:aws:bedrock-agentcore:*:999988887777:payment-manager/shop-*")


def findings(value: dict[str, Any], *gaps: tuple[str, Unresolved]) -> list[tuple[str, str]]:
    document = Document("p.json", value, "identity", FileMap("{}"), "role.x", "", gaps)
    report = run.lint_documents((document,), Settings())
    assert report.errors == ()
    return [(f.rule, f.location.pointer) for f in report.findings]


def policy(**elements: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (policy(Resource=GAP), "/Statement/0/Resource"),
        (policy(Resource=[NAMED]), "/Statement/0/Resource/0"),
        (policy(Action=GAP), "/Statement/0/Action"),
        (policy(Condition=GAP), "/Statement/0/Condition"),
        (policy(Effect=GAP), "/Statement/0/Effect"),
        (policy(Condition={"StringEquals": {"aws:PrincipalTag/a": GAP}}), "/Statement/0/Condition"),
        ({"Version": "2012-10-17", "Statement": GAP}, "/Statement"),
        ({"Version": "2012-10-17", "Statement": [GAP]}, "/Statement/0"),
    ],
)
def test_a_gap_by_itself_is_no_finding(value: dict[str, Any], at: str) -> None:
    assert findings(value, (at, GAP)) == []


def test_what_stands_beside_a_gap_is_checked() -> None:
    value = policy(Resource=GAP, Action=["s3:GetObjekt", "bedrock-agentcore:UpdatePaymentSession"])
    found = findings(value, ("/Statement/0/Resource", GAP))
    assert ("unknown-action", "/Statement/0/Action/0") in found
    assert ("unknown-action", "/Statement/0/Action/1") in found


def test_what_hangs_on_the_gap_is_not_said() -> None:
    spending = policy(Action="bedrock-agentcore:ProcessPayment", Resource=GAP)
    assert findings(spending, ("/Statement/0/Resource", GAP)) == []
    plain = policy(Action="bedrock-agentcore:ProcessPayment")
    assert ("spend-on-any-resource", "/Statement/0/Resource") in findings(plain)
