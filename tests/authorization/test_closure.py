"""Separation is void if a role can become the other one: the chain of requests is the witness."""

from typing import Any

import pytest

from authorization.asking import ACCOUNT, PAY, allow, deny, policy
from authorization.questions import OPEN, PREFIX
from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.closure import separated

ROLES = f"arn:aws:iam::{ACCOUNT}:role/"
MANAGERS = f"{PREFIX}*"


def trust(principal: Any, **statement: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **statement}
    return {"Version": "2012-10-17", "Statement": [found]}


ROOT = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
LAMBDA = trust({"Service": "lambda.amazonaws.com"})
LAMBDA_OF_AN_ORGANIZATION = trust(
    {"Service": "lambda.amazonaws.com"},
    Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
)
RUNTIME = trust({"Service": "bedrock-agentcore.amazonaws.com"})
PAYMENTS_ONLY = trust(
    {"Service": "bedrock-agentcore.amazonaws.com"},
    Condition={"ArnLike": {"aws:SourceArn": f"{PREFIX}shop-*"}},
)


def budget(*more: Any, trusted: Any = ROOT, **others: Any) -> Actor:
    opens = allow(Action=OPEN, Resource=MANAGERS)
    return actor("budget", [policy(opens, *more)], arn=f"{ROLES}budget", trust=trusted, **others)


def spender(*more: Any, trusted: Any = ROOT, **others: Any) -> Actor:
    spends = allow(Action=PAY, Resource=MANAGERS)
    return actor("spender", [policy(spends, *more)], arn=f"{ROLES}spender", trust=trusted, **others)


def asked(*actors: Actor) -> list[Answer]:
    return list(separated(actors, OPEN, PAY))


def chain(answer: Answer) -> list[str]:
    return [f"{step.who} {step.request.action.split(':')[1]}" for step in answer.witness]


def test_two_roles_that_cannot_become_each_other_are_separated() -> None:
    assert [answer.verdict for answer in asked(budget(), spender())] == [PROVED, PROVED]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(
            budget(allow(Action="sts:AssumeRole", Resource=f"{ROLES}spender")),
            spender(),
            ["budget AssumeRole", "budget CreatePaymentSession", "spender ProcessPayment"],
            id="assumes it, where the trust policy delegates to the account",
        ),
        pytest.param(
            budget(),
            spender(trusted=trust({"AWS": f"{ROLES}budget"})),
            ["budget AssumeRole", "budget CreatePaymentSession", "spender ProcessPayment"],
            id="is named by the trust policy",
        ),
        pytest.param(
            budget(allow(Action=["iam:PassRole", "lambda:*"])),
            spender(trusted=LAMBDA),
            [
                "budget PassRole",
                "budget CreateFunction",
                "budget InvokeFunction",
                "budget CreatePaymentSession",
                "spender ProcessPayment",
            ],
            id="passes it to a service that runs its code",
        ),
        pytest.param(
            budget(allow(Action="bedrock-agentcore:InvokeAgentRuntimeCommand")),
            spender(trusted=RUNTIME),
            [
                "budget InvokeAgentRuntimeCommand",
                "budget InvokeAgentRuntimeCommand",
                "budget CreatePaymentSession",
                "spender ProcessPayment",
            ],
            id="runs commands in a runtime that has it",
        ),
        pytest.param(
            budget(
                allow(
                    Action=[
                        "bedrock-agentcore:StartCodeInterpreterSession",
                        "bedrock-agentcore:InvokeCodeInterpreter",
                    ]
                )
            ),
            spender(trusted=RUNTIME),
            [
                "budget StartCodeInterpreterSession",
                "budget InvokeCodeInterpreter",
                "budget CreatePaymentSession",
                "spender ProcessPayment",
            ],
            id="runs code in a code interpreter that has it",
        ),
        pytest.param(
            budget(allow(Action="iam:PutRolePolicy", Resource=f"{ROLES}budget")),
            spender(),
            ["budget PutRolePolicy", "budget CreatePaymentSession", "budget ProcessPayment"],
            id="writes its own policies",
        ),
        pytest.param(
            budget(
                allow(Action=[PAY, "iam:DeleteRolePermissionsBoundary"]),
                boundary=[policy(allow(NotAction=PAY))],
            ),
            spender(),
            [
                "budget DeleteRolePermissionsBoundary",
                "budget CreatePaymentSession",
                "budget ProcessPayment",
            ],
            id="takes its own boundary away",
        ),
        pytest.param(
            budget(
                allow(Action=["iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"]),
                boundary=[policy(allow(NotAction=PAY))],
            ),
            spender(),
            [
                "budget PutRolePermissionsBoundary",
                "budget PutRolePolicy",
                "budget CreatePaymentSession",
                "budget ProcessPayment",
            ],
            id="replaces its own boundary and then writes its policies",
        ),
        pytest.param(
            actor(
                "ann",
                [policy(allow(Action=[OPEN, "iam:PutUserPolicy"]))],
                arn=f"arn:aws:iam::{ACCOUNT}:user/ann",
            ),
            spender(),
            ["ann PutUserPolicy", "ann CreatePaymentSession", "ann ProcessPayment"],
            id="is a user that writes its own policies",
        ),
        pytest.param(
            budget(allow(Action="iam:CreateAccessKey")),
            actor(
                "ann",
                [policy(allow(Action=PAY, Resource=MANAGERS))],
                arn=f"arn:aws:iam::{ACCOUNT}:user/ann",
            ),
            ["budget CreateAccessKey", "budget CreatePaymentSession", "ann ProcessPayment"],
            id="makes an access key of a user",
        ),
        pytest.param(
            budget(allow(Action="ssm:SendCommand")),
            spender(trusted=trust({"Service": "ec2.amazonaws.com"})),
            ["budget SendCommand", "budget CreatePaymentSession", "spender ProcessPayment"],
            id="runs commands on an instance that has it",
        ),
        pytest.param(
            budget(allow(Action="iam:AttachRolePolicy", Resource=f"{ROLES}spender")),
            spender(),
            ["budget AttachRolePolicy", "spender CreatePaymentSession", "spender ProcessPayment"],
            id="writes the policies of the other one",
        ),
        pytest.param(
            budget(
                allow(
                    Action="iam:CreatePolicyVersion", Resource=f"arn:aws:iam::{ACCOUNT}:policy/b"
                ),
                deny(Action=PAY),
                attached=(f"arn:aws:iam::{ACCOUNT}:policy/b",),
            ),
            spender(),
            ["budget CreatePolicyVersion", "budget CreatePaymentSession", "budget ProcessPayment"],
            id="rewrites a managed policy that it has",
        ),
        pytest.param(
            budget(
                allow(
                    Action=["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"],
                    Resource=f"{ROLES}spender",
                )
            ),
            spender(trusted=LAMBDA),
            [
                "budget UpdateAssumeRolePolicy",
                "budget AssumeRole",
                "budget CreatePaymentSession",
                "spender ProcessPayment",
            ],
            id="lets itself in by rewriting the trust policy",
        ),
    ],
)
def test_a_role_that_becomes_or_rewrites_the_other_is_not_separated(
    one: Actor, other: Actor, expected: list[str]
) -> None:
    answer = asked(one, other)[0]
    assert answer.verdict == REFUTED
    assert chain(answer) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            budget(allow(Action="sts:AssumeRole", Resource=f"{ROLES}other-*")),
            spender(),
            id="it may assume other roles only",
        ),
        pytest.param(
            budget(allow(Action="sts:AssumeRole")),
            spender(trusted=trust({"AWS": f"{ROLES}agent"})),
            id="the trust policy names another role",
        ),
        pytest.param(
            budget(allow(Action="sts:AssumeRole"), deny(Action="sts:*")),
            spender(),
            id="a deny wins",
        ),
        pytest.param(
            budget(allow(Action="iam:PassRole"), allow(Action="lambda:CreateFunction")),
            spender(trusted=LAMBDA),
            id="it cannot run what it creates",
        ),
        pytest.param(
            budget(allow(Action=["iam:PassRole", "lambda:*"])),
            spender(trusted=trust({"Service": "ec2.amazonaws.com"})),
            id="the role trusts another service",
        ),
        pytest.param(
            budget(allow(Action=["iam:PassRole", "lambda:*"])),
            spender(trusted=LAMBDA_OF_AN_ORGANIZATION),
            id="what the trust policy asks for no service has",
        ),
        pytest.param(
            budget(allow(Action="bedrock-agentcore:InvokeAgentRuntimeCommand")),
            spender(trusted=PAYMENTS_ONLY),
            id="no runtime can have a role that trusts payment managers only",
        ),
        pytest.param(
            budget(
                allow(Action="iam:PutRolePolicy", Resource=f"{ROLES}budget"),
                boundary=[policy(allow(NotAction=PAY))],
            ),
            spender(),
            id="the boundary keeps it shut whatever it writes",
        ),
        pytest.param(
            budget(
                allow(Action=[PAY, "iam:DeleteRolePermissionsBoundary"]),
                deny(Action="iam:*Boundary", Resource=f"{ROLES}budget"),
                boundary=[policy(allow(NotAction=PAY))],
            ),
            spender(),
            id="it takes the boundaries of other roles away only",
        ),
        pytest.param(
            budget(allow(Action=["iam:PutUserPolicy", "iam:AttachUserPolicy"])),
            spender(),
            id="it writes the policies of users only",
        ),
        pytest.param(
            budget(),
            spender(allow(Action="iam:PutRolePolicy", Resource=f"{ROLES}unrelated")),
            id="it writes policies of other roles only",
        ),
    ],
)
def test_a_way_that_is_not_open_all_along_separates_nothing_less(one: Actor, other: Actor) -> None:
    assert [answer.verdict for answer in asked(one, other)] == [PROVED, PROVED]


def test_a_chain_of_roles_is_followed_to_its_end() -> None:
    middle = actor(
        "middle",
        [policy(allow(Action="sts:AssumeRole", Resource=f"{ROLES}spender"))],
        arn=f"{ROLES}middle",
        trust=trust({"AWS": f"{ROLES}budget"}),
    )
    answer = asked(budget(), middle, spender())[0]
    assert chain(answer) == [
        "budget AssumeRole",
        "middle AssumeRole",
        "budget CreatePaymentSession",
        "spender ProcessPayment",
    ]


def test_a_boundary_that_is_replaced_by_one_that_is_not_known_leaves_the_question_open() -> None:
    by_a_known_one = {"ArnEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/b"}}
    replaces = allow(Action="iam:PutRolePermissionsBoundary", Condition=by_a_known_one)
    one = budget(allow(Action=PAY), replaces, boundary=[policy(allow(NotAction=PAY))])
    (answer,) = asked(one)
    assert answer.verdict == UNDECIDED
    assert answer.reasons == (
        "by which permissions boundary budget may replace that of budget is not known",
    )


def test_a_trust_policy_that_is_not_known_leaves_the_question_open() -> None:
    answer = asked(budget(allow(Action="sts:AssumeRole")), spender(trusted=None))[0]
    assert answer.verdict == UNDECIDED
    assert answer.reasons == ("whom the trust policy of spender lets in is not known",)


def test_roles_on_different_managers_are_separated_even_if_one_becomes_the_other() -> None:
    one = actor(
        "a",
        [policy(allow(Action=OPEN, Resource=f"{PREFIX}a-*"), allow(Action="sts:AssumeRole"))],
        arn=f"{ROLES}a",
        trust=ROOT,
    )
    other = actor(
        "b", [policy(allow(Action=PAY, Resource=f"{PREFIX}b-*"))], arn=f"{ROLES}b", trust=ROOT
    )
    assert [answer.verdict for answer in asked(one, other)] == [PROVED, PROVED]
