"""What a decision says of itself: which statement decided, and why the others did not apply."""

from typing import Any

import pytest

from authorization.asking import (
    ACCOUNT,
    BUCKET,
    MANAGER,
    PAY,
    ROLE,
    allow,
    ask,
    decided,
    deny,
    policy,
)
from payguard.authorization.decision import place, statement_of, summary
from payguard.authorization.policy_set import StatementRef
from payguard.authorization.request import UNKNOWN, Request

CREATE = "bedrock-agentcore:CreatePaymentSession"
TAG = "aws:ResourceTag/team"


@pytest.mark.parametrize(
    ("statement", "element", "reason"),
    [
        (allow(), "", ""),
        (allow(Action="s3:*"), "/Action", 'Action "s3:*" does not match'),
        (allow(Action=["s3:*"]), "/Action", 'Action "s3:*" does not match'),
        (allow(Action=["s3:*", "ec2:*"]), "/Action", "none of the 2 entries of Action matches"),
        (allow(NotAction=[PAY]), "/NotAction", f'NotAction excepts "{PAY}"'),
        (allow(Resource="arn:aws:s3:::b"), "/Resource", f'does not match "{MANAGER}"'),
        (allow(NotResource=MANAGER), "/NotResource", "NotResource excepts"),
        (
            allow(Condition={"StringEquals": {TAG: "a"}}),
            "/Condition/StringEquals/aws:ResourceTag~1team",
            'StringEquals aws:ResourceTag/team does not hold: the request has "b"',
        ),
        (
            allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            "/Condition/Bool/aws:MultiFactorAuthPresent",
            "Bool aws:MultiFactorAuthPresent does not hold: the request does not carry the key",
        ),
        (allow(Principal="*"), "", 'refuses such a statement: "Principal" has no place in it'),
    ],
)
def test_the_first_element_that_does_not_match_is_named(
    statement: Any, element: str, reason: str
) -> None:
    found = decided(ask(context={TAG: "b"}), identity=policy(statement))
    (note,) = found.because
    assert reason in note.reason
    assert note.element == ("/Statement/0" + element if reason else "")


def test_what_is_open_is_named_before_what_matches() -> None:
    identity = policy(allow(Condition={"StringEquals": {TAG: "a"}}))
    found = decided(ask(context={TAG: UNKNOWN}), identity=identity)
    (note,) = found.because
    assert note.applies == "maybe"
    assert note.reason == f'the value of "{TAG}" is not known'
    assert summary(found, PAY) == note.reason
    assert [ref.pointer for ref in found.decided_by] == ["/Statement/0"]


def test_a_position_that_is_contested_is_noted() -> None:
    identity = policy(allow(Condition={"StringNotEquals": {TAG: "${aws:PrincipalTag/team}"}}))
    (note,) = decided(ask(context={TAG: "b"}), identity=identity).because
    assert note.applies == "yes"
    assert "inverted operator" in note.reason


@pytest.mark.parametrize(
    ("wanted", "policies", "reason"),
    [
        (
            ask(management_account=ACCOUNT),
            {"scps": [("root", [policy(deny())])]},
            "SCPs do not bind this caller",
        ),
        (ask(), {"rcps": [("root", [policy(deny())])]}, "among the services that RCPs restrict"),
        (
            ask("s3:GetObject", BUCKET, management_account=ACCOUNT),
            {"rcps": [("root", [policy(deny())])]},
            "RCPs do not bind",
        ),
        (ask(), {"trust": policy(deny(Principal="*"))}, "is not authorized by this kind of policy"),
        (
            ask(principal=None),
            {"identity": policy(deny())},
            "the caller is no identity that such policies are attached to",
        ),
        (
            ask("sts:AssumeRole", ROLE, f"arn:aws:iam::{ACCOUNT}:root"),
            {"trust": policy({"Effect": "Allow", "Action": "sts:*", "Principal": "*"})},
            "the root user cannot assume a role",
        ),
    ],
)
def test_a_layer_that_has_no_say_says_why(
    wanted: Request, policies: dict[str, Any], reason: str
) -> None:
    (note,) = decided(wanted, **policies).because
    assert note.applies == "no"
    assert reason in note.reason


@pytest.mark.parametrize(
    ("principal", "reason"),
    [(ROLE, f'Principal does not name "{ROLE}"'), (None, "does not name an anonymous caller")],
)
def test_a_principal_that_is_not_named(principal: str | None, reason: str) -> None:
    resource = policy(allow(Principal={"AWS": "444455556666"}))
    (note,) = decided(ask("s3:GetObject", BUCKET, principal), resource=resource).because
    assert note.element == "/Statement/0/Principal"
    assert reason in note.reason


def test_a_caller_that_not_principal_excepts() -> None:
    statement = {**deny(), "NotPrincipal": {"AWS": [ROLE, ACCOUNT]}}
    (note,) = decided(ask("s3:GetObject", BUCKET), resource=policy(statement)).because
    assert note.reason == f'NotPrincipal excepts "{ROLE}"'


def test_a_summary_names_what_decided() -> None:
    everything = policy({**allow(), "Sid": "All"})
    granted = decided(identity=[everything] * 5)
    assert summary(granted, PAY) == (
        'allowed by identity[0]/Statement/0 ("All"), identity[1]/Statement/0 ("All"), '
        'identity[2]/Statement/0 ("All") and 2 more'
    )
    refused = decided(identity=everything, scps=[("pay", [policy(deny())])])
    assert summary(refused, PAY) == 'explicitly denied by scp "pay"[0]/Statement/0'
    missing = decided(identity=everything, scps=[("pay", [policy()])])
    assert summary(missing, PAY) == f'no SCP of level "pay" allows "{PAY}"'
    assert summary(decided(), CREATE) == f'no identity policy allows "{CREATE}"'
    root = decided(ask("s3:GetObject", BUCKET, f"arn:aws:iam::{ACCOUNT}:root"))
    assert "root user" in summary(root, "s3:GetObject")


def test_a_statement_is_named_as_text_and_as_an_object() -> None:
    ref = StatementRef("scp", 1, "/Statement", None, "root")
    assert place(ref) == 'scp "root"[1]/Statement'
    assert statement_of(ref) == {
        "policy": "scp",
        "index": 1,
        "pointer": "/Statement",
        "sid": None,
        "level": "root",
    }


def test_the_statements_of_an_allow_are_those_that_grant() -> None:
    everything = policy(allow())
    found = decided(identity=everything, boundary=everything, scps=[("root", [everything])])
    assert [ref.policy for ref in found.decided_by] == ["identity"]
    assert len(found.because) == 3
