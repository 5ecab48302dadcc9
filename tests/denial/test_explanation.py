"""A denial is put to the policies given: what denied it, what denies it next, what repairs it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.authorization.answer import PROVED
from payguard.authorization.call import call, decide_call
from payguard.authorization.decision import DENY, Decision, decide
from payguard.authorization.policy_set import Policies, attach
from payguard.authorization.request import Request, request
from payguard.configuration import RoleRule, Settings
from payguard.denial.denied_role import Known, Limits, known
from payguard.denial.edit import ADD, REMOVE, REPLACE
from payguard.denial.explanation import (
    AS_DESIGNED,
    EXPLAINED,
    NOT_DENIED,
    NOT_IAM,
    OPEN,
    TOLD,
    Explanation,
    explain,
)
from payguard.denial.explanation_text import as_json, lines
from payguard.denial.message import RESOURCE, Denial
from payguard.denial.reading import read
from payguard.denial.wording import spoken, wording
from payguard.finding import Location, Span
from payguard.iam.document import BOUNDARY, IDENTITY, SCP, SESSION, TRUST, VPC_ENDPOINT
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.sources.policy_file import read_policy_file
from payguard_policies import catalog, roles

ACCOUNT = "999988887777"
PREFIX = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}"
MANAGER = f"{PREFIX}:payment-manager/shop-a1b2c3d4e5"
BOTH = [MANAGER, f"{MANAGER}/*"]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Shop"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/Shop/somebody-secret"
LIST = "bedrock-agentcore:ListPaymentSessions"
PAY = "bedrock-agentcore:ProcessPayment"
OPEN_BUDGET = "bedrock-agentcore:CreatePaymentSession"
PARAMETERS = roles.Parameters(
    manager_arns=(MANAGER,),
    service_role_arn=f"arn:aws:iam::{ACCOUNT}:role/AgentCorePaymentsResourceRetrievalRole",
    credential_provider_arns=(f"{PREFIX}:token-vault/default/paymentcredentialprovider/w",),
    secret_arns=(
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:bedrock-agentcore-identity!default/payment/x-AbCdEf",
    ),
)
Json = dict[str, Any]


def policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **elements: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action: Any, resource: Any = "*", **elements: Any) -> Json:
    return {**allow(action, resource, **elements), "Effect": "Deny"}


def document(value: Json, path: str = "role.json", kind: str = "") -> Document:
    found = read_policy_file(path, json.dumps(value, indent=2), named=True, policy_type=kind)
    assert isinstance(found, list)
    return found[0]


def files(*values: Json, limits: Limits | None = None) -> Known:
    documents = [document(value, f"{number}.json") for number, value in enumerate(values)]
    return known([Infrastructure(tuple(documents))], Settings(), limits)


def said(decision: Decision, asked: Request) -> Denial:
    """Return what is read of AWS's message about a decision on a session of the role."""
    message = wording(decision, asked._replace(principal=SESSION_ARN))
    found = read(spoken(message, asked.action.partition(":")[2]))
    assert found is not None
    return found


def denied(
    policies: Policies, action: str, resource: str = MANAGER, **context: str
) -> tuple[Denial, Request]:
    asked = request(ROLE, action, resource, context=context)
    decision = decide(policies, asked)
    assert decision.decision == DENY
    return said(decision, asked), asked


def sentence(action: str, reason: str, resource: str = MANAGER) -> Denial:
    found = read(
        f"User: {SESSION_ARN} is not authorized to perform: {action} on resource: {resource} {reason}"
    )
    assert found is not None
    return found


# Every action that a persona needs, taken away


def resources_of(action: str, documented: Json) -> list[str]:
    """Return the resources on which a persona's statements allow an action, without wildcards."""
    found = []
    for one in documented["Statement"]:
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        if one["Effect"] == "Allow" and action in actions:
            named = one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
            found += [text.replace("*", "one") if text != "*" else text for text in named]
    return found


def needed() -> Iterator[tuple[str, str]]:
    for persona in roles.PERSONAS:
        for group in roles.contract(persona).must_allow:
            yield from ((persona, action) for action in group.actions)


def without(documented: Json, action: str) -> Json:
    """Return a policy in which no statement names an action."""
    kept = []
    for one in documented["Statement"]:
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        less = [name for name in actions if name != action]
        if less:
            kept.append({**one, "Action": less})
    return {**documented, "Statement": kept}


@pytest.mark.parametrize(("persona", "action"), list(needed()))
def test_an_action_taken_from_a_persona_is_named_and_its_repair_restores_the_contract(
    persona: str, action: str
) -> None:
    documented = roles.permissions(persona, PARAMETERS)
    less = without(documented, action)
    policies = attach(identity=[less])
    context = next(
        group.context for group in roles.contract(persona).must_allow if action in group.actions
    )
    wanted = call(action, resources_of(action, documented)[:1])
    decision = decide_call(
        policies, wanted, lambda resource: request(ROLE, action, resource, context=context)
    )
    use, part = next((use, part) for use, part in decision.parts if part.decision == DENY)
    denial = replace(said(part, request(ROLE, action, use.resource)), context=context)
    found = explain(denial, files(less), persona=persona)
    assert found.denial.action == action
    assert found.verdict == EXPLAINED
    assert [(cause.layer, cause.explicit, cause.sure) for cause in found.causes] == [
        (IDENTITY, False, True)
    ]
    assert found.repair is not None
    assert {edit.kind for edit in found.repair.edits} == {ADD}
    assert {(edit.statement or {})["Action"] for edit in found.repair.edits} == {action}
    trial = found.repair.trial
    assert trial is not None
    assert trial.decision == "allow"
    # Of the four resources of a token AWS names one, and none of the others is told by anything.
    assert trial.contract == PROVED or action == "bedrock-agentcore:GetResourcePaymentToken"
    assert trial.separation == PROVED
    assert not trial.beyond
    assert not trial.broken


def forbidden() -> Iterator[tuple[str, str]]:
    """Yield what a persona must never do to a payment manager."""
    for persona in roles.PERSONAS:
        terms = roles.contract(persona)
        for group in terms.must_never_allow:
            if group.resource_types == ("payment-manager",):
                yield from ((persona, action) for action in group.actions)


@pytest.mark.parametrize(("persona", "action"), sorted(set(forbidden())))
def test_what_a_persona_must_never_do_is_denied_as_designed(persona: str, action: str) -> None:
    documented = roles.permissions(persona, PARAMETERS)
    denial, _ = denied(attach(identity=[documented]), action)
    found = explain(denial, files(documented), persona=persona)
    assert found.verdict == AS_DESIGNED
    assert found.repair is None
    assert action in {one.action for one in found.broken}
    untried = explain(denial, None, persona=persona)
    assert untried.verdict == AS_DESIGNED


# Layers

EVERYTHING = policy(allow("*"))
READ_ONLY = policy(allow("bedrock-agentcore:Get*"))
NO_LIST = policy(allow("*"), deny(LIST))
LIMITS = {
    "boundary": BOUNDARY,
    "session": SESSION,
    "scps": SCP,
    "vpc_endpoint": VPC_ENDPOINT,
}


def limited(name: str, value: Json) -> tuple[Policies, Limits]:
    kind = LIMITS[name]
    one = document(value, f"{name}.json", kind)
    if name == "scps":
        levels = [("root", [EVERYTHING]), ("unit", [value])]
        policies = attach(identity=[EVERYTHING], scps=levels)
        whole = document(EVERYTHING, "root.json", SCP)
        return policies, Limits(scps=[("root", [whole]), ("unit", [one])])
    more: Any = {name: [value]}
    given: Any = {name: [one]}
    return attach(identity=[EVERYTHING], **more), Limits(**given)


@pytest.mark.parametrize("name", LIMITS)
def test_a_layer_that_does_not_allow_is_named_with_its_file_and_gets_the_statement(
    name: str,
) -> None:
    value = READ_ONLY
    if name == "vpc_endpoint":
        value = policy(allow("bedrock-agentcore:Get*", Principal="*"))
    policies, limits = limited(name, value)
    denial, _ = denied(policies, LIST)
    found = explain(denial, files(EVERYTHING, limits=limits))
    assert found.verdict == EXPLAINED
    assert [(cause.layer, cause.explicit) for cause in found.causes] == [(LIMITS[name], False)]
    assert found.next == ()
    assert found.repair is not None
    (edit,) = found.repair.edits
    assert edit.layer == LIMITS[name]
    assert edit.location is not None
    assert edit.location.path == f"{name}.json"
    assert found.repair.trial is not None
    assert found.repair.trial.decision == "allow"


@pytest.mark.parametrize("name", LIMITS)
def test_a_layer_that_denies_is_named_with_its_statement_and_spares_the_action(name: str) -> None:
    value = NO_LIST
    if name == "vpc_endpoint":
        value = policy(allow("*", Principal="*"), deny(LIST, Principal="*"))
    policies, limits = limited(name, value)
    denial, _ = denied(policies, LIST)
    found = explain(denial, files(EVERYTHING, limits=limits))
    (cause,) = found.causes
    assert (cause.layer, cause.explicit, cause.sure) == (LIMITS[name], True, True)
    (place,) = cause.statements
    assert place.location.path == f"{name}.json"
    assert place.location.pointer == "/Statement/1"
    assert found.repair is not None
    assert [edit.kind for edit in found.repair.edits] == [REMOVE]


def test_scps_that_only_deny_stand_beside_the_one_that_allows_everything() -> None:
    """Unless AWS says that none allows it; no account is without any that does."""
    limits = Limits(scps=[("", [document(policy(deny(LIST)), "scp.json", SCP)])])
    given = files(policy(allow(LIST, BOTH)), limits=limits)
    found = explain(sentence(LIST, "with an explicit deny in a service control policy"), given)
    assert [(cause.layer, cause.explicit) for cause in found.causes] == [(SCP, True)]
    assert found.next == ()
    assert found.repair is not None
    reason = f"because no service control policy allows the {LIST} action"
    assert (SCP, False) in {
        (one.layer, one.explicit) for one in explain(sentence(LIST, reason), given).causes
    }


def test_what_denies_next_is_said_and_repaired_as_well() -> None:
    limits = Limits(
        boundary=[document(READ_ONLY, "boundary.json", BOUNDARY)],
        scps=[("", [document(NO_LIST, "scp.json", SCP)])],
    )
    identity = policy(allow("bedrock-agentcore:GetPaymentSession", BOTH))
    denial = sentence(LIST, f"because no identity-based policy allows the {LIST} action")
    found = explain(denial, files(identity, limits=limits))
    assert found.verdict == EXPLAINED
    assert [cause.layer for cause in found.causes] == [IDENTITY]
    assert [(cause.layer, cause.explicit) for cause in found.next] == [
        (SCP, True),
        (BOUNDARY, False),
    ]
    assert found.repair is not None
    assert {(edit.kind, edit.layer) for edit in found.repair.edits} == {
        (ADD, IDENTITY),
        (ADD, BOUNDARY),
        (REMOVE, SCP),
    }
    assert found.repair.trial is not None
    assert found.repair.trial.decision == "allow"


def test_a_second_statement_that_denies_is_no_surprise_after_the_first_is_mended() -> None:
    one = policy(allow("bedrock-agentcore:*", BOTH), deny(LIST), deny("bedrock-agentcore:List*"))
    denial, _ = denied(attach(identity=[one]), LIST)
    found = explain(denial, files(one))
    (cause,) = found.causes
    assert [place.location.pointer for place in cause.statements] == [
        "/Statement/1",
        "/Statement/2",
    ]
    assert found.repair is not None
    assert [edit.kind for edit in found.repair.edits] == [REMOVE, REPLACE]
    assert found.repair.trial is not None
    assert found.repair.trial.decision == "allow"


def test_a_wildcard_that_denies_is_written_out_without_the_action() -> None:
    one = policy(allow([LIST], BOTH), deny("bedrock-agentcore:ListPayment*"))
    denial, _ = denied(attach(identity=[one]), LIST)
    found = explain(denial, files(one))
    assert found.repair is not None
    (edit,) = found.repair.edits
    assert edit.kind == REPLACE
    assert edit.statement is not None
    names = [name for name in catalog.payments_actions() if name.startswith("ListPayment")]
    assert set(edit.statement["Action"]) == {f"bedrock-agentcore:{name}" for name in names} - {LIST}


TILL = f"{PREFIX}:payment-manager/till-a1b2c3d4e5"


def test_a_deny_of_several_managers_stays_for_the_others() -> None:
    one = policy(allow("bedrock-agentcore:*"), deny(LIST, [MANAGER, TILL], Sid="Closed"))
    denial, _ = denied(attach(identity=[one]), LIST)
    found = explain(denial, files(one))
    assert found.repair is not None
    (edit,) = found.repair.edits
    assert (edit.kind, edit.statement) == (REPLACE, deny(LIST, TILL, Sid="Closed"))
    assert found.repair.trial is not None
    assert (found.repair.trial.decision, found.repair.trial.elsewhere) == ("allow", ())


@pytest.mark.parametrize("resource", ["*", [MANAGER, f"{PREFIX}:payment-manager/*"]])
def test_where_a_repair_opens_other_resources_that_is_said(resource: Any) -> None:
    one = policy(allow("bedrock-agentcore:*"), deny(LIST, resource))
    denial, _ = denied(attach(identity=[one]), LIST)
    found = explain(denial, files(one))
    assert found.repair is not None
    assert found.repair.trial is not None
    assert found.repair.trial.elsewhere
    assert any("allowed on other resources, too" in line for line in lines(found))


def test_a_deny_of_everything_else_excepts_the_action() -> None:
    one = policy(allow(LIST, BOTH), deny([], "*"))
    one["Statement"][1] = {"Effect": "Deny", "NotAction": ["s3:*"], "Resource": "*"}
    denial, _ = denied(attach(identity=[one]), LIST)
    found = explain(denial, files(one))
    assert found.repair is not None
    assert [edit.statement and edit.statement["NotAction"] for edit in found.repair.edits] == [
        ["s3:*", LIST]
    ]


def test_a_repair_never_joins_opening_budgets_and_spending() -> None:
    spender = policy(allow(PAY, BOTH))
    denial, _ = denied(attach(identity=[spender]), OPEN_BUDGET)
    found = explain(denial, files(spender))
    assert found.verdict == EXPLAINED
    assert found.repair is None
    assert [one.kind for one in found.broken] == ["separation"]


def test_a_payment_manager_that_is_none_of_its_own_is_denied_as_designed() -> None:
    documented = roles.permissions("viewer", PARAMETERS)
    other = f"{PREFIX}:payment-manager/till-a1b2c3d4e5"
    denial, _ = denied(attach(identity=[documented]), LIST, other)
    found = explain(denial, files(documented), persona="viewer", managers=(MANAGER,))
    assert found.verdict == AS_DESIGNED
    assert "outside" in {one.kind for one in found.broken}


# Policies that others have as well


def attached(**policies: list[Document]) -> Known:
    """Return roles by their names, each with its policies."""
    at = Location("stack.json", Span(1, 1, 1, 1))
    found = [
        Role(
            name, at, name=name, arn=f"arn:aws:iam::{ACCOUNT}:role/{name}", identity=tuple(several)
        )
        for name, several in policies.items()
    ]
    return known([Infrastructure((), tuple(found))])


NEVER_SPEND = document(policy(deny(PAY)), "never-spend.json")
SPEND = "with an explicit deny in an identity-based policy"


def test_a_repair_never_joins_the_duties_of_another_role_that_has_the_policy() -> None:
    some = attached(
        Shop=[document(policy(allow(PAY, BOTH)), "shop.json"), NEVER_SPEND],
        Budgets=[document(policy(allow([OPEN_BUDGET, PAY], BOTH)), "budgets.json"), NEVER_SPEND],
    )
    found = explain(sentence(PAY, SPEND), some, persona="process-payment")
    assert (found.verdict, found.repair) == (EXPLAINED, None)
    assert [one.kind for one in found.broken] == ["other-role"]
    assert any("Budgets has the policy as well" in line for line in lines(found))


def test_what_a_repair_allows_to_another_role_that_has_the_policy_is_said() -> None:
    some = attached(
        Shop=[document(policy(allow(PAY, BOTH)), "shop.json"), NEVER_SPEND],
        Till=[document(policy(allow("s3:*"), allow(PAY, BOTH)), "till.json"), NEVER_SPEND],
        Reader=[document(policy(allow("s3:*")), "reader.json"), NEVER_SPEND],
    )
    found = explain(sentence(PAY, SPEND), some)
    assert found.repair is not None
    assert found.repair.trial is not None
    assert [(one.name, one.actions) for one in found.repair.trial.others] == [("Till", (PAY,))]
    told = "  tried: Till has the policy as well: ProcessPayment becomes allowed to it, too"
    assert told in list(lines(found))


def test_where_very_many_have_the_policy_it_is_said_how_many_were_not_asked_about() -> None:
    own = document(policy(allow(PAY, BOTH)), "shop.json")
    many = {f"Role{number}": [NEVER_SPEND] for number in range(60)}
    found = explain(sentence(PAY, SPEND), attached(Shop=[own, NEVER_SPEND], **many))
    assert found.repair is not None
    assert found.repair.trial is not None
    assert "10 more that have the policy were not asked about" in found.repair.trial.doubts


def test_a_statement_is_added_to_a_policy_that_no_other_role_has() -> None:
    shared = document(policy(allow("bedrock-agentcore:GetPaymentSession", BOTH)), "shared.json")
    own = document(policy(allow("s3:*")), "own.json")
    some = attached(Shop=[shared, own], Till=[shared])
    reason = f"because no identity-based policy allows the {LIST} action"
    found = explain(sentence(LIST, reason), some)
    assert found.repair is not None
    assert found.repair.trial is not None
    (edit,) = found.repair.edits
    assert edit.location is not None
    assert (edit.location.path, found.repair.trial.others) == ("own.json", ())


def test_an_edit_of_what_limits_many_is_said_to_be_tried_for_one_alone() -> None:
    limits = Limits(scps=[("", [document(policy(allow("*"), deny(LIST)), "scp.json", SCP)])])
    denial = sentence(LIST, "with an explicit deny in a service control policy")
    found = explain(denial, files(policy(allow(LIST, BOTH)), limits=limits))
    told = "  not tried: what becomes allowed to others whom the service control policy limits"
    assert told in list(lines(found))


# What came near


def test_the_statements_that_came_nearest_say_why_they_do_not_apply() -> None:
    one = policy(
        allow("s3:*"),
        allow(LIST, f"{MANAGER}/session/*", Sid="Below"),
        allow(
            LIST, BOTH, Sid="FromOffice", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
        ),
    )
    denial = replace(
        sentence(LIST, f"because no identity-based policy allows the {LIST} action"),
        context={"aws:sourceip": "203.0.113.7"},
    )
    found = explain(denial, files(one))
    (cause,) = found.causes
    assert [place.note.ref.sid for place in cause.statements] == ["FromOffice", "Below"]
    assert "203.0.113.7" in cause.statements[0].note.reason
    assert "does not match" in cause.statements[1].note.reason


def test_a_condition_of_which_the_message_does_not_tell_is_what_it_hangs_on() -> None:
    one = policy(
        allow(LIST, BOTH),
        deny(LIST, Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    )
    explicit = sentence(LIST, "with an explicit deny in an identity-based policy")
    found = explain(explicit, files(one))
    assert found.verdict == EXPLAINED
    (cause,) = found.causes
    assert not cause.sure
    assert any("aws:sourceip" in doubt.lower() for doubt in cause.doubts)
    silent = explain(sentence(LIST, ""), files(one))
    assert silent.verdict == OPEN
    assert any("aws:sourceip" in reason.lower() for reason in silent.reasons)


def test_a_key_that_no_request_carries_is_absent() -> None:
    key = {"StringEquals": {"bedrock-agentcore:userid": "me"}}
    one = policy(allow(LIST, BOTH, Condition=key))
    found = explain(
        sentence(LIST, f"because no identity-based policy allows the {LIST} action"), files(one)
    )
    (cause,) = found.causes
    assert cause.sure


# What the policies given do not tell


def test_a_key_that_is_told_to_be_absent_matches_as_an_absent_one_does() -> None:
    """Whoever passes a VPC endpoint has no address that a Deny outside of some would spare."""
    at_home = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    one = files(policy(allow("*"), deny("*", Condition=at_home)))
    denial = sentence(LIST, "with an explicit deny in an identity-based policy")
    inside = replace(
        denial,
        context={"aws:vpcsourceip": "10.1.2.3"},
        absent=frozenset({"aws:sourceip"}),
    )
    assert [cause.sure for cause in explain(inside, one).causes] == [True]
    assert [cause.sure for cause in explain(denial, one).causes] == [False]


def test_policies_that_allow_the_call_are_not_what_denied_it() -> None:
    denial = sentence(LIST, f"because no identity-based policy allows the {LIST} action")
    found = explain(denial, files(policy(allow(LIST, BOTH))))
    assert found.verdict == NOT_DENIED
    assert "deployed" in found.reasons[-1]


@pytest.mark.parametrize("name", ["service control policy", "permissions boundary"])
def test_a_layer_that_is_not_among_the_policies_given_is_asked_for(name: str) -> None:
    found = explain(
        sentence(LIST, f"with an explicit deny in a {name}"), files(policy(allow(LIST, BOTH)))
    )
    assert found.is_undecided
    assert found.reasons[-1] == f"AWS names a {name}, and none is among the policies given"


def test_a_message_without_a_resource_is_asked_on_the_manager_of_the_role() -> None:
    denial = read(f"User: {SESSION_ARN} is not authorized to perform: {LIST}")
    assert denial is not None
    nowhere = explain(denial, files(READ_ONLY))
    assert nowhere.verdict == OPEN
    assert nowhere.reasons == ("the message does not tell the resource",)
    found = explain(denial, files(READ_ONLY), managers=(MANAGER,))
    assert found.verdict == EXPLAINED
    assert MANAGER in found.reasons[0]


def test_no_policies_no_guess() -> None:
    denial = sentence(LIST, f"because no identity-based policy allows the {LIST} action")
    found = explain(denial)
    assert found.verdict == TOLD
    assert found.repair is not None
    assert found.repair.trial is None
    assert explain(denial, files()).verdict == OPEN


@pytest.mark.parametrize(
    "known", [None, files(policy(allow("s3:GetObject")))], ids=["told", "asked"]
)
def test_an_action_that_aws_has_not_is_never_granted(known: Known | None) -> None:
    """As of a message that was cut off."""
    denial = sentence(
        "bedrock-agentcore:ListPay", "because no identity-based policy allows the x action"
    )
    found = explain(denial, known)
    assert found.repair is None
    assert "no action that payguard knows of" in found.reasons[-1]
    assert found.is_undecided == (known is not None)


@pytest.mark.parametrize(
    "resource", ["garbage", "arn:aws:b", "arn:aws:bedrock-agentcore:us-east-1", SESSION_ARN]
)
def test_what_no_policy_can_name_is_no_resource_of_a_repair(resource: str) -> None:
    denial = sentence(
        LIST, "because no identity-based policy allows the x action", resource=resource
    )
    assert RESOURCE in denial.untold
    assert explain(denial).repair is None
    nowhere = explain(denial, files(READ_ONLY))
    assert (nowhere.verdict, nowhere.repair) == (OPEN, None)
    found = explain(denial, files(READ_ONLY), managers=(MANAGER,))
    assert found.repair is not None
    assert found.repair.edits[0].statement is not None
    assert found.repair.edits[0].statement["Resource"] in (MANAGER, BOTH)


def test_the_name_of_a_session_is_not_shown_wherever_it_stands() -> None:
    denial = replace(
        sentence("sts:AssumeRole", "with an explicit deny", resource=SESSION_ARN),
        context={"aws:principalarn": SESSION_ARN, "aws:tagkeys": (SESSION_ARN, "a")},
    )
    found = explain(denial)
    text = "\n".join([*lines(found), json.dumps(as_json(found))])
    assert "somebody-secret" not in text
    assert f"sts:AssumeRole on {ROLE}" in text


def test_an_answer_of_the_service_needs_no_policies() -> None:
    denial = read(spoken("Authorization method mismatch.", "ListPaymentSessions"))
    assert denial is not None
    found = explain(denial, files(EVERYTHING))
    assert found.verdict == NOT_IAM
    assert any("bearer" in line for line in lines(found))


# Which role it is


def named(*names: str) -> tuple[Known, Settings]:
    rules = tuple(RoleRule(name=name, identity=(f"{name}.json",)) for name in names)
    documents = [document(policy(allow(f"s3:Get{name}")), f"{name}.json") for name in names]
    config = Settings(roles=rules)
    return known([Infrastructure(tuple(documents))], config), config


def test_the_role_is_found_by_the_name_in_the_arn_of_its_session() -> None:
    some, config = named("Other", "Shop")
    denial = sentence(LIST, f"because no identity-based policy allows the {LIST} action")
    found = explain(denial, some, config)
    assert found.role == "Shop"
    assert found.verdict == EXPLAINED


def test_a_role_that_is_not_in_the_files_is_asked_for() -> None:
    some, config = named("Other", "Another")
    denial = sentence(LIST, f"because no identity-based policy allows the {LIST} action")
    found = explain(denial, some, config)
    assert found.verdict == OPEN
    assert "--role" in found.reasons[0]
    assert "somebody-secret" not in found.reasons[0]
    told = explain(denial, some, config, role="Other")
    assert told.verdict == EXPLAINED


def test_of_many_roles_the_first_are_named_and_the_others_counted() -> None:
    some, config = named(*(f"Role{number}" for number in range(8)))
    found = explain(sentence(LIST, "with an explicit deny"), some, config)
    assert '"Role4" and 3 more; say which with --role' in found.reasons[0]


def test_a_role_that_is_to_be_assumed_is_asked_by_its_trust_policy() -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Somebody"},
            "Action": "sts:AssumeRole",
        }
    )
    caller, target = policy(allow("sts:AssumeRole")), policy(allow(LIST, BOTH))
    rules = (
        RoleRule(name="Shop", identity=("shop.json",), arn=ROLE),
        RoleRule(
            name="Target",
            identity=("target.json",),
            trust="trust.json",
            arn=f"arn:aws:iam::{ACCOUNT}:role/Target",
        ),
    )
    config = Settings(roles=rules)
    documents = (
        document(caller, "shop.json"),
        document(target, "target.json"),
        document(trust, "trust.json"),
    )
    some = known([Infrastructure(documents)], config)
    denial = sentence("sts:AssumeRole", "", f"arn:aws:iam::{ACCOUNT}:role/Target")
    found = explain(denial, some, config)
    assert found.verdict == EXPLAINED
    assert [cause.layer for cause in found.causes] == [TRUST]
    assert found.repair is not None
    (edit,) = found.repair.edits
    assert edit.statement is not None
    assert edit.statement["Principal"] == {"AWS": ROLE}
    assert "Resource" not in edit.statement


# Anything at all

ACTIONS = st.sampled_from([LIST, PAY, OPEN_BUDGET, "bedrock-agentcore:*", "*", "s3:GetObject"])
STATEMENTS = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Deny"]),
    ACTIONS,
    st.sampled_from([MANAGER, f"{MANAGER}/*", "*", "arn:aws:s3:::b/*"]),
    st.sampled_from(
        [
            None,
            {"StringEquals": {"aws:ResourceTag/stage": "live"}},
            {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        ]
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    statements=st.lists(STATEMENTS, min_size=1, max_size=4),
    action=st.sampled_from([LIST, PAY, OPEN_BUDGET]),
    persona=st.sampled_from(["", "viewer", "process-payment"]),
)
def test_what_our_own_engine_denies_is_explained_and_a_repair_that_is_offered_works(
    statements: list[Json], action: str, persona: str
) -> None:
    one = policy(*statements)
    asked = request(ROLE, action, MANAGER)
    decision = decide(attach(identity=[one]), asked)
    if decision.decision != DENY:
        return
    found = explain(said(decision, asked), files(one), persona=persona)
    assert found.verdict in {EXPLAINED, AS_DESIGNED}
    assert found.causes[0].layer == decision.layer
    check_offer(found)
    assert "somebody-secret" not in "\n".join(lines(found))


def check_offer(found: Explanation) -> None:
    """What is offered was tried, and what would break something is not offered."""
    if found.repair is None:
        assert found.broken or found.reasons
        return
    trial = found.repair.trial
    assert trial is not None
    assert trial.decision in {"allow", "undecided"}
    assert not trial.broken
    assert not trial.beyond
    assert trial.separation != "refuted"


def test_a_call_into_another_account_needs_a_role_there() -> None:
    elsewhere = MANAGER.replace(ACCOUNT, "444455556666")
    found = explain(sentence(LIST, "", elsewhere), files(policy(allow("*"))))
    assert found.verdict == EXPLAINED
    assert [(cause.layer, cause.sure) for cause in found.causes] == [("resource", True)]
    assert found.repair is None
    assert "444455556666" in found.reasons[-1]


def test_the_region_that_was_asked_is_that_of_the_payment_manager() -> None:
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    scp = document(policy(allow("*"), deny("*", Condition=elsewhere)), "scp.json", SCP)
    found = explain(
        sentence(LIST, "with an explicit deny in a service control policy"),
        files(policy(allow("*")), limits=Limits(scps=[("", [scp])])),
    )
    assert [(cause.layer, cause.sure) for cause in found.causes] == [(SCP, True)]
