"""Access test cases: what their shape is, and that reader and schema agree on it."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

import payguard_policies
from authorization.asking import ACCOUNT, MANAGER, PAY, ROLE, allow, policy
from corpus import mutated
from payguard.authorization.case import CaseError, read_case
from payguard.authorization.request import UNKNOWN

SCHEMA = json.loads(
    (Path(str(payguard_policies.__file__)).parent / "schemas/test-case.schema.json").read_text()
)
VALIDATOR = Draft202012Validator(SCHEMA)
FULL: dict[str, Any] = {
    "id": "pay",
    "policies": {
        "identity": [policy(allow())],
        "boundary": None,
        "session": [],
        "scps": [{"level": "root", "policies": [policy(allow())]}, {"level": "ou"}],
        "rcps": None,
        "resource": policy(allow(Principal="*")),
        "trust": None,
        "vpce": [policy(allow(Principal="*"))],
    },
    "request": {
        "principal": ROLE,
        "action": PAY,
        "resource": MANAGER,
        "resourceAccount": ACCOUNT,
        "context": {"a": "x", "b": ["x", 1], "c": True, "d": None, "e": []},
    },
    "expected": "deny",
    "expectedDetail": "ImplicitlyDenied",
    "tags": ["anything"],
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(FULL)
    for value in json.loads((Path(__file__).parent / "conformance.json").read_text()):
        VALIDATOR.validate(value)


def test_a_case_is_read_whole() -> None:
    case = read_case(FULL)
    assert (case.id, case.expected, case.detail) == ("pay", "deny", "ImplicitlyDenied")
    assert case.policies.boundary is None
    assert case.policies.session is None
    assert [layer.name for layer in case.policies.scps] == ["root", "ou"]
    assert case.policies.resource is not None
    assert case.request.principal == ROLE
    known = {key: case.request.context[key] for key in "abcde"}
    assert known == {"a": "x", "b": ("x", "1"), "c": "true", "d": UNKNOWN, "e": ()}


def test_what_is_missing_is_not_attached() -> None:
    least = {
        "id": "x",
        "policies": {},
        "request": {"principal": None, "action": PAY, "resource": "*"},
        "expected": "deny",
    }
    case = read_case(least)
    VALIDATOR.validate(least)
    assert not case.policies.identity.clauses
    assert case.policies[1:] == (None, None, (), (), None, None, None)
    assert case.request.principal is None


def changed(pointer: str, value: Any) -> Any:
    case = copy.deepcopy(FULL)
    *path, last = pointer[1:].split("/")
    place: Any = case
    for token in path:
        place = place[int(token)] if isinstance(place, list) else place[token]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return case


@pytest.mark.parametrize(
    ("pointer", "value", "message", "place"),
    [
        ("/id", ..., '"id" is missing', ""),
        ("/id", 7, '"id" must be text', "/id"),
        ("/expected", "alow", '"expected" must be "allow" or "deny"', "/expected"),
        ("/expected", ["allow"], '"expected" must be "allow" or "deny"', "/expected"),
        ("/expectedDetail", "no", '"expectedDetail" must be', "/expectedDetail"),
        ("/policies", [], '"policies" must be an object', "/policies"),
        (
            "/policies/boundry",
            [],
            'there is no kind of policy "boundry"; did you mean "boundary"?',
            "/policies/boundry",
        ),
        ("/policies/identity", {}, '"identity" must be a list', "/policies/identity"),
        ("/policies/identity", [7], "a policy must be an object", "/policies/identity/0"),
        ("/policies/resource", [], "a policy must be an object", "/policies/resource"),
        ("/policies/scps/0/level", ..., '"level" is missing', "/policies/scps/0"),
        ("/policies/scps/0/name", 1, "there is no member of a level", "/policies/scps/0/name"),
        ("/policies/scps/0/policies", 1, "must be a list", "/policies/scps/0/policies"),
        ("/request/principal", ..., '"principal" is missing', "/request"),
        ("/request/principal", "", "null for nobody", "/request/principal"),
        ("/request/action", "Pay", 'the action "Pay" names no service', "/request/action"),
        ("/request/resource", "", '"resource" must be text', "/request/resource"),
        ("/request/resourceAccount", 1, "must be text", "/request/resourceAccount"),
        ("/request/context", [], '"context" must be an object', "/request/context"),
        ("/request/context/a~1b", {}, "a context value must be", "/request/context/a~01b"),
        ("/request/context/b", [[]], "a context value must be", "/request/context/b/0"),
        ("/request/user", ROLE, "there is no member of a request", "/request/user"),
    ],
)
def test_what_is_wrong_is_said_and_where(
    pointer: str, value: Any, message: str, place: str
) -> None:
    case = changed(pointer, value)
    with pytest.raises(CaseError) as caught:
        read_case(case)
    assert message in caught.value.message
    assert caught.value.pointer == place
    assert not VALIDATOR.is_valid(case)


# What a schema has no words for.
BEYOND_SCHEMA = ("the same context key", "a case has no")


@pytest.mark.parametrize(
    ("pointer", "value", "message"),
    [
        ("/request/context/A", "y", '"A" is the same context key as "a"'),
        ("/expectedDetial", "Allowed", 'a case has no "expectedDetial"; did you mean'),
        ("/expected_detail", "Allowed", 'a case has no "expected_detail"; did you mean'),
    ],
)
def test_what_would_be_passed_over_is_refused(pointer: str, value: Any, message: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(changed(pointer, value))
    assert message in caught.value.message
    assert caught.value.pointer == pointer


@pytest.mark.parametrize("key", ["description", "details", "expectedBy", "expectation", "note"])
def test_a_case_may_say_more_of_itself(key: str) -> None:
    assert read_case(changed(f"/{key}", "more")) == read_case(FULL)


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_a_case_is_an_object(value: object) -> None:
    with pytest.raises(CaseError, match="a case must be an object"):
        read_case(value)


@settings(max_examples=200, deadline=None)
@given(mutated([FULL]))
def test_reader_and_schema_agree(value: Any) -> None:
    try:
        read_case(value)
    except CaseError as error:
        beyond = any(words in error.message for words in BEYOND_SCHEMA)
        assert beyond or not VALIDATOR.is_valid(value)
    else:
        assert VALIDATOR.is_valid(value)
