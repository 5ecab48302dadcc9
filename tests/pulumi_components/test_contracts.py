"""The roles as IAM holds them keep the contracts of their personas, proved for any payment manager.

Each role is made by the component in moto's IAM and read back; what is proved is proved of that.
moto takes any trust policy, so that those are linted and asked here.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authorization.asking import ask, decided
from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED
from payguard.authorization.contract import contract
from payguard.authorization.prove import confined_to, manager_actions
from payguard.configuration import Settings
from payguard.finding import Severity
from payguard.iam.document import IDENTITY, TRUST
from payguard.run import lint
from payguard.sources.text_file import Candidate
from payguard_policies import catalog, roles
from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import Account, iam

Json = dict[str, Any]
SERVICE = "bedrock-agentcore.amazonaws.com"
SUFFIX = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=10, max_size=10)
NAME = st.from_regex(r"[a-z][a-z0-9]{0,47}", fullmatch=True)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
REGIONS = st.sampled_from(catalog.partitions()["aws"].regions)


class Home(NamedTuple):
    """Payment managers of one account, and who may assume the roles."""

    account: str
    managers: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]

    def args(self, **more: Any) -> Json:
        """The arguments that ask for every role."""
        start = self.managers[0].partition("payment-manager/")[0]
        return {
            "payment_manager_arns": list(self.managers),
            "create_service_role": True,
            "credential_provider_arns": [f"{start}token-vault/default/paymentcredentialprovider/w"],
            "secret_arns": [
                start.replace("bedrock-agentcore", "secretsmanager") + "secret:w-A1b2C3"
            ],
            "name_prefix": "p-",
            **{
                f"{persona.replace('-', '_')}_principals": list(arns)
                for persona, arns in self.principals.items()
            },
            **more,
        }


@st.composite
def homes(draw: st.DrawFn) -> Home:
    account = draw(ACCOUNTS)
    managers = draw(st.lists(st.tuples(REGIONS, NAME, SUFFIX), min_size=1, max_size=3, unique=True))
    arns = [
        f"arn:aws:bedrock-agentcore:{region}:{account}:payment-manager/{name}-{suffix}"
        for region, name, suffix in managers
    ]
    people = [persona for persona in roles.PERSONAS if persona != "resource-retrieval"]
    principals = {
        persona: tuple(
            f"arn:aws:iam::{draw(st.just(account) | ACCOUNTS)}:role/{persona}{number}"
            for number in range(draw(st.integers(1, 2)))
        )
        for persona in people
    }
    return Home(account, tuple(arns), principals)


def held(account: Account, persona: str) -> Actor:
    """A role as the engine sees it, with what IAM holds of it."""
    name = f"p-{persona}"
    found = account.role(name)
    attached = [catalog.managed_policy(arn) for arn in account.attached(name)]
    documents = [*account.inline(name), *(document for document in attached if document)]
    assert len(documents) == 1 + len(attached)
    return actor(name, documents, arn=found["Arn"], trust=account.trust(name))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(home=homes())
def test_every_role_keeps_its_contract_and_reaches_no_other_manager(home: Home) -> None:
    with iam(home.account) as account:
        deploy_roles(home.args(), account)
        for persona in roles.PERSONAS:
            role = held(account, persona)
            checks = contract(role, persona, home.managers)
            broken = [check for check in checks if check.answer.verdict != PROVED]
            assert broken == []
            assert len(checks) > 10
            assert confined_to(role, home.managers).verdict == PROVED


def test_a_manager_to_come_keeps_the_contracts_and_lets_in_no_other_name(home: Home) -> None:
    args = home.args(
        payment_manager_arns=None,
        payment_manager_name="Shop",
        account_id=home.account,
        region="eu-west-1",
    )
    pattern = home.managers[0].replace("shop-a1b2c3d4e5", "shop-*")
    with iam(home.account) as account:
        deploy_roles(args, account)
        for persona in roles.PERSONAS:
            checks = contract(held(account, persona), persona, (pattern,))
            assert [check for check in checks if check.answer.verdict != PROVED] == []


def test_a_key_and_the_marketplace_leave_the_contracts_as_they_are(home: Home) -> None:
    key = f"arn:aws:kms:eu-west-1:{home.account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    with iam(home.account, managed_policies=True) as account:
        deploy_roles(home.args(kms_key_arn=key, coinbase_marketplace=True), account)
        for persona in roles.PERSONAS:
            role = held(account, persona)
            checks = contract(role, persona, home.managers)
            assert [check for check in checks if check.answer.verdict != PROVED] == []
            keyed = persona in {"control-plane", "resource-retrieval"}
            assert (
                any(key in json.dumps(policy) for policy in account.inline(f"p-{persona}")) == keyed
            )


def neighbours(manager: str) -> Iterator[str]:
    """Managers that a pattern one character too short or too long would reach."""
    start, _, last = manager.rpartition("-")
    other = "b" if last[-1] == "a" else "a"
    yield f"{start}-{last[:-1]}{other}"
    yield f"{start}x-{last}"
    yield f"{start}-x-{last}"
    account = manager.split(":")[4]
    yield manager.replace(account, f"{account[:-1]}{(int(account[-1]) + 1) % 10}")
    yield (
        manager.replace(":us-", ":eu-")
        if ":us-" in manager
        else manager.replace(manager.split(":")[3], "us-east-9")
    )


def linted(document: Json, kind: str, tmp_path: Any) -> list[str]:
    """What the linter says of a document from a warning on."""
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(document))
    report = lint([Candidate(str(path), named=True)], Settings(), policy_type=kind)
    assert not report.errors
    assert report.documents == 1
    return [one.message for one in report.findings if one.severity >= Severity.WARNING]


@pytest.fixture(scope="module")
def home() -> Home:
    account = "210987654321"
    start = f"arn:aws:bedrock-agentcore:eu-west-1:{account}:payment-manager"
    return Home(
        account,
        (f"{start}/shop-a1b2c3d4e5", f"{start}/till-f6g7h8i9j0"),
        {
            persona: (f"arn:aws:iam::{account}:role/{persona}-user",)
            for persona in roles.PERSONAS
            if persona != "resource-retrieval"
        },
    )


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_a_neighbour_of_a_manager_is_denied_by_any_action(home: Home, persona: str) -> None:
    # What is proved of all managers, asked once more of those that are most alike.
    with iam(home.account) as account:
        deploy_roles(home.args(), account)
        role = held(account, persona)
        (policy,) = account.inline(f"p-{persona}")
    for arn in neighbours(home.managers[0]):
        assert arn not in home.managers
        for action in manager_actions():
            for resource in (arn, f"{arn}/session/s"):
                found = decided(ask(action, resource, role.arn), identity=policy)
                assert found.decision == "deny", (action, resource)


@pytest.mark.parametrize("persona", roles.PERSONAS)
def test_the_linter_has_nothing_to_say_of_what_is_deployed(
    home: Home, persona: str, tmp_path: Any
) -> None:
    with iam(home.account) as account:
        deploy_roles(home.args(external_id="shop-42"), account)
        assert linted(account.trust(f"p-{persona}"), TRUST, tmp_path) == []
        for policy in account.inline(f"p-{persona}"):
            assert linted(policy, IDENTITY, tmp_path) == []


@pytest.mark.parametrize("persona", [one for one in roles.PERSONAS if one != "resource-retrieval"])
def test_a_role_of_people_or_agents_lets_in_whom_it_names_with_the_external_id(
    home: Home, persona: str
) -> None:
    with iam(home.account) as account:
        deploy_roles(home.args(external_id="shop-42"), account)
        role, trust = account.role(f"p-{persona}"), account.trust(f"p-{persona}")

    def lets_in(who: str, **context: str) -> str:
        keys = {key.replace("_", ":"): value for key, value in context.items()}
        wanted = ask("sts:AssumeRole", role["Arn"], who, keys)
        assuming = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        identity = {"Version": "2012-10-17", "Statement": assuming}
        return decided(wanted, identity=identity, trust=trust).decision

    (own,) = home.principals[persona]
    assert lets_in(own, sts_ExternalId="shop-42") == "allow"
    assert lets_in(own, sts_ExternalId="shop-43") == "deny"
    assert lets_in(own) == "deny"
    for other in (f"{own}x", own.replace(home.account, "111122223333"), SERVICE):
        assert lets_in(other, sts_ExternalId="shop-42") == "deny"


def test_the_service_role_lets_in_agentcore_for_its_managers_and_nobody_else(home: Home) -> None:
    with iam(home.account) as account:
        deploy_roles(home.args(), account)
        name = "p-resource-retrieval"
        role, trust = account.role(name), account.trust(name)

    def lets_in(who: str, source: str, owner: str = home.account) -> str:
        keys = {"aws:SourceArn": source, "aws:SourceAccount": owner}
        return decided(ask("sts:AssumeRole", role["Arn"], who, keys), trust=trust).decision

    for manager in home.managers:
        assert lets_in(SERVICE, manager) == "allow"
        assert lets_in(SERVICE, manager, "111122223333") == "deny"
        assert lets_in("lambda.amazonaws.com", manager) == "deny"
        assert lets_in(f"arn:aws:iam::{home.account}:role/administrator", manager) == "deny"
    assert lets_in(SERVICE, home.managers[0].replace("/shop", "/shopx")) == "deny"
    assert lets_in(SERVICE, home.managers[0].replace("payment-manager", "runtime")) == "deny"
