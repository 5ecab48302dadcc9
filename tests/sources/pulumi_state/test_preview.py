"""What is there after a preview: steps, and what a preview does not show."""

from typing import Any

import pytest

from payguard.iam.document import IDENTITY
from payguard.iam.unresolved import MISSING
from payguard.infrastructure import Infrastructure
from sources.pulumi_state.stacks import (
    ACCOUNT,
    ROLE,
    ROLE_POLICY,
    UNKNOWN,
    actions,
    allow,
    gaps,
    only,
    preview,
    read,
    role,
    shown,
    state,
    step,
    stream,
)


def after(*steps: Any) -> Infrastructure:
    return read(preview(*steps))


def inline(action: str, **more: Any) -> dict[str, Any]:
    return state(ROLE_POLICY, "x", {"role": "a", "policy": allow(action)}, **more)


OLD = role("a", id="a", outputs={"arn": f"{ACCOUNT}:role/a"})
NEW = role("a")


@pytest.mark.parametrize("op", ["same", "update", "refresh", "import", "read"])
def test_a_role_that_stays_keeps_its_arn(op: str) -> None:
    found = only(after(step(op, NEW, OLD)))
    assert (found.name, found.arn) == ("a", f"{ACCOUNT}:role/a")


@pytest.mark.parametrize("op", ["create", "replace", "create-replacement"])
def test_a_role_that_is_made_anew_has_no_arn_yet(op: str) -> None:
    found = only(after(step(op, NEW, OLD)))
    assert shown(found.arn).startswith("arn:aws*:iam::*:role/a (")


@pytest.mark.parametrize("op", ["delete", "discard"])
def test_what_is_deleted_is_not_there(op: str) -> None:
    assert after(step(op, None, OLD)).roles == ()
    assert after(step("refresh", OLD, OLD), step(op, None, OLD)).roles == ()


def test_a_role_that_a_refresh_finds_gone_is_not_there() -> None:
    found = after(step("refresh", None, OLD))
    assert (found.roles, found.errors) == ((), ())


def test_a_replacement_counts_once_in_whatever_order() -> None:
    made, ends, logical = (
        step("create-replacement", NEW, OLD),
        step("delete-replaced", None, OLD),
        step("replace", NEW, OLD),
    )
    for steps in ([made, logical, ends], [ends, logical, made], [logical]):
        assert only(after(*steps)).name == "a"


def test_the_remains_of_an_earlier_replacement_are_not_the_role() -> None:
    found = after(step("same", NEW, OLD), step("delete", None, {**OLD, "delete": True}))
    assert only(found).name == "a"


def test_the_state_after_an_update_counts() -> None:
    found = after(
        step("same", NEW, OLD),
        step("update", inline("ListPaymentSessions"), inline("ProcessPayment")),
    )
    assert actions(only(found).identity) == ["ListPaymentSessions"]


def test_the_last_of_several_steps_counts() -> None:
    found = after(
        step("create", NEW), step("refresh", inline("Old")), step("update", inline("New"))
    )
    assert actions(only(found).identity) == ["New"]


def test_a_step_that_says_nothing_of_the_state_after_it_is_an_error() -> None:
    found = after(step("frobnicate", None, OLD), step("create", NEW))
    (error,) = found.errors
    assert error.message == 'the step "frobnicate" says nothing of the state after it'
    assert error.line == 3
    assert [each.name for each in found.roles] == ["a"]


def test_a_document_of_the_state_before_is_never_used() -> None:
    new = inline("x")
    del new["inputs"]["policy"]
    found = after(step("create", NEW), step("update", new, inline("Old", outputs={"policy": "{}"})))
    assert only(found).identity == ()
    assert gaps(only(found).gaps) == [(f"policy of {ROLE_POLICY} x", MISSING, IDENTITY)]


UNSHOWN = "2 unchanged resources, which pulumi preview --show-sames shows"
POLICIES = f"unchanged policies of {ROLE} a, which pulumi preview --show-sames shows"


def test_unchanged_resources_that_are_not_shown_leave_roles_undecided() -> None:
    steps = [step("same", NEW, OLD), step("create", role("b"))]
    found = read(preview(*steps, changeSummary={"same": 3, "create": 1}))
    assert gaps(found.gaps) == [(UNSHOWN, MISSING, "")]
    assert [gaps(each.gaps) for each in found.roles] == [[(POLICIES, MISSING, IDENTITY)], []]


def test_unchanged_resources_that_are_shown_leave_nothing_undecided() -> None:
    found = read(preview(step("same", NEW, OLD), changeSummary={"same": 1}))
    assert (found.gaps, only(found).gaps) == ((), ())


def test_a_preview_that_failed_is_not_the_whole() -> None:
    diagnostics = [
        {"severity": "warning", "message": "using pulumi-resource-aws from $PATH"},
        {"severity": "error", "message": "HUSH"},
        {"severity": "error", "message": "HUSH"},
    ]
    found = read(preview(step("create", NEW), diagnostics=diagnostics))
    assert gaps(found.gaps) == [("the rest of a preview or an update that failed", MISSING, "")]
    assert "HUSH" not in repr(found)


def event(op: str, new: Any, old: Any = None, name: str = "resourcePreEvent") -> dict[str, Any]:
    metadata = {"op": op, "urn": (new or old)["urn"], "new": new, "old": old}
    return {name: {"metadata": metadata, "planning": True}}


END: dict[str, Any] = {"summaryEvent": {"resourceChanges": {}}}


def test_in_a_stream_the_outputs_come_later() -> None:
    later = {**NEW, "outputs": {"arn": f"{ACCOUNT}:role/a"}}
    events = [event("create", NEW), event("create", later, name="resOutputsEvent"), END]
    found = read(stream(*events))
    assert only(found).arn == f"{ACCOUNT}:role/a"
    assert found.gaps == ()


def test_in_a_stream_what_is_deleted_is_not_there() -> None:
    gone = [event("delete", None, OLD), event("delete", None, OLD, "resOutputsEvent")]
    assert read(stream(event("refresh", OLD, OLD), *gone, END)).roles == ()


def test_in_a_stream_secrets_are_blinded_in_two_ways() -> None:
    blinded = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    for secret in ("[secret]", {**blinded, "ciphertext": "[secret]"}):
        hidden = inline("x")
        hidden["inputs"]["policy"] = secret
        found = read(stream(event("create", NEW), event("create", hidden), END))
        assert gaps(only(found).gaps) == [(f"policy of {ROLE_POLICY} x", "secret", IDENTITY)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("create", NEW)], "the end of the stream of events"),
        (
            [{"diagnosticEvent": {"severity": "error"}}, END],
            "the rest of a preview or an update that failed",
        ),
        ([{"errorEvent": {"error": "x"}}, END], "the rest of a preview or an update that failed"),
        ([{"resOpFailedEvent": {}}, END], "the rest of a preview or an update that failed"),
        (
            [event("update", NEW, OLD), {"summaryEvent": {"resourceChanges": {"same": 2}}}],
            UNSHOWN,
        ),
    ],
    ids=["no end", "an error", "an internal error", "a failure", "unchanged left out"],
)
def test_a_stream_that_is_not_whole_says_so(events: Any, expected: str) -> None:
    assert gaps(read(stream(*events)).gaps) == [(expected, MISSING, "")]


def test_a_line_of_a_stream_that_is_cut_off_is_an_error_and_the_rest_is_read() -> None:
    text = stream(event("create", NEW), END)
    cut = text + '{"sequence":9,"resourcePreEvent":{"meta'
    found = read(cut)
    (error,) = found.errors
    assert error.message.startswith("not JSON: unterminated string")
    assert (error.line, error.column) == (3, 35)
    assert only(found._replace(errors=())).name == "a"


def test_a_line_of_a_stream_that_is_no_event_is_an_error() -> None:
    found = read(stream(event("create", NEW), END) + "[1]\nPreviewing update (dev):\n")
    assert [(each.message, each.line) for each in found.errors] == [
        ("this line is no event", 3),
        ("not JSON: expecting value", 4),
    ]


def test_an_event_without_metadata_is_an_error() -> None:
    found = read(stream({"resourcePreEvent": {"metadata": 7}}, event("create", NEW), END))
    assert [(each.message, each.line) for each in found.errors] == [("an event has no metadata", 1)]
    assert [each.name for each in found.roles] == ["a"]


def test_reading_a_stream_is_given_up_where_it_is_none_any_more() -> None:
    found = read(stream(event("create", NEW)) + "x\n" * 100_000)
    assert len(found.errors) == 22
    assert found.errors[-1].message == "21 lines are unreadable: the rest is not read"
    assert gaps(found.gaps) == [("the end of the stream of events", MISSING, "")]


def test_an_update_that_says_what_it_did_is_read_as_a_preview() -> None:
    done = {**OLD, "inputs": NEW["inputs"]}
    events = [event("create", NEW), event("create", done, name="resOutputsEvent"), END]
    for each in events[:2]:
        next(iter(each.values()))["planning"] = False
    assert only(read(stream(*events))).arn == f"{ACCOUNT}:role/a"


def test_an_unknown_output_does_not_hide_the_known_one_of_before() -> None:
    new = {**NEW, "outputs": {"arn": UNKNOWN}}
    assert only(after(step("update", new, OLD))).arn == f"{ACCOUNT}:role/a"
