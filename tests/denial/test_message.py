"""A denial is read from whatever tells of it, and nothing else is taken for one."""

import json
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.authorization.decision import (
    ALLOW,
    ALLOWED,
    DENY,
    EXPLICITLY_DENIED,
    IMPLICITLY_DENIED,
    Decision,
)
from payguard.authorization.request import request
from payguard.denial.message import (
    ACTION,
    CONTEXT,
    LAYER,
    POLICY,
    PRINCIPAL,
    RESOURCE,
    Denial,
    of_error,
)
from payguard.denial.reading import denials, read
from payguard.denial.wording import POLICY_NAMES, spoken, wording
from payguard.iam.document import IDENTITY, POLICY_TYPES
from payguard_policies import catalog
from payguard_policies.messages import messages

TABLE = json.loads((Path(__file__).parent / "messages.json").read_text(encoding="utf-8"))
MANAGER = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"
SESSION = "arn:aws:sts::111122223333:assumed-role/ShopViewer/somebody"
LIST = "bedrock-agentcore:ListPaymentSessions"
MESSAGE = (
    f"User: {SESSION} is not authorized to perform: {LIST} on resource: {MANAGER} "
    f"because no identity-based policy allows the {LIST} action"
)


def told(denial: Denial | None) -> dict[str, Any]:
    """Return the parts of a denial that are not as they are by default."""
    assert denial is not None
    empty = Denial()
    names = (field.name for field in fields(Denial))
    return {
        name: getattr(denial, name)
        for name in names
        if getattr(denial, name) != getattr(empty, name)
    }


@pytest.mark.parametrize("case", TABLE, ids=[case["id"] for case in TABLE])
def test_a_message_seen_in_public_is_taken_apart(case: dict[str, Any]) -> None:
    assert told(read(case["text"])) == case["told"]


@pytest.mark.parametrize("case", TABLE, ids=[case["id"] for case in TABLE])
@pytest.mark.parametrize(
    "around",
    [
        "2026-11-20T10:00:00Z ERROR [worker-1] call failed: {} (attempt 3 of 3)\n",
        'Traceback (most recent call last):\n  File "x.py", line 1\n{}\n',
        "\x1b[31m{}\x1b[0m",
    ],
)
def test_a_message_is_found_inside_of_other_text(case: dict[str, Any], around: str) -> None:
    text = case["text"]
    if text.startswith("{"):
        text = json.loads(text).popitem()[1]
    assert told(read(around.format(text))) == case["told"]


IMPLICIT = f"because no identity-based policy allows the {LIST} action"
CHANGED = {
    "a terminal that clears lines": MESSAGE.replace(" because", "\x1b[K because") + "\x1b[2K",
    "links of a terminal": MESSAGE.replace(
        MANAGER, f"\x1b]8;;https://example.com\x07{MANAGER}\x1b]8;;\x1b\\"
    ),
    "quotes of a chat": MESSAGE.replace(MANAGER, f"\u201c{MANAGER}\u201d").replace(
        SESSION, f"\u2018{SESSION}\u2019"
    ),
    "signs without a width": MESSAGE.replace("arn:", "\u200barn:").replace("due", "\u00addue"),
    "quotes around each part": f"User: '{SESSION}' is not authorized to perform: '{LIST}' "
    f"on resource: '{MANAGER}' {IMPLICIT}",
    "code of Markdown": f"User: `{SESSION}` is not authorized to perform: `{LIST}` "
    f"on resource: `{MANAGER}` {IMPLICIT}",
    "HTML": MESSAGE.replace(" on resource", "<br>on resource").replace(" because", "<br/>because"),
    "an ARN over two lines": MESSAGE.replace("payment-manager/", "payment-\n  manager/"),
}


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_a_message_is_read_as_it_was_whatever_it_was_copied_through(text: str) -> None:
    assert told(read(text)) == told(read(MESSAGE))


def test_a_message_that_a_terminal_broke_within_words_is_read_as_it_was() -> None:
    text = (
        f"$ aws bedrock-agentcore list-payment-sessions\n\n{spoken(MESSAGE, 'ListPaymentSessions')}"
    )
    want = told(read(text))
    for width in range(60, 200):
        broken = (
            line[at : at + width].rstrip()
            for line in text.splitlines()
            for at in range(0, max(1, len(line)), width)
        )
        assert told(read("\n".join(broken))) == want, width


def test_what_a_message_does_not_tell_is_said() -> None:
    denial = read(MESSAGE)
    assert denial is not None
    assert denial.untold == (CONTEXT,)
    bare = read(
        "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    )
    assert bare is not None
    assert bare.untold == (PRINCIPAL, ACTION, RESOURCE, LAYER, POLICY, CONTEXT)
    explicit = read(MESSAGE.partition(" because")[0] + " with an explicit deny")
    assert explicit is not None
    assert explicit.untold == (LAYER, POLICY, CONTEXT)


def test_who_asked_is_shown_without_the_name_of_the_session() -> None:
    denial = read(MESSAGE)
    assert denial is not None
    assert denial.who == "arn:aws:iam::111122223333:role/ShopViewer"
    masked = read(MESSAGE.replace("111122223333", "************"))
    assert masked is not None
    assert masked.who == "arn:aws:iam::************:role/ShopViewer"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        "[]",
        "null",
        '{"Version": "2012-10-17", "Statement": []}',
        "access was not denied to anybody",
        "User: arn:aws:iam::111122223333:user/a is authorized to perform: s3:GetObject",
        "is not authorized to perform: ",
        "is not authorized to perform: this operation",
        "An error occurred (NoSuchBucket) when calling the GetObject operation: no such bucket",
    ],
)
def test_what_tells_of_no_denial_is_none(text: str) -> None:
    assert read(text) is None


# What is no decision of IAM's


@pytest.mark.parametrize("message", messages(), ids=lambda message: message.id)
def test_an_answer_of_the_catalogue_is_told_by_code_and_text(message: Any) -> None:
    text = message.text.capitalize() or "Something else."
    for code in message.codes:
        for found in (read(spoken(text, "ProcessPayment", code)), of_error(code, text)):
            assert found is not None
            assert found.known == message
            assert not found.is_iam
            assert found.untold == ()


def test_a_sentence_of_iams_inside_an_error_of_the_service_is_a_decision_of_iams() -> None:
    found = read(spoken(f"Failed to obtain workload access token: {MESSAGE}", "ProcessPayment"))
    assert found is not None
    assert found.is_iam
    assert found.layer == IDENTITY


# JSON


def event(**changes: Any) -> dict[str, Any]:
    """An event of CloudTrail, as its reference has it."""
    found = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:somebody",
            "arn": SESSION,
            "accountId": "111122223333",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": "arn:aws:iam::111122223333:role/payments/ShopViewer",
                    "userName": "ShopViewer",
                },
                "attributes": {"creationDate": "2026-11-20T09:00:00Z", "mfaAuthenticated": "true"},
            },
        },
        "eventTime": "2026-11-20T10:00:00Z",
        "eventSource": "bedrock-agentcore.amazonaws.com",
        "eventName": "ListPaymentSessions",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "Boto3/1.44.5",
        "errorCode": "AccessDenied",
        "errorMessage": MESSAGE,
        "requestParameters": {"paymentManagerArn": MANAGER},
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
    }
    return {key: value for key, value in {**found, **changes}.items() if value is not None}


CONTEXT_OF_EVENT = {
    "aws:sourceip": "203.0.113.7",
    "aws:useragent": "Boto3/1.44.5",
    "aws:requestedregion": "us-east-1",
    "aws:multifactorauthpresent": "true",
    "aws:currenttime": "2026-11-20T10:00:00Z",
    "aws:epochtime": "1795168800",
    "aws:securetransport": "true",
}
OF_EVENT = {
    "principal": SESSION,
    "action": LIST,
    "resource": MANAGER,
    "layer": "identity",
    "explicit": False,
    "code": "AccessDenied",
    "operation": "ListPaymentSessions",
    "role": "arn:aws:iam::111122223333:role/payments/ShopViewer",
    "context": CONTEXT_OF_EVENT,
    "absent": {"aws:vpcsourceip"},
}


@pytest.mark.parametrize(
    "wrapped",
    [
        json.dumps,
        lambda one: json.dumps(one, indent=2),
        lambda one: json.dumps({"Records": [event(errorCode=None, errorMessage=None), one]}),
        lambda one: json.dumps({"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(one)}]}),
        lambda one: json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": one}),
        lambda one: json.dumps([one]),
        lambda one: json.dumps({"level": "info"}) + "\n" + json.dumps(one) + "\n",
        lambda one: "2026-11-20 cloudtrail " + json.dumps(one),
        lambda one: json.dumps({"logEvents": [{"timestamp": 1, "message": json.dumps(one)}]}),
    ],
)
def test_an_event_of_cloudtrail_tells_role_and_context(wrapped: Any) -> None:
    assert told(read(wrapped(event()))) == OF_EVENT


def test_an_event_tells_what_its_message_does_not() -> None:
    found = read(json.dumps(event(errorMessage=None)))
    assert found is not None
    assert (found.principal, found.action, found.resource) == (SESSION, LIST, MANAGER)
    assert found.untold == (LAYER, POLICY)


def test_who_passes_a_vpc_endpoint_has_the_address_in_the_vpc_alone() -> None:
    found = read(json.dumps(event(vpcEndpointId="vpce-1", sourceIPAddress="10.1.2.3")))
    assert found is not None
    assert found.context["aws:vpcsourceip"] == "10.1.2.3"
    assert found.context["aws:sourcevpce"] == "vpce-1"
    assert "aws:sourceip" not in found.context
    assert found.absent == frozenset({"aws:sourceip"})


def test_the_control_plane_has_no_actions_of_its_own() -> None:
    found = read(
        json.dumps(
            event(
                errorMessage=None,
                eventSource="bedrock-agentcore-control.amazonaws.com",
                eventName="ListPaymentManagers",
                requestParameters=None,
            )
        )
    )
    assert found is not None
    assert (found.action, found.resource) == ("bedrock-agentcore:ListPaymentManagers", "")


def test_an_event_of_a_call_that_was_not_denied_is_none() -> None:
    assert read(json.dumps(event(errorCode=None, errorMessage=None))) is None
    allowed = event(errorCode=None, errorMessage=None, requestParameters={"note": MESSAGE})
    assert read(json.dumps(allowed)) is None


def test_every_denial_of_several_events_is_told() -> None:
    records = [event(), event(eventName="GetPaymentSession", errorMessage=None)]
    found = [denial.action for denial in denials(json.dumps({"Records": records}))]
    assert found == [LIST, "bedrock-agentcore:GetPaymentSession"]


def streams() -> dict[str, str]:
    """Return forms in which tools print several events, the first of which tells of no denial."""
    texts = [json.dumps(one) for one in (event(errorCode=None, errorMessage=None), event())]
    queued = json.dumps({"Type": "Notification", "Message": json.dumps({"detail": event()})})
    return {
        "jq, one below the other": "\n".join(
            json.dumps(json.loads(one), indent=2) for one in texts
        ),
        "jq, texts": "\n".join(map(json.dumps, texts)),
        "a list of texts": json.dumps(texts),
        "a row of the AWS CLI": "\t".join(texts),
        "lines of a log": "\n".join(f"2026-11-27T00:00:00 stream {one}" for one in texts),
        "a queue's record of a topic's message": json.dumps({"Records": [{"body": queued}]}),
    }


@pytest.mark.parametrize("text", streams().values(), ids=streams())
def test_an_event_is_found_in_whatever_tools_print_of_several(text: str) -> None:
    assert told(read(text)) == told(read(json.dumps(event())))


DECODED = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {"items": [{"statementId": "NoPay", "effect": "DENY"}]},
    "failures": {"items": []},
    "context": {
        "principal": {"id": "AROAEXAMPLE:somebody", "arn": SESSION},
        "action": LIST,
        "resource": MANAGER,
        "conditions": {
            "items": [
                {"key": "aws:Region", "values": {"items": [{"value": "us-east-1"}]}},
                {"key": "aws:userid", "values": {"items": [{"value": "AROAEXAMPLE:somebody"}]}},
                {"key": "aws:TagKeys", "values": {"items": [{"value": "a"}, {"value": "b"}]}},
            ]
        },
    },
}


@pytest.mark.parametrize(
    "text", [json.dumps(DECODED), json.dumps({"DecodedMessage": json.dumps(DECODED)})]
)
def test_a_decoded_authorization_message_is_taken_apart(text: str) -> None:
    assert told(read(text)) == {
        "principal": SESSION,
        "action": LIST,
        "resource": MANAGER,
        "explicit": True,
        "context": {"aws:region": "us-east-1", "aws:tagkeys": ("a", "b")},
        "whole": True,
    }


# The wording of the emulator, and of nobody else

NAMES = st.from_regex(r"[\w+=,.@-]{1,64}", fullmatch=True).filter(str.isascii)
ARNS = st.one_of(
    st.builds("arn:aws:sts::111122223333:assumed-role/{}/{}".format, NAMES, NAMES),
    st.builds("arn:aws:iam::111122223333:user/{}".format, NAMES),
    st.builds("arn:aws:iam::111122223333:role/{}".format, NAMES),
)
ACTIONS = st.sampled_from(sorted(catalog.payments_actions())).map("bedrock-agentcore:{}".format)
RESOURCES = st.one_of(
    st.just("*"),
    st.builds("arn:aws:bedrock-agentcore:us-east-1:111122223333:{}".format, NAMES),
    st.builds("arn:aws:s3:::b/{} {}".format, NAMES, NAMES),
)


@given(
    layer=st.sampled_from(POLICY_TYPES),
    explicit=st.booleans(),
    principal=st.one_of(st.none(), ARNS),
    action=ACTIONS,
    resource=RESOURCES,
    policy=st.sampled_from(["", "arn:aws:iam::111122223333:policy/p"]),
    said=st.booleans(),
)
def test_what_is_worded_is_read_back(
    layer: str,
    explicit: bool,
    principal: str | None,
    action: str,
    resource: str,
    policy: str,
    said: bool,
) -> None:
    detail = EXPLICITLY_DENIED if explicit else IMPLICITLY_DENIED
    decision = Decision(DENY, detail, layer, "", (), (), ())
    message = wording(decision, request(principal, action, resource), policy)
    found = read(spoken(message, "Operation") if said else message)
    assert found is not None
    assert (found.principal, found.action, found.resource) == (principal, action, resource)
    assert (found.layer, found.explicit) == (layer, explicit)
    assert found.policy == (policy if explicit else "")
    assert (found.code, found.operation) == (
        ("AccessDeniedException", "Operation") if said else ("", "")
    )


def test_aws_has_a_name_for_each_kind_of_policy() -> None:
    assert set(POLICY_NAMES) == set(POLICY_TYPES)


def test_what_is_allowed_is_not_worded() -> None:
    with pytest.raises(ValueError, match="does not word"):
        wording(Decision(ALLOW, ALLOWED, IDENTITY, "", (), (), ()), request(None, LIST, "*"))


# Hostile input

PIECES = (
    "User: ",
    "is not authorized to perform: ",
    "a:b ",
    " on resource: ",
    '"',
    "arn:aws:",
    " because no identity-based policy allows the ",
    " with an explicit deny in a ",
    "session policy",
    ": ",
    "(",
    ")",
    "{",
    "}",
    "[",
    '"eventName":',
    '"Records":',
    "\\n",
    "\x1b[",
    "operation error ",
    "Exception",
    " when calling the ",
    "\x1b]",
    "User:Action:",
    "Context: no session policy allows",
    '"" ',
    "{} ",
    "│",
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = read(text)
    assert found is None or isinstance(found.who, str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Records",
                        "eventName",
                        "eventSource",
                        "errorCode",
                        "errorMessage",
                        "userIdentity",
                        "context",
                        "allowed",
                        "message",
                        "detail",
                        "Error",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
    )
)
def test_any_json_is_read_without_an_error(value: Any) -> None:
    read(json.dumps(value))


@pytest.mark.parametrize("piece", [*PIECES, "a.", "x", " ", "is ", MESSAGE + " ", "[[", '{"a":'])
def test_time_is_linear_in_the_text(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    for _ in denials(text):
        pass
    assert time.process_time() - started < 5
