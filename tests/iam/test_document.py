"""The type of a policy, as far as its shape tells it."""

from typing import Any

import pytest
from hypothesis import given

from corpus import JSON
from payguard.iam.document import (
    IDENTITY,
    POLICY_TYPES,
    RESOURCE,
    TRUST,
    guess_policy_type,
    parse_policy,
)

ROLE = "arn:aws:iam::111122223333:role/PaymentsOperator"
ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole"}
WHO = {"Principal": {"AWS": ROLE}}
WHAT = {"Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        # neither principal nor resource
        ([], IDENTITY),
        ({"Effect": "Allow", "Action": "kms:Decrypt"}, IDENTITY),
        (ASSUME, TRUST),
        ([ASSUME, {"Effect": "Allow", "Action": "kms:Decrypt"}], IDENTITY),
        # a resource and no principal
        ({"Effect": "Allow", "Action": "kms:Decrypt", **WHAT}, IDENTITY),
        ({**ASSUME, **WHAT}, IDENTITY),
        # a principal and no resource
        ({**ASSUME, **WHO}, TRUST),
        ({**ASSUME, "NotPrincipal": {"AWS": ROLE}}, TRUST),
        ({"Effect": "Allow", "Action": "kms:Decrypt", **WHO}, TRUST),
        # both: what the actions are about decides
        ({"Effect": "Allow", "Action": "kms:Decrypt", **WHO, **WHAT}, RESOURCE),
        ({**ASSUME, **WHO, **WHAT}, TRUST),
        ({**ASSUME, **WHO, "NotResource": ROLE}, TRUST),
        ([{**ASSUME, **WHO}, {**ASSUME, **WHO, **WHAT}], TRUST),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": ["STS:assumerole", "sts:TagSession"]}, TRUST),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}, TRUST),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": "sts:AssumeRole*"}, TRUST),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": "sts:SetContext"}, TRUST),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": "sts:SetSourceIdentity"}, TRUST),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": "sts:*"}, RESOURCE),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": ["sts:AssumeRole", "*"]}, RESOURCE),
        ({**WHO, **WHAT, "Effect": "Allow", "Action": ["sts:AssumeRole", 1]}, RESOURCE),
        ({**WHO, **WHAT, "Effect": "Allow", "NotAction": "sts:AssumeRole"}, RESOURCE),
        ([{**ASSUME, **WHO, **WHAT}, {"Effect": "Allow", **WHO, **WHAT}], RESOURCE),
        # a resource control policy: it denies, and names every principal and its resources
        ({**ASSUME, "Effect": "Deny", "Principal": "*", **WHAT}, RESOURCE),
        ([{**ASSUME, "Effect": "Deny", **WHO, **WHAT}, {**ASSUME, **WHO}], TRUST),
    ],
)
def test_the_shape_of_a_document_tells_its_type(statements: Any, expected: str) -> None:
    document = {"Version": "2012-10-17", "Statement": statements}
    assert guess_policy_type(document) == expected
    assert parse_policy(document).policy_type == expected


def test_a_type_that_is_given_is_not_guessed() -> None:
    document = {"Statement": {**ASSUME, **WHO, **WHAT}}
    assert parse_policy(document, RESOURCE).policy_type == RESOURCE


@given(JSON)
def test_any_value_for_a_statement_leaves_a_known_type(statement: Any) -> None:
    assert guess_policy_type({"Statement": statement}) in POLICY_TYPES
