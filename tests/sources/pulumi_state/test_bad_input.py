"""No file, however broken, raises or takes long; what is wrong is said with its place."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources.pulumi_state import read_pulumi, recognises, recognises_stream
from sources.pulumi_state.stacks import (
    ATTACHMENT,
    CIPHER,
    FIXTURES,
    FORMS,
    GROUP,
    PLAIN,
    POLICY,
    ROLE,
    ROLE_POLICY,
    UNKNOWN,
    USER,
    allow,
    export,
    gaps,
    plan,
    preview,
    read,
    role,
    state,
    step,
    stream,
    urn,
)


def inline(policy: Any, to: Any = "a") -> dict[str, Any]:
    return state(ROLE_POLICY, "x", {"role": to, "policy": policy})


THE_POLICY = f"the policy of {ROLE_POLICY} x"
DOCUMENTS = [
    ("{", f"{THE_POLICY} cannot be read: not JSON: expecting property name enclosed in double quotes (line 1, column 2 of its text)"),
    ('{"a": 1,}', f'{THE_POLICY} cannot be read: trailing comma before "}}" (line 1, column 8 of its text)'),
    ("[]", f"{THE_POLICY} is no JSON object"),
    ("null", f"{THE_POLICY} is no JSON object"),
    (" ", f"{THE_POLICY} is empty"),
    ("[" * 5000, f"{THE_POLICY} cannot be read: nested too deeply to be a policy"),
    (7, f"{THE_POLICY} is neither an object nor JSON text"),
    ([allow("A")], f"{THE_POLICY} is neither an object nor JSON text"),
    (True, f"{THE_POLICY} is neither an object nor JSON text"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "message"), DOCUMENTS, ids=lambda value: str(value)[:30])
def test_a_document_that_is_none_is_an_error_and_a_gap(policy: Any, message: str) -> None:
    value = export(role("a"), inline(policy))
    text = json.dumps(value, indent=1)
    found = read(value)
    line = next(n for n, each in enumerate(text.split("\n"), 1) if '"policy": ' in each)
    column = len('     "policy": ') + 1
    assert found.errors == (InputError("stack.json", message, line, column),)
    (only,) = found.roles
    what = f"policy of {ROLE_POLICY} x"
    assert gaps(only.gaps) == [(what, "not in the input", "identity")]
    assert only.trust is not None


def nested(depth: int) -> dict[str, Any]:
    value: Any = UNKNOWN
    for _ in range(depth):
        value = [value]
    return {"Statement": value}


def test_a_document_that_nests_too_deeply_is_an_error() -> None:
    found = read(export(role("a"), inline(nested(100))))
    assert [each.message for each in found.errors] == [
        f"{THE_POLICY} nests too deeply for a policy"
    ]
    assert read(export(role("a"), inline(nested(60)))).errors == ()
    text = json.dumps(nested(100))
    assert len(read(export(role("a"), inline(text))).errors) == 1


WRONG_TYPES: list[tuple[Any, list[tuple[str, int]]]] = [
    (export(7, role("a")), [("a resource is no object", 10)]),
    (export({"urn": 7}, role("a")), [("a resource has no urn and type that are text", 10)]),
    (
        export({**role("a"), "inputs": [1]}),
        [(f"the inputs of {ROLE} a are no object", 14)],
    ),
    ({**export(), "deployment": {**export()["deployment"], "resources": {}}},
     [("the resources are no list", 9)]),
    (preview("x", step("create", role("a"))), [("a step is no object", 3)]),
    (preview(step("create", role("a")), {"op": 5, "urn": 6, "newState": "x"}),
     [('the step "" says nothing of the state after it', 20)]),
    ({"steps": {"a": 1}, "duration": 1, "changeSummary": {}}, [("the steps are no list", 2)]),
    (plan((ROLE, "a", 7)), [(f"the plan of {ROLE} a is no object", 8)]),
    (export(role("a", inputs={"inlinePolicies": "x"})),
     [(f"the inlinePolicies of {ROLE} a is no list", 17)]),
    (export(role("a", inputs={"inlinePolicies": ["x"]})),
     [(f"the inlinePolicies of {ROLE} a holds something that is no object", 18)]),
    (export(role("a", inputs={"managedPolicyArns": [7]})),
     [(f"the managedPolicyArns of {ROLE} a holds something that is no text", 17)]),
    (export(role("a"), inline(allow("A"), {"x": 1})),
     [(f"the role of {ROLE_POLICY} x holds something that is no text", 28)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "errors"), WRONG_TYPES, ids=lambda value: str(value)[-60:] if value else "-"
)
def test_a_wrong_type_is_an_error_at_its_place(value: Any, errors: list[tuple[str, int]]) -> None:
    found = read(value)
    assert [(each.message, each.line) for each in found.errors] == errors


@pytest.mark.parametrize("name", ["inputs", "inlinePolicies", "managedPolicyArns", "role"])
def test_what_could_not_be_read_is_never_a_clean_pass(name: str) -> None:
    value = {
        "inputs": export({**role("a"), "inputs": [1]}),
        "inlinePolicies": export(role("a", inputs={"inlinePolicies": "x"})),
        "managedPolicyArns": export(role("a", inputs={"managedPolicyArns": [7]})),
        "role": export(role("a"), inline(allow("A"), 7)),
    }[name]
    found = read(value)
    assert [gap for each in found.roles for gap in each.gaps] + [*found.gaps]


@pytest.mark.parametrize("form", FORMS[:-1])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused_with_the_place(form: str, part: float) -> None:
    text = (FIXTURES / form).read_text()
    found = read_pulumi(form, text[: int(len(text) * part)])
    assert isinstance(found, InputError)
    assert found.path == form
    assert found.line > 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("{}", "this is no preview, stack export, checkpoint or update plan of Pulumi"),
        ("[1]", "this is no preview, stack export, checkpoint or update plan of Pulumi"),
        ("[" * 100_000, "nested too deeply to be a policy"),
        (json.dumps(export())[:-1] + ', "version": 4}',
         'the key "version" stands twice in one object (first on line 1): one of them would be lost'),
    ],
    ids=["empty", "an object", "a list", "deep", "a key twice"],
)  # fmt: skip
def test_a_text_that_is_nothing_of_pulumi_s_is_refused(text: str, message: str) -> None:
    found = read_pulumi("x.json", text)
    assert isinstance(found, InputError)
    assert found.message == message


def test_resources_that_are_each_other_s_parents_are_read() -> None:
    one, two = urn(ROLE, "a"), urn(ROLE, "b")
    first = role("a", parent=two, dependencies=[two], made_from={"name": [one, two]})
    second = role("b", parent=one, dependencies=[one], made_from={"name": [one, two]})
    found = read(export(first, second, first))
    assert [each.name for each in found.roles] == ["a", "b", "a"]


def test_pairs_beyond_any_use_are_not_multiplied() -> None:
    names = [f"n{index}" for index in range(1000)]
    kind = "aws:iam/policyAttachment:PolicyAttachment"
    found = read(export(state(kind, "x", {"policyArn": names, "roles": names})))
    message = f"{kind} x joins 1,000,000 pairs: more than 100,000 are not read"
    assert [each.message for each in found.errors][1:] == [message]
    assert len(found.gaps) == 1


def test_groups_do_not_multiply_policies_beyond_any_use() -> None:
    listed = [f"arn:aws:iam::111122223333:policy/p{index}" for index in range(2000)]
    group = "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive"
    members = "aws:iam/groupMembership:GroupMembership"
    users = [state(USER, f"u{index}", {"name": f"u{index}"}) for index in range(600)]
    names = [f"u{index}" for index in range(600)]
    found = read(
        export(
            *users,
            state(GROUP, "g", {"name": "g"}),
            state(group, "x", {"groupName": "g", "policyArns": listed}),
            state(members, "m", {"group": "g", "users": names}),
        )
    )
    message = "groups give their users more than 1,000,000 policies"
    assert [each.message for each in found.errors] == [message]
    assert gaps(found.gaps) == [(message, "not in the input", "identity")]
    assert [len(each.managed) for each in found.roles[:2]] == [2000, 2000]


# Whatever is taken from an export or made unknown: what is missed then is said.
LOSSES: list[Any] = [UNKNOWN, CIPHER, "[secret]", None, 7, [], f"x{UNKNOWN}"]


@pytest.mark.parametrize("form", ["export.json", "checkpoint.json", "preview.json"])
@pytest.mark.parametrize("value", LOSSES, ids=str)
def test_no_policy_is_lost_in_silence(form: str, value: Any) -> None:
    text = (FIXTURES / form).read_text()
    whole = held(read(text))
    lost = 0
    for index, (_, key) in enumerate(places(json.loads(text))):
        if key not in ("policy", "role", "policyArn", "assumeRolePolicy"):
            continue
        changed = json.loads(text)
        container, _ = places(changed)[index]
        container[key] = value
        found = read(changed)
        for name, had in whole.items():
            if not had <= held(found)[name]:
                assert named(found)[name].gaps or found.gaps or found.errors, container
                lost += 1
    assert lost >= 8


def named(found: Infrastructure) -> dict[str, Any]:
    return {role_.address: role_ for role_ in found.roles}


def held(found: Infrastructure) -> dict[str, set[str]]:
    """By role, what its policies say."""
    return {
        name: {
            json.dumps(each.value, default=str) for each in (*role_.identity, role_.trust) if each
        }
        for name, role_ in named(found).items()
    }


HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**30)
    | st.text(max_size=6)
    | st.sampled_from(
        [UNKNOWN, f"a{UNKNOWN}", "[secret]", CIPHER, PLAIN, "a", allow("A"), "{", "arn:aws:iam::",
         urn(ROLE, "agent"), urn(POLICY, "spend"), ROLE, ROLE_POLICY, ATTACHMENT, "delete", "same"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a decoded value."""
    found: list[tuple[Any, Any]] = []
    pending = [value] if isinstance(value, (dict, list)) else []
    while pending:
        one = pending.pop()
        keys: list[Any] = list(one) if isinstance(one, dict) else list(range(len(one)))
        found += [(one, key) for key in keys]
        pending += [one[key] for key in keys if isinstance(one[key], (dict, list))]
    return found


@st.composite
def broken(draw: st.DrawFn, form: str) -> str:
    """A file of that form in which some values are others, or missing."""
    text = (FIXTURES / form).read_text()
    lines = text.splitlines() if form.endswith("l") else [text]
    values = [json.loads(line) for line in lines]
    for _ in range(draw(st.integers(1, 6))):
        every = [place for value in values for place in places(value)]
        if not every:
            break
        container, key = every[draw(st.integers(0, len(every) - 1))]
        if isinstance(container, dict) and draw(st.integers(0, 3)) == 0:
            del container[key]
        else:
            container[key] = json.loads(json.dumps(draw(HOSTILE)))  # not the shared one
    return "\n".join(json.dumps(value) for value in values)


def check(found: Infrastructure | InputError) -> None:
    assert isinstance(found, (Infrastructure, InputError))
    if isinstance(found, InputError):
        return
    assert "HUSH" not in repr(found)
    for role_ in found.roles:
        for document in (*role_.identity, role_.trust):
            assert document is None or any(document is each for each in found.documents)
    for document in found.documents:
        wanted = [
            ("/Statement", False),
            ("", False),
            *((at, True) for at, _ in document.unresolved),
        ]
        assert set(document.source.spans(wanted)) == set(wanted)


@pytest.mark.parametrize("form", [*FORMS, "excerpts/unchanged-preview.json"])
def test_a_broken_file_is_reported_on_and_never_raises(form: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(broken(form))
    def never_raises(text: str) -> None:
        check(read_pulumi("x", text))

    never_raises()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
def test_any_text_is_refused_or_read(text: str) -> None:
    check(read_pulumi("x", text))
    recognises_stream(text)


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_any_value_can_be_asked_about(value: Any) -> None:
    recognises(value)
    for around in (
        {"version": 3, "deployment": value},
        {"version": 3, "checkpoint": value},
        {"steps": value},
        {"resourcePlans": value},
        export(value, value),
        preview(value, {"op": value, "urn": value, "newState": value}),
        plan((ROLE, "a", value), (ROLE, "b", {"goal": value, "steps": value})),
    ):
        check(read_pulumi("x", json.dumps(around)))
    check(read_pulumi("x", stream({"resourcePreEvent": value}, {"summaryEvent": value})))


def thousand(indent: int | None) -> str:
    """A preview of 1,000 IAM resources: roles, policies of their own and attached ones."""
    states: list[Any] = []
    for index in range(250):
        name = f"r{index}"
        made_from = {"role": [urn(ROLE, name)], "policyArn": [urn(POLICY, name)]}
        states += [
            role(name),
            state(ROLE_POLICY, name, {"role": name, "policy": allow("GetPaymentSession")}),
            state(POLICY, name, {"name": name, "policy": allow("ListPaymentSessions")}),
            state(ATTACHMENT, name, {"role": name, "policyArn": UNKNOWN}, made_from=made_from),
        ]
    return json.dumps(preview(*(step("create", each) for each in states)), indent=indent)


def seconds(text: str) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        read_pulumi("x", text)
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("indent", [None, 4])
def test_a_thousand_resources_cost_no_more_than_their_number(indent: int | None) -> None:
    text = thousand(indent)
    found = read_pulumi("x", text)
    assert isinstance(found, Infrastructure)
    assert [len(each.identity) for each in found.roles] == [2] * 250
    assert seconds(text) < 10  # a square of their number takes minutes


def test_ten_megabytes_on_one_line_are_read() -> None:
    content = state("aws:s3/bucketObject:BucketObject", "o", {"content": "x" * 10_000_000})
    text = json.dumps(export(content, role("a"), inline("{")))
    found = read(text)
    assert [each.name for each in found.roles] == ["a"]
    assert found.errors[0].column > 10_000_000
    assert seconds(text) < 20


def test_time_grows_with_the_size_of_a_stream() -> None:
    one = {"resourcePreEvent": {"metadata": {"op": "create", "urn": "u", "new": role("a")}}}
    small, large = (stream(*[one] * count, {"summaryEvent": {}}) for count in (1000, 8000))
    assert seconds(large) < 16 * seconds(small) + 0.1
