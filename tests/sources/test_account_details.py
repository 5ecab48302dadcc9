"""The account's authorization details: who has which policies, whatever form they come in."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import JSON, mutated
from fixtures.terraform.planned import POLICY, TRUST, attached, plain
from payguard import pointer
from payguard.iam.document import BOUNDARY, IDENTITY
from payguard.iam.unresolved import MISSING
from payguard.infrastructure import GROUP, ROLE, USER, Infrastructure
from payguard.sources import json_text
from payguard.sources.account_details import read_account_details, recognises

FIXTURE = Path(__file__).parent.parent / "fixtures" / "account_details" / "details.json"
DETAILS: dict[str, Any] = json.loads(FIXTURE.read_text())
ACCOUNT = "arn:aws:iam::123456789012:"
AGENT, LATE = ACCOUNT + "role/AgentRuntime", ACCOUNT + "role/LateManager"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
FEW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def read(value: Any, indent: int | None = None) -> Infrastructure:
    text = json.dumps(value, indent=indent)
    found = read_account_details("details.json", text, json_text.parse(text))
    assert isinstance(found, Infrastructure)
    return found


def told(found: Infrastructure) -> dict[str, Any]:
    return {one.address: attached(one) for one in found.roles}


def encoded(value: Any, encode: Callable[[str], str] = quote) -> Any:
    """The answer with its documents as the API has them: URL-encoded JSON text."""
    if isinstance(value, list):
        return [encoded(item, encode) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: encode(json.dumps(inner)) if name.endswith("Document") else encoded(inner, encode)
        for name, inner in value.items()
    }


EXPECTED = {
    ACCOUNT + "user/anna": {
        "identity": [
            ACCOUNT + "user/anna inline policy look",
            ACCOUNT + "group/payers inline policy pay",
        ]
    },
    ACCOUNT + "group/payers": {"identity": [ACCOUNT + "group/payers inline policy pay"]},
    LATE: {"identity": [LATE + " inline policy late"], "boundary": ACCOUNT + "policy/limit"},
    ACCOUNT + "role/PaymentsExecution-eu": {
        "identity": [ACCOUNT + "role/PaymentsExecution-eu inline policy execution"]
    },
    AGENT: {"identity": [ACCOUNT + "policy/budget", ACCOUNT + "policy/spend"]},
    ACCOUNT + "role/PaymentsExecution-us": {
        "identity": [ACCOUNT + "role/PaymentsExecution-us inline policy execution"]
    },
    ACCOUNT + "role/PaymentsManagement": {
        "identity": [ACCOUNT + "role/PaymentsManagement inline policy management"]
    },
}

FORMS: list[tuple[str, Any]] = [
    ("as the CLI prints it", DETAILS),
    ("as the API has it", encoded(DETAILS)),
    ("encoded without exception", encoded(DETAILS, lambda text: quote(text, safe=""))),
    ("as JSON text", encoded(DETAILS, str)),
    ("in pages", [{**DETAILS, "Policies": []}, {"Policies": DETAILS["Policies"]}]),
]


@pytest.mark.parametrize("value", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
def test_everybody_has_what_is_attached_to_them(value: Any) -> None:
    found = read(value)
    assert sorted(told(found).items()) == sorted(EXPECTED.items())
    assert not found.errors
    assert not found.gaps


def test_of_a_policy_the_default_version_counts() -> None:
    found = read(DETAILS)
    late = next(one for one in found.roles if one.address == LATE)
    assert late.boundary is not None
    assert late.boundary.policy_type == BOUNDARY
    assert late.boundary.value["Statement"][0]["Action"] == ["bedrock-agentcore:Get*"]
    unmarked = copy.deepcopy(DETAILS)
    for policy in unmarked["Policies"]:
        for version in policy["PolicyVersionList"]:
            del version["IsDefaultVersion"]
    assert told(read(unmarked)) == EXPECTED


def test_names_kinds_tags_and_trust_are_told() -> None:
    found = {one.address: one for one in read(DETAILS).roles}
    assert [one.kind for one in found.values()] == [USER, GROUP, *[ROLE] * 5]
    assert (found[AGENT].name, found[AGENT].arn) == ("AgentRuntime", AGENT)
    assert dict(found[ACCOUNT + "user/anna"].tags) == {"team": "pay"}
    trust = found[AGENT].trust
    assert trust is not None
    assert trust.value["Statement"][0]["Action"] == "sts:AssumeRole"


@pytest.mark.parametrize("indent", [None, 4])
@pytest.mark.parametrize("value", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
def test_every_value_of_a_document_is_found_at_its_place(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    for document in read(value, indent).documents:
        places = [
            (pointer.join("/Statement", index, element), inner)
            for index, statement in enumerate(document.value["Statement"])
            for element, inner in statement.items()
            if isinstance(inner, str)
        ]
        spans = document.source.spans({(place, False) for place, _ in places})
        for place, expected in places:
            span = spans[place, False]
            shown = lines[span.line - 1][span.column - 1 : span.end_column - 1]
            written = json.dumps(expected)
            assert shown in {
                written,
                json.dumps(written)[1:-1],
                quote(written),
                quote(written, safe=""),
            }
        assert document.source.line(1) == lines[0]


def test_characters_of_all_sizes_are_counted() -> None:
    policy = {"Id": "é€😀%", "Statement": [{"Sid": "s"}]}
    trust = {"Statement": "ü"}
    for ascii_only in (True, False):
        text = quote(json.dumps(policy, ensure_ascii=ascii_only))
        value = {
            "RoleDetailList": [
                {
                    "RoleName": "r",
                    "Arn": "arn",
                    "AssumeRolePolicyDocument": trust,
                    "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": text}],
                }
            ]
        }
        written = json.dumps(value)
        (document,) = read(value).roles[0].identity
        span = document.source.spans({("/Statement/0/Sid", False)})["/Statement/0/Sid", False]
        assert document.value == policy
        assert written[span.column - 1 : span.end_column - 1] == quote('"s"')


def test_a_policy_that_is_not_in_the_answer_is_named() -> None:
    value = {
        "RoleDetailList": [
            {
                "RoleName": "r",
                "Arn": "arn:aws:iam::1:role/r",
                "AssumeRolePolicyDocument": TRUST,
                "AttachedManagedPolicies": [{"PolicyArn": READ_ONLY}],
                "PermissionsBoundary": {"PermissionsBoundaryArn": READ_ONLY},
            }
        ]
    }
    assert told(read(value)) == {
        "arn:aws:iam::1:role/r": {"managed": [READ_ONLY], "boundary": READ_ONLY}
    }


def test_groups_of_one_name_are_told_apart_by_account() -> None:
    def group(account: int) -> dict[str, Any]:
        inline = [{"PolicyName": str(account), "PolicyDocument": POLICY}]
        arn = f"arn:aws:iam::{account}:group/x/g"
        return {"GroupName": "g", "Arn": arn, "GroupPolicyList": inline}

    users = [
        {"UserName": "u", "Arn": f"arn:aws:iam::{account}:user/u", "GroupList": ["g"]}
        for account in (1, 2, 3)
    ]
    found = told(read({"UserDetailList": users, "GroupDetailList": [group(1), group(2)]}))
    for account in (1, 2):
        assert found[f"arn:aws:iam::{account}:user/u"] == {
            "identity": [f"arn:aws:iam::{account}:group/x/g inline policy {account}"]
        }
    assert found["arn:aws:iam::3:user/u"] == {"gaps": [(IDENTITY, "the group g", MISSING)]}


TRUNCATED: list[tuple[Any, int]] = [
    ({**DETAILS, "IsTruncated": True, "Marker": "m"}, 1),
    ({**DETAILS, "NextToken": "m"}, 1),
    ([{**DETAILS, "IsTruncated": True}, {"Policies": []}], 0),
    ([{"Policies": []}, {**DETAILS, "IsTruncated": True}], 1),
]


@pytest.mark.parametrize(("value", "gaps"), TRUNCATED)
def test_an_answer_that_goes_on_elsewhere_is_not_complete(value: Any, gaps: int) -> None:
    found = read(value)
    what = "the pages that follow: the answer is truncated"
    assert [gap.unresolved.what for gap in found.gaps] == [what] * gaps


RECOGNISED: list[tuple[Any, bool]] = [
    ({"RoleDetailList": []}, True),
    ({"UserDetailList": [], "Policies": []}, True),
    ({"Policies": [{"PolicyName": "p", "PolicyVersionList": []}]}, True),
    ([{"GroupDetailList": []}], True),
    ({"Policies": [{"PolicyName": "p", "Arn": "a"}]}, False),
    ({"Policies": []}, False),
    ({"RoleDetailList": "r"}, False),
    ({"Statement": []}, False),
    ([], False),
    (5, False),
    (None, False),
]


@pytest.mark.parametrize(("value", "expected"), RECOGNISED)
def test_such_answers_are_told_by_their_content(value: Any, expected: bool) -> None:
    assert recognises(value) is expected


BROKEN: list[tuple[Any, str]] = [
    (
        "%7B%22a%22",
        "the policy cannot be read: not JSON: expecting ':' delimiter (line 1, column 5",
    ),
    ("%FF%7B%7D", "the policy is no URL-encoded UTF-8"),
    ("{", "the policy cannot be read: not JSON: expecting property name"),
    ("[]", "the policy is no JSON object"),
    ("%5B" * 100_000, "the policy cannot be read: nested too deeply to be a policy"),
    (["a"], "/RoleDetailList/0/RolePolicyList/0/PolicyDocument is no policy document"),
]


@pytest.mark.parametrize(("document", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_policy_that_is_none_is_an_error_at_its_place_and_a_gap(
    document: Any, message: str
) -> None:
    value = {
        "RoleDetailList": [
            {
                "RoleName": "r",
                "Arn": "arn:aws:iam::1:role/r",
                "AssumeRolePolicyDocument": TRUST,
                "RolePolicyList": [
                    {"PolicyName": "bad", "PolicyDocument": document},
                    {"PolicyName": "good", "PolicyDocument": POLICY},
                ],
            }
        ]
    }
    found = read(value, 1)
    (error,) = found.errors
    assert error.message.startswith(f"arn:aws:iam::1:role/r inline policy bad: {message}")
    line = json.dumps(value, indent=1).split("\n")[error.line - 1]
    assert line[: error.column - 1].strip() == '"PolicyDocument":'
    assert told(found)["arn:aws:iam::1:role/r"] == {
        "identity": ["arn:aws:iam::1:role/r inline policy good"],
        "gaps": [(IDENTITY, "/RoleDetailList/0/RolePolicyList/0/PolicyDocument", MISSING)],
    }


@FEW
@given(mutated([DETAILS, encoded(DETAILS)]))
def test_a_mutated_answer_never_raises(value: Any) -> None:
    try:
        json_text.parse(json.dumps(value))
    except (ValueError, json_text.JsonError):
        return
    if recognises(value):
        assert plain(read(value)) == plain(read(value))


@FEW
@given(
    st.dictionaries(
        st.sampled_from(["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"]),
        st.lists(JSON, max_size=3) | JSON,
    )
)
def test_anything_in_the_place_of_a_list_never_raises(value: Any) -> None:
    value = {"RoleDetailList": [], **value}
    with suppress(json_text.JsonError):  # not every value that Python writes is JSON
        read(value)


def places(value: Any, here: str = "") -> list[str]:
    found = [here]
    if isinstance(value, dict) and not here.endswith("Document"):
        found += [at for key, item in value.items() for at in places(item, pointer.join(here, key))]
    elif isinstance(value, list):
        found += [at for index, item in enumerate(value) for at in places(item, f"{here}/{index}")]
    return found


def with_junk(place: str, junk: Any) -> Any:
    value = copy.deepcopy(DETAILS)
    inner: Any = value
    *above, last = pointer.tokens(place)
    for token in above:
        inner = inner[int(token)] if isinstance(inner, list) else inner[token]
    inner[int(last) if isinstance(inner, list) else last] = junk
    return value


@pytest.mark.parametrize("junk", [7, True, ["junk"], {"junk": 7}], ids=repr)
def test_nothing_is_lost_without_a_word(junk: Any) -> None:
    """A value of another type is told of, unless it says nothing about access."""
    wrong = []
    for place in places(DETAILS):
        if not place or not recognises(value := with_junk(place, junk)):
            continue
        found = read(value)
        said = found.errors or found.gaps or any(one.gaps for one in found.roles)
        if not said and told(found) != EXPECTED:
            wrong.append(place)
    assert wrong == []


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 7, "", "junk", "%7B%7D", "%FF", "\ud800", [], ["junk"], [{}], {}, {"junk": 7}]
)
PLACES = [place for place in places(DETAILS) if place]


@FEW
@given(st.sampled_from(PLACES), JUNK)
def test_junk_anywhere_in_an_answer_never_raises(place: str, junk: Any) -> None:
    value = with_junk(place, junk)
    if recognises(value):
        for document in read(value).documents:
            document.source.spans({("", False), ("/Statement/0/Resource/0", False)})
