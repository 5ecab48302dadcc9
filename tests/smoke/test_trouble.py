"""Errors of AWS's and of botocore's: the outcome, the cause, and whether to ask again."""

from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from payguard.smoke.trouble import OUTCOMES, of_credentials, trouble
from payguard.smoke.verdict import Outcome
from payguard_policies.messages import Message, messages
from smoke.scripted import ACCOUNT, MANAGER

ACTION = "bedrock-agentcore:ListPaymentSessions"
WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/Role/canary"


def error(code: str, message: str, status: int = 403) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    return ClientError(response, "ListPaymentSessions")


def refused(reason: str, action: str = ACTION, resource: str = MANAGER) -> ClientError:
    text = f"User: {WHO} is not authorized to perform: {action} on resource: {resource} {reason}"
    return error("AccessDeniedException", text)


@pytest.mark.parametrize("message", messages(), ids=lambda message: message.id)
def test_every_answer_of_the_catalogue_has_its_outcome_and_says_what_helps(
    message: Message,
) -> None:
    for code in message.codes:
        found = trouble(error(code, f"{message.text} (canary)"), ACTION)
        assert (found.outcome, found.cause) == (OUTCOMES[message.cause], message.id)
        assert found.mend
        assert found.source == message.source
        assert "canary" not in found.says
        passing = found.outcome in {Outcome.THROTTLED, Outcome.SERVICE_ERROR}
        assert found.final != passing


LAYERS = [
    ("because no identity-based policy allows the {} action", "identity", False),
    ("because no permissions boundary allows the {} action", "boundary", False),
    ("because no session policy allows the {} action", "session", False),
    ("because no service control policy allows the {} action", "scp", False),
    ("because no VPC endpoint policy allows the {} action", "vpc-endpoint", False),
    ("with an explicit deny in an identity-based policy", "identity", True),
    ("with an explicit deny in a permissions boundary", "boundary", True),
    ("with an explicit deny in a service control policy", "scp", True),
    ("with an explicit deny in a resource control policy", "rcp", True),
    ("with an explicit deny in a VPC endpoint policy", "vpc-endpoint", True),
    ("with an explicit deny", "", True),
    ("", "", None),
]


@pytest.mark.parametrize(("reason", "layer", "explicit"), LAYERS)
def test_a_denial_by_iam_names_the_layer(reason: str, layer: str, explicit: bool | None) -> None:
    found = trouble(refused(reason.format(ACTION)), ACTION)
    assert found.denial is not None
    assert (found.outcome, found.cause) == (Outcome.DENIED_BY_IAM, "iam")
    assert (found.denial.layer, found.denial.explicit) == (layer, explicit)
    assert ACTION in found.says
    assert "canary" not in found.says


def test_a_denial_of_another_action_is_none_of_this_one() -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    found = trouble(refused("with an explicit deny", "kms:Decrypt", key), ACTION)
    assert (found.outcome, found.cause) == (Outcome.DENIED_OTHERWISE, "another-action")
    assert "kms:Decrypt" in found.says


@pytest.mark.parametrize("text", ["", "Access Denied", "Forbidden", "User is unhappy"])
def test_a_denial_without_a_reason_is_not_taken_for_one_of_iams(text: str) -> None:
    found = trouble(error("AccessDeniedException", text), ACTION)
    assert (found.outcome, found.cause) == (Outcome.DENIED_OTHERWISE, "unexplained")


@pytest.mark.parametrize(
    ("status", "outcome", "final"),
    [
        (400, Outcome.INVALID_REQUEST, True),
        (401, Outcome.DENIED_OTHERWISE, True),
        (403, Outcome.DENIED_OTHERWISE, True),
        (404, Outcome.INVALID_REQUEST, True),
        (429, Outcome.THROTTLED, False),
        (500, Outcome.SERVICE_ERROR, False),
        (501, Outcome.SERVICE_ERROR, True),
        (504, Outcome.SERVICE_ERROR, False),
    ],
)
def test_an_error_that_nobody_knows_is_told_by_its_status(
    status: int, outcome: Outcome, final: bool
) -> None:
    found = trouble(error("NobodyKnowsThis", "x", status), ACTION)
    assert (found.outcome, found.final) == (outcome, final)


@pytest.mark.parametrize(
    ("raised", "cause"),
    [
        (exceptions.NoCredentialsError(), "no-credentials"),
        (exceptions.ProfileNotFound(profile="x"), "no-profile"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), "credential-source"),
        (exceptions.UnauthorizedSSOTokenError(), "credential-source"),
        (exceptions.CredentialRetrievalError(provider="x", error_msg="x"), "credential-source"),
        (OSError("canary"), "credential-source"),
        (error("ExpiredTokenException", "x"), "credential-source"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_credentials_that_cannot_be_had_say_why(raised: Exception, cause: str) -> None:
    found = of_credentials(raised)
    assert (found.outcome, found.cause) == (Outcome.NO_CREDENTIALS, cause)
    assert found.mend
    assert "canary" not in found.says


def test_a_setting_that_the_sdk_refuses_is_none_of_payguards_defects() -> None:
    found = trouble(
        exceptions.InvalidSTSRegionalEndpointsConfigError(sts_regional_endpoints_config="canary"),
        ACTION,
        ("canary",),
    )
    assert (found.outcome, found.cause) == (Outcome.NOT_ASKED, "sdk")
    assert "STS regional endpoints option ***" in found.says
    assert "AWS_*" in found.mend


def test_a_defect_is_told_by_its_kind_alone() -> None:
    found = trouble(RuntimeError("canary"), ACTION)
    assert (found.outcome, found.cause) == (Outcome.NOT_ASKED, "internal-error")
    assert "RuntimeError" in found.says
    assert "canary" not in found.says
