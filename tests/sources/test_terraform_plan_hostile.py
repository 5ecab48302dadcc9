"""No plan, however broken, raises, takes long or loses something without a word."""

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import JSON, mutated
from fixtures.terraform.planned import POLICY, plain, plan, read, read_text, resource, role, told
from payguard import pointer
from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources import json_text
from payguard.sources.terraform_plan import read_plan, recognises

FIXTURES = Path(__file__).parent.parent / "fixtures" / "terraform"
NAMES = (
    "plan-create.json",
    "state.json",
    "terraform.tfstate",
    "changes/plan.json",
    "references/plan.json",
)
VALUES = {name: json.loads((FIXTURES / name).read_text()) for name in NAMES}
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def undecided(found: Infrastructure) -> int:
    """How much was said about what is not known."""
    holes = sum(len(document.unresolved) for document in found.documents)
    gaps = len(found.gaps) + sum(len(one.gaps) for one in found.roles)
    unknown = sum(
        not isinstance(text, str) for one in found.roles for text in (one.name, one.arn, *one.tags)
    )
    return holes + gaps + unknown


@SLOW
@given(mutated(list(VALUES.values())))
def test_a_mutated_plan_never_raises(value: Any) -> None:
    try:
        text = json.dumps(value)
        json_text.parse(text)
    except (ValueError, json_text.JsonError):
        return
    if recognises(value):
        found = read_text(text)
        assert isinstance(found, (Infrastructure, InputError))
        again = read_text(text)
        if isinstance(found, Infrastructure) and isinstance(again, Infrastructure):
            assert plain(found) == plain(again)


@SLOW
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "planned_values",
                "resource_changes",
                "prior_state",
                "configuration",
                "variables",
                "values",
                "complete",
            ]
        ),
        JSON,
    )
)
def test_anything_in_the_place_of_a_section_never_raises(value: Any) -> None:
    value = {"format_version": "1.2", "resource_changes": [], **value}
    found = read_plan("plan.json", json.dumps(value), json.loads(json.dumps(value)))
    assert isinstance(found, Infrastructure)


def places(value: Any, here: str = "") -> Iterator[str]:
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for token, inner in items if isinstance(value, (dict, list)) else ():
        at = pointer.join(here, token)
        if isinstance(inner, (dict, list)):
            yield from places(inner, at)
        else:
            yield at


def replaced(value: Any, place: str, new: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    *above, last = pointer.tokens(place)
    for token in above:
        inner = inner[int(token)] if isinstance(inner, list) else inner[token]
    inner[int(last) if isinstance(inner, list) else last] = new
    return value


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 7, 1.5, "", "junk", "*", "data", "delete", "{", "{}", "[]", "\ud800"),
        *("aws_iam_role", "aws_iam_policy", 'module.x["a"]', "each.value", '{"Statement": []}'),
        *([], ["junk"], [None], [[]], [{}], {}, {"junk": 7}, {"references": ["each.value"]}),
    ]
)
PLACES = {name: [place for place in places(value) if place] for name, value in VALUES.items()}


@SLOW
@given(st.data())
def test_junk_anywhere_in_a_plan_never_raises(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    value = VALUES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        with suppress(LookupError, TypeError, ValueError):  # what was there has become junk
            value = replaced(value, data.draw(st.sampled_from(PLACES[name])), data.draw(JUNK))
    if not recognises(value):
        return
    text = json.dumps(value)
    found = read_plan("plan.json", text, json.loads(text))
    for document in found.documents if isinstance(found, Infrastructure) else ():
        document.source.spans({("", False), ("/Statement/0/Resource/0", False)})
        assert document.source.line(1)


# What a plan says, and who may notice if it were something else.
TELLING = ("address", "type", "name", "mode", "change", "actions", "after", "policy", "role")
TELLING_MORE = ("assume_role_policy", "policy_arn", "attributes", "values", "resources")
TELLING_ALL = (*TELLING, *TELLING_MORE, "instances", "root_module", "child_modules")


def telling_places(name: str) -> list[str]:
    value = VALUES[name]
    sections = {
        "plan-create.json": ("/resource_changes",),
        "state.json": ("/values/root_module",),
        "terraform.tfstate": ("/resources",),
    }[name]
    return [
        place
        for place in places(value)
        if place.startswith(sections)
        and "data" not in str(parent_of(value, place).get("mode"))
        and (place in sections or place.rpartition("/")[2] in TELLING_ALL or is_item(place))
        and "terraform_data" not in str(at(value, place))
        and "output_changes" not in place
        and "sensitive" not in place
    ]


def is_item(place: str) -> bool:
    above, _, last = place.rpartition("/")
    return last.isdigit() and above.rpartition("/")[2] in (*TELLING_ALL, "resource_changes")


def at(value: Any, place: str) -> Any:
    for token in pointer.tokens(place):
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def parent_of(value: Any, place: str) -> dict[str, Any]:
    while place:
        place = pointer.parent(place)
        found = at(value, place)
        if isinstance(found, dict) and "mode" in found:
            return found
    return {}


@pytest.mark.parametrize("name", ["plan-create.json", "state.json", "terraform.tfstate"])
@pytest.mark.parametrize("junk", [7, True, "junk", ["junk"], {"junk": 7}], ids=repr)
def test_nothing_is_lost_without_a_word(name: str, junk: Any) -> None:
    """A value of another type is told of, unless the file says the same elsewhere."""
    before = read(VALUES[name])
    assert not before.errors
    wrong = []
    for place in telling_places(name):
        if type(at(VALUES[name], place)) is type(junk):
            continue
        found = read_text(json.dumps(replaced(VALUES[name], place, junk)))
        assert isinstance(found, Infrastructure)
        said = found.errors or undecided(found) > undecided(before)
        if not said and told(found) != told(before):
            wrong.append(place)
    assert wrong == []


BROKEN = [
    ("{", "is no policy: not JSON: expecting property name enclosed in double quotes"),
    ("", "is no policy: it is empty"),
    ("[]", "is no policy: its JSON is a list"),
    ("5", "is no policy: its JSON is a number"),
    ('{"a": 1, "a": 2}', 'is no policy: the key "a" stands twice in one object'),
    ("[" * 100_000, "is no policy: nested too deeply to be a policy"),
    (["a"], "is a list: a policy is JSON text"),
    ({"Statement": []}, "is an object: a policy is JSON text"),
    (5, "is a number: a policy is JSON text"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_a_policy_that_is_none_is_an_error_at_its_place_and_a_gap(text: Any, message: str) -> None:
    own = resource("aws_iam_role_policy.own", {"role": "r", "policy": text})
    good = resource("aws_iam_role_policy.good", {"role": "r", "policy": json.dumps(POLICY)})
    value = plan(role("r"), own, good)
    written = json.dumps(value, indent=1)
    found = read_text(written)
    assert isinstance(found, Infrastructure)
    (error,) = found.errors
    assert error.message.startswith(f"aws_iam_role_policy.own: policy {message}")
    line = written.split("\n")[error.line - 1]
    assert line[: error.column - 1].strip() == '"policy":'
    has = told(found)["aws_iam_role.r"]
    assert has["identity"] == ["aws_iam_role_policy.good"]
    assert [what for _, what, _ in has["gaps"]] == ["aws_iam_role_policy.own.policy"]


def test_a_truncated_plan_is_refused_with_its_place() -> None:
    text = (FIXTURES / "plan-create.json").read_text()
    with pytest.raises(json_text.JsonError) as caught:
        read_text(text[: len(text) // 2])
    assert caught.value.line == 1
    assert caught.value.column > 1000


def test_a_plan_that_stopped_with_an_error_is_one() -> None:
    value = {**plan(role("r")), "errored": True, "complete": False}
    found = read(value)
    assert [error.message for error in found.errors] == [
        "this plan ended in an error: it lacks what was not reached"
    ]
    assert len(found.roles) == len(found.gaps) == 1


def test_planned_values_alone_leave_what_they_do_not_tell_open() -> None:
    """Without the changes, an attribute that is not there may be anything."""
    value = json.loads(json.dumps(VALUES["plan-create.json"]))
    del value["resource_changes"]
    found = read(value)
    assert told(found) == told(read(VALUES["plan-create.json"]))
    del value["configuration"]
    for has in told(read(value)).values():
        assert {what.rpartition(".")[2] for _, what, _ in has["gaps"]} >= {
            "inline_policy",
            "managed_policy_arns",
        }


@pytest.mark.parametrize("deep", [60, 70, 200])
def test_modules_are_read_so_deep_and_no_deeper(deep: int) -> None:
    leaf = {
        "address": "aws_iam_user.u",
        "mode": "managed",
        "type": "aws_iam_user",
        "name": "u",
        "values": {"name": "u"},
    }
    module: dict[str, Any] = {"resources": [{**leaf, "address": "module.m.aws_iam_user.u"}]}
    for _ in range(deep):
        module = {"child_modules": [module], "address": "module.m"}
    module["resources"] = [leaf]
    found = read({"format_version": "1.0", "values": {"root_module": module}})
    assert len(found.roles) == (2 if deep < 64 else 1)
    assert [error.message for error in found.errors] == (
        [] if deep < 64 else ["modules nested more than 64 deep"]
    )


@pytest.mark.parametrize("deep", [0, 1, 40, 90, 200])
def test_secrets_are_blotted_out_however_deep_they_are(deep: int) -> None:
    leaf = {"values": {"pin": 4711}, "sensitive_values": {"pin": True}}
    module: dict[str, Any] = {"resources": [{"address": "a.b", "type": "a", "name": "b", **leaf}]}
    for _ in range(deep):
        module = {"child_modules": [module], "address": "module.m"}
    values = {"root_module": module}
    own = resource("aws_iam_role_policy.own", {"role": "r", "policy": json.dumps(POLICY)})
    value = {**plan(own), "planned_values": values}
    (document,) = read(value).documents
    line = document.source.line(1)
    assert "4711" not in line
    assert len(line) == len(json.dumps(value))


def test_ten_megabytes_on_one_line_are_read() -> None:
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"] * 40, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement] * 10})
    changes = [
        one
        for index in range(1200)
        for one in (
            role(f"r{index}"),
            resource(f"aws_iam_role_policy.p{index}", {"role": f"r{index}", "policy": policy}),
        )
    ]
    value = plan(*changes)
    assert len(json.dumps(value)) > 10_000_000
    found = read(value)
    assert len(found.roles) == 1200
    assert all(len(one.identity) == 1 for one in found.roles)
    last = found.documents[-1].source.spans({("/Statement/9/Action/39", False)})
    assert next(iter(last.values())).line == 1


def test_documents_that_grow_by_being_merged_stop_growing() -> None:
    top = 40
    sources = [
        resource(
            f"data.aws_iam_policy_document.d{index}",
            {
                "statement": [{"actions": ["s3:*"], "resources": ["*"]}],
                "source_policy_documents": [None, None] if index else None,
            },
            {"json": True, "source_policy_documents": [True, True] if index else None},
            actions=("read",),
        )
        for index in range(top + 1)
    ]
    blocks: dict[str, Any] = {
        f"data__aws_iam_policy_document__d{index}": {
            "source_policy_documents": [
                f"data.aws_iam_policy_document.d{index - 1}.json",
                f"data.aws_iam_policy_document.d{max(0, index - 2)}.json",
            ]
        }
        for index in range(1, top + 1)
    }
    own = resource("aws_iam_role_policy.own", {"role": "r"}, {"policy": True})
    blocks["aws_iam_role_policy__own"] = {"policy": [f"data.aws_iam_policy_document.d{top}.json"]}
    found = read(plan(role("r"), own, *sources, **blocks))
    assert max(len(document.value["Statement"]) for document in found.documents) <= 1001
    assert told(found)["aws_iam_role.r"]
