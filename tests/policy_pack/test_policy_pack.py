"""The policy pack without the engine: what it says of resources, asked as the engine asks."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy.proxy import unknown_checking_proxy

import payguard
from payguard.configuration import Settings
from payguard.infrastructure import Infrastructure
from payguard.run import lint_found
from payguard.sources.pulumi_state import read_pulumi
from payguard_pulumi import policy_pack
from policy_pack.analyzer import ADVISORY, MAIN, MANDATORY, Analyzer, analyzer
from sources.pulumi_state.stacks import (
    ATTACHMENT,
    CIPHER,
    FIXTURES,
    POLICY,
    ROLE,
    ROLE_POLICY,
    SIGNATURE,
    TRUSTED,
    UNKNOWN,
    allow,
    state,
    urn,
)

FOLDER = Path(__file__).parents[2] / "pulumi_components" / "policy_pack"
SECRET = CIPHER[SIGNATURE]
MANAGER = "arn:aws:bedrock-agentcore:us-west-2:111122223333:payment-manager/shop-a1b2c3d4e5"
SCOPE = json.dumps([MANAGER, f"{MANAGER}/*"])
SPENDS, BUDGETS = (
    allow(action).replace('"*"', SCOPE) for action in ("ProcessPayment", "CreatePaymentSession")
)


def secret(value: object) -> dict[str, object]:
    """A secret as the engine sends it."""
    return {SIGNATURE: SECRET, "value": value}


def role(name: str = "agent", **inputs: Any) -> dict[str, Any]:
    return state(ROLE, name, {"name": "Agent", "assumeRolePolicy": TRUSTED, **inputs})


def inline(name: str, policy: object, role: object = "Agent") -> dict[str, Any]:
    return state(ROLE_POLICY, name, {"role": role, "policy": policy})


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analyzer]:
    with analyzer(tmp_path_factory.mktemp("pack")) as started:
        yield started


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], AbstractContextManager[Analyzer]]:
    return lambda text: analyzer(tmp_path, text)


def test_the_folder_of_the_pack_has_the_version_of_payguard() -> None:
    """Beside it stand what starts the pack, as the tests here do, and what to install."""
    told = yaml.safe_load((FOLDER / "PulumiPolicy.yaml").read_text())
    assert told["version"] == payguard.__version__
    assert told["description"] == policy_pack.DESCRIPTION
    assert (FOLDER / "__main__.py").read_text().endswith(MAIN)
    assert (FOLDER / "requirements.txt").read_text() == "payguard[policy-pack]\n"


def test_errors_and_security_warnings_are_mandatory_and_the_rest_is_advisory(
    pack: Analyzer,
) -> None:
    levels = pack.policies()
    assert {name for name, level in levels.items() if level == MANDATORY} == {
        "document-error",
        "document-security-warning",
        "document-unreadable",
        "role-error",
        "role-security-warning",
        "role-unchecked",
    }
    assert set(levels.values()) == {MANDATORY, ADVISORY}


def test_a_document_is_judged_before_its_resource_is_created(pack: Analyzer) -> None:
    """What AWS rejects is refused with the rule, the value and the place."""
    wrong = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Permit"}]})
    said = pack.resource(inline("wrong", wrong))
    assert [one.level for one in said if one.rule == "invalid-effect"] == [MANDATORY]
    [effect] = [one for one in said if one.rule == "invalid-effect"]
    assert '"Permit"' in effect.message
    assert "/Statement/0/Effect" in effect.message


def test_what_is_no_document_is_refused(pack: Analyzer) -> None:
    [said] = pack.resource(inline("broken", "{"))
    assert (said.level, said.policy) == (MANDATORY, "document-unreadable")
    assert "the policy of aws:iam/rolePolicy:RolePolicy broken" in said.message


def test_a_role_is_judged_with_all_its_policies(pack: Analyzer) -> None:
    """Each policy by itself is fine; together they break separation, shown by two requests."""
    states = [role(), inline("spend", SPENDS), inline("budget", BUDGETS)]
    documents = [said for one in states for said in pack.resource(one) if said.level == MANDATORY]
    assert documents == []
    [said] = [one for one in pack.stack(states) if one.rule == "separation-of-duties"]
    assert (said.level, said.policy) == (MANDATORY, "role-security-warning")
    assert said.message.count("request: Agent may bedrock-agentcore:") == 2
    assert said.urn in {states[1]["urn"], states[2]["urn"]}


def test_a_trust_policy_that_is_not_known_yet_is_said(pack: Analyzer) -> None:
    """What the role may do is known, whom it lets in is not: nothing was proved about that."""
    [said] = pack.stack([role(assumeRolePolicy=UNKNOWN), inline("spend", SPENDS)])
    assert (said.level, said.policy, said.rule) == (ADVISORY, "undecided", "policy-not-known")
    assert "who may assume Agent is not known in full: assumeRolePolicy of" in said.message


def test_who_is_let_in_to_two_roles_has_the_duties_of_both(pack: Analyzer) -> None:
    """One role opens budgets, the other spends, and both name the same role of another stack."""
    agent = {"AWS": "arn:aws:iam::111122223333:role/runtime"}
    statement = {"Effect": "Allow", "Principal": agent, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    states = []
    for name, document in (("spends", SPENDS), ("opens", BUDGETS)):
        made = {"name": name, "arn": f"arn:aws:iam::111122223333:role/{name}"}
        inputs = {"name": name, "assumeRolePolicy": trust}
        states += [state(ROLE, name, inputs, outputs=made), inline(name, document, role=name)]
    [said] = [one for one in pack.stack(states) if one.level == MANDATORY]
    assert (said.rule, said.urn) == ("principal-with-both-duties", urn(ROLE, "spends"))
    assert '"arn:aws:iam::111122223333:role/runtime" may assume opens and spends' in said.message


def test_policies_are_joined_by_what_their_names_come_from(pack: Analyzer) -> None:
    """At a first preview the ARN of a policy is not known: the engine says where it comes from."""
    states = [role()]
    for name, document in (("spend", SPENDS), ("budget", BUDGETS)):
        made_from = {"role": [urn(ROLE, "agent")], "policyArn": [urn(POLICY, name)]}
        states += [
            state(POLICY, name, {"policy": document}, outputs={"arn": UNKNOWN, "policy": document}),
            state(
                ATTACHMENT,
                name,
                {"role": "Agent", "policyArn": UNKNOWN},
                propertyDependencies=made_from,
            ),
        ]
    rules = {said.rule: said.level for said in pack.stack(states)}
    assert rules["separation-of-duties"] == MANDATORY
    assert "policy-not-known" not in rules


def test_what_is_not_known_before_the_deploy_is_advisory_and_said(pack: Analyzer) -> None:
    states = [role(), inline("late", UNKNOWN)]
    assert pack.resource(states[1]) == []
    [said] = [one for one in pack.stack(states) if one.rule == "policy-not-known"]
    assert (said.level, said.policy, said.urn) == (ADVISORY, "undecided", states[0]["urn"])
    assert "policy of aws:iam/rolePolicy:RolePolicy late (known after apply)" in said.message


def test_a_secret_is_never_told_and_leaves_the_question_open(pack: Analyzer) -> None:
    hidden = inline("hidden", secret(BUDGETS.replace("Allow", "HUSH")))
    states = [role(assumeRolePolicy=secret(TRUSTED.replace("root", "role/HUSH"))), hidden]
    said = [*pack.resource(states[0]), *pack.resource(hidden), *pack.stack(states)]
    assert "policy of aws:iam/rolePolicy:RolePolicy hidden (secret)" in " ".join(
        one.message for one in said if one.policy == "undecided"
    )
    assert not any("HUSH" in one.message for one in said)


def test_roles_of_aws_native_are_judged_alike(pack: Analyzer) -> None:
    """Documents are objects there, and inline policies stand in the role."""
    policies = [
        {"policyName": name, "policyDocument": json.loads(document)}
        for name, document in (("spend", SPENDS), ("budget", BUDGETS))
    ]
    inputs = {
        "roleName": "Agent",
        "assumeRolePolicyDocument": json.loads(TRUSTED),
        "policies": policies,
    }
    said = pack.stack([state("aws-native:iam:Role", "agent", inputs)])
    assert "separation-of-duties" in {one.rule for one in said if one.level == MANDATORY}


def test_other_resources_are_left_alone(pack: Analyzer) -> None:
    bucket = state("aws:s3/bucketObject:BucketObject", "notes", {"content": "{"})
    assert pack.resource(bucket) == []
    assert pack.stack([bucket]) == []


def test_a_resource_that_a_target_left_out_is_judged_by_its_outputs(tmp_path: Path) -> None:
    """The engine asks about it with the stack, and not before: nothing of it is to be created."""
    with analyzer(tmp_path) as fresh:
        whole = {"inlinePolicies": [], "managedPolicyArns": [], "permissionsBoundary": ""}
        agent = role()
        agent["outputs"] = {**agent["inputs"], **whole}
        states = [agent, inline("spend", SPENDS), inline("budget", BUDGETS)]
        said = fresh.stack(states, looked_at=states[2:])
    assert "separation-of-duties" in {one.rule for one in said if one.level == MANDATORY}


@pytest.mark.parametrize("name", ["export.json", "checkpoint.json"])
def test_the_pack_finds_what_the_linter_finds_in_the_state(pack: Analyzer, name: str) -> None:
    """Rule and resource of every finding and every open question, no more and no less."""
    text = (FIXTURES / name).read_text()
    found = read_pulumi(name, text)
    assert isinstance(found, Infrastructure)
    report = lint_found(found, Settings())
    expected = {
        (each.rule, each.location.address) for each in (*report.findings, *report.undecided)
    }
    decoded = json.loads(text)
    deployment = decoded.get("deployment") or decoded["checkpoint"]["latest"]
    states = [_as_sent(one) for one in deployment["resources"]]
    alone = {(said.rule, one["urn"]) for one in states for said in pack.resource(one)}
    assert alone | {(said.rule, said.urn) for said in pack.stack(states)} == expected


def _as_sent(resource: Any) -> Any:
    """Return a state as the engine sends it: with the values of secrets, that a file has not."""
    if isinstance(resource, dict):
        if SIGNATURE in resource:
            return secret("HUSH")
        return {key: _as_sent(value) for key, value in resource.items()}
    return [_as_sent(item) for item in resource] if isinstance(resource, list) else resource


@pytest.mark.parametrize(
    ("configuration", "levels"),
    [
        ('fail-on = "error"\n', {ADVISORY}),
        ('ignore = ["separation-of-duties"]\n', set()),
        (
            '[[ignore]]\npath = "shop/dev"\nrule = "separation-of-duties"\nreason = "a trial"\n',
            set(),
        ),
        (
            '[[ignore]]\npath = "shop/live"\nrule = "separation-of-duties"\nreason = "a trial"\n',
            {MANDATORY},
        ),
    ],
    ids=["from errors on", "a rule less", "accepted here", "accepted elsewhere"],
)
def test_the_configuration_of_the_linter_holds(
    configured: Callable[[str], AbstractContextManager[Analyzer]],
    configuration: str,
    levels: set[str],
) -> None:
    states = [role(), inline("spend", SPENDS), inline("budget", BUDGETS)]
    with configured(configuration) as configured_pack:
        said = configured_pack.stack(states)
    assert {one.level for one in said if one.rule == "separation-of-duties"} == levels


def test_open_questions_can_be_accepted(
    configured: Callable[[str], AbstractContextManager[Analyzer]],
) -> None:
    with configured("allow-undecided = true\n") as lenient:
        assert pack_rules(lenient) == set()
        assert "undecided" not in lenient.policies()


def pack_rules(pack: Analyzer) -> set[str]:
    return {one.policy for one in pack.stack([role(), inline("late", UNKNOWN)])} & {"undecided"}


def test_a_stack_that_the_reader_gives_up_on_does_not_pass(pack: Analyzer) -> None:
    """Properties nest deeper than any reader goes: that is refused, not passed over."""
    deep: Any = "end"
    for _ in range(80):
        deep = {"in": deep}
    states = [role(), state("aws-native:iam:Role", "deep", {"policies": deep})]
    levels = [
        said.level for said in pack.resource(states[1]) if said.policy == "document-unreadable"
    ]
    assert levels == [MANDATORY]


@pytest.mark.parametrize("with_roles", [False, True])
def test_what_cannot_be_read_at_all_is_an_error(with_roles: bool) -> None:
    verdict = policy_pack.Watch(Settings())._judge("shop/dev", "{", with_roles=with_roles)
    assert len(verdict.documents.errors) == 1


def test_a_version_that_hides_where_secrets_are_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rather no pack than one that tells secrets."""
    monkeypatch.delattr("pulumi_policy.policy.deserialize_properties")
    with pytest.raises(RuntimeError, match=r"how pulumi-policy .* treats secrets"):
        policy_pack.keep_secrets()


def test_importing_the_pack_starts_nothing() -> None:
    """No server and no engine; nor is pulumi-aws needed."""
    code = (
        "import sys, threading, payguard_pulumi.policy_pack\n"
        "print(threading.active_count(), 'pulumi_aws' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "1 False\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["text", UNKNOWN]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), VALUES))
def test_what_is_not_known_keeps_its_mark(properties: dict[str, Any]) -> None:
    """pulumi-policy hands properties over so that a look at an unknown one raises an error."""
    assert policy_pack.plain_value(unknown_checking_proxy(properties)) == properties
