"""Which texts a proof speaks about: ARNs of every shape that AWS documents, and no others."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import ACCOUNT, OTHER
from authorization.reading import reads
from identifiers.strategies import edited
from payguard.authorization.graph import ALPHABET
from payguard.authorization.limit import Limit
from payguard.authorization.representative import representatives
from payguard.authorization.track import Track
from payguard.authorization.universe import (
    Universe,
    any_resource,
    anything,
    loosely,
    manager_universe,
    sub_resource_universe,
    type_universe,
    united,
    value_universe,
)
from payguard_policies import catalog

HEAD = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:"
SHOP = f"{HEAD}payment-manager/shop-a1b2c3d4e5"
VAULT, DIRECTORY = f"{HEAD}token-vault/default", f"{HEAD}workload-identity-directory/default"


def has(universe: Universe, text: str) -> bool:
    """Tell whether a text is one of a universe, read leap by leap."""
    found = reads(universe.graph, text)
    assert universe.holds(text) is found
    return found


@pytest.mark.parametrize(
    "arn",
    [
        SHOP,
        f"{HEAD}payment-manager/a-a1b2c3d4e5",
        f"{HEAD}payment-manager/0-0000000000",
        f"{HEAD}payment-manager/a--b-a1b2c3d4e5",
        f"{HEAD}payment-manager/{'a' * 49}-a1b2c3d4e5",
        SHOP.replace("us-east-1", "eu-central-1"),
        SHOP.replace("us-east-1", "us-gov-west-1"),
        SHOP.replace("arn:aws:", "arn:aws-us-gov:"),
        SHOP.replace("arn:aws:", "arn:aws-cn:"),
        SHOP.replace("arn:aws:", "arn:aws-iso-b:"),
        SHOP.replace(ACCOUNT, OTHER),
    ],
)
def test_arns_of_payment_managers(arn: str) -> None:
    pattern = catalog.string_shape("data", "PaymentManagerArn").pattern or ""
    assert re.fullmatch(pattern, arn)
    assert has(manager_universe(), arn)


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "*",
        f"{SHOP}/session/payment-session-a1b2c3d4e5f6g7h",
        f"{SHOP}/",
        f"{SHOP}x",
        f"{SHOP[:-1]}",
        SHOP.replace("shop", "Shop"),
        SHOP.replace("shop", "sh_op"),
        SHOP.replace("shop", "-shop"),
        SHOP.replace("shop", "shop-"),
        SHOP.replace("shop-", ""),
        SHOP.replace("shop", "*"),
        SHOP.replace("e5", "E5"),
        SHOP.replace(ACCOUNT, ""),
        SHOP.replace(ACCOUNT, "aws"),
        SHOP.replace(ACCOUNT, "11112222333"),
        SHOP.replace(ACCOUNT, "1111222233334"),
        SHOP.replace("us-east-1", ""),
        SHOP.replace("arn:aws:", "arn:awsx:"),
        SHOP.replace("bedrock-agentcore", "bedrock"),
        SHOP.replace("payment-manager", "payment-managers"),
        SHOP + "\n",
        " " + SHOP,
    ],
)
def test_texts_that_are_no_arns_of_payment_managers(arn: str) -> None:
    assert not has(manager_universe(), arn)


def test_long_names_are_too_many_rather_than_too_few() -> None:
    """Counts beyond sixteen are read as any number: a proof is then about more than there is."""
    assert has(manager_universe(), SHOP.replace("shop", "a" * 200))


def test_an_account_leaves_the_managers_of_others_out() -> None:
    assert has(manager_universe(ACCOUNT), SHOP)
    assert not has(manager_universe(ACCOUNT), SHOP.replace(ACCOUNT, OTHER))
    assert has(manager_universe(OTHER), SHOP.replace(ACCOUNT, OTHER))
    assert manager_universe(ACCOUNT).name == f"every payment manager of account {ACCOUNT}"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_managers_are_what_the_catalogs_pattern_allows(data: st.DataObject) -> None:
    pattern = catalog.string_shape("data", "PaymentManagerArn").pattern or ""
    alphabet = st.characters(codec="ascii")
    arn = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=alphabet))
    assert has(manager_universe(), arn)
    near = data.draw(edited(arn))
    if re.fullmatch(pattern, near):
        assert has(manager_universe(), near)
    elif len(near) < 80:  # longer names are let in, see above
        assert not has(manager_universe(), near)


@pytest.mark.parametrize(
    ("sub_type", "arn", "expected"),
    [
        ("session", f"{SHOP}/session/payment-session-a1b2c3d4e5f6g7h", True),
        ("session", f"{SHOP}/session/payment-session-a1b2c3d4e5f6g7", False),
        ("session", f"{SHOP}/session/session-a1b2c3d4e5f6g7h", False),
        ("session", f"{SHOP}/instrument/payment-session-a1b2c3d4e5f6g7h", False),
        ("session", f"{SHOP}/session/*", False),
        ("session", SHOP, False),
        ("instrument", f"{SHOP}/instrument/payment-instrument-A1b2c3d4e5f6g7h", True),
        ("instrument", f"{SHOP}/session/payment-instrument-a1b2c3d4e5f6g7h", False),
        ("connector", f"{SHOP}/connector/coinbase-a1b2c3d4e5", True),
        ("connector", f"{SHOP}/connector/coinbase", False),
    ],
)
def test_arns_below_a_manager(sub_type: str, arn: str, expected: bool) -> None:
    assert has(sub_resource_universe(sub_type), arn) == expected
    assert has(sub_resource_universe(sub_type, ACCOUNT), arn) == expected
    assert not has(sub_resource_universe(sub_type, OTHER), arn)


@pytest.mark.parametrize(
    ("service", "kind", "arn", "expected"),
    [
        ("bedrock-agentcore", "payment-manager", SHOP, True),
        ("bedrock-agentcore", "token-vault", VAULT, True),
        ("bedrock-agentcore", "token-vault", f"{VAULT}/paymentcredentialprovider/x", False),
        (
            "bedrock-agentcore",
            "paymentcredentialprovider",
            f"{VAULT}/paymentcredentialprovider/x",
            True,
        ),
        ("bedrock-agentcore", "paymentcredentialprovider", VAULT, False),
        ("bedrock-agentcore", "workload-identity", f"{DIRECTORY}/workload-identity/A.b_c-1", True),
        ("bedrock-agentcore", "workload-identity-directory", DIRECTORY, True),
        ("bedrock-agentcore", "runtime", f"{HEAD}runtime/agent-1", True),
        ("bedrock-agentcore", "runtime", f"{HEAD}runtime/agent-1/runtime-endpoint/x", False),
        ("iam", "role", f"arn:aws:iam::{ACCOUNT}:role/agent", True),
        ("iam", "role", f"arn:aws:iam::{ACCOUNT}:role/team/agent+a,b=c.d@e_f-1", True),
        ("iam", "role", f"arn:aws:iam::{ACCOUNT}:user/agent", False),
        ("iam", "role", f"arn:aws:iam:us-east-1:{ACCOUNT}:role/agent", False),
        ("iam", "policy", f"arn:aws:iam::{ACCOUNT}:policy/p", True),
        ("kms", "key", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/mrk-1234", True),
        (
            "secretsmanager",
            "Secret",
            f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:a/b-1",
            True,
        ),
        ("logs", "log-group", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/x", True),
    ],
)
def test_arns_of_a_type(service: str, kind: str, arn: str, expected: bool) -> None:
    assert has(type_universe(service, kind), arn) == expected
    assert has(type_universe(service, kind, ACCOUNT), arn) == expected
    assert not has(type_universe(service, kind, OTHER), arn)


def all_types() -> list[tuple[str, str]]:
    services = sorted(catalog.detailed_services())
    details = [(service, catalog.detail(service)) for service in services]
    return [(s, kind) for s, detail in details if detail for kind in detail.resource_types]


@pytest.mark.parametrize("account", ["", ACCOUNT])
def test_every_type_of_the_catalog_has_arns_that_fit_its_template(account: str) -> None:
    for service, kind in all_types():
        universe = type_universe(service, kind, account)
        answer = representatives(universe, [Track("*:111122223333:*")], Limit())
        assert answer.complete
        assert answer.texts, (service, kind)
        for text, _ in answer.texts:
            assert re.fullmatch(universe.pattern, text)
            assert text.startswith("arn:aws")


def test_a_service_without_details_has_no_types() -> None:
    with pytest.raises(KeyError):
        type_universe("nosuch", "thing")


@pytest.mark.parametrize(
    ("kind", "account", "text", "expected"),
    [
        ("", "", "", True),
        ("", "", "anything: at all, \u00e9\u00ff ${*}", True),
        ("", "", "\u20ac", False),  # IAM takes nothing beyond U+00FF in a policy
        ("ARN", "", "arn:aws:s3:::bucket", True),
        ("ARN", "", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:$LATEST", True),
        ("ARN", "", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:x:*", True),
        ("ARN", "", f"arn:aws-us-gov:iam::{ACCOUNT}:role/a,b", True),
        ("ARN", "", "arn:aws:s3:::", False),
        ("ARN", "", "bucket", False),
        ("role", "", f"arn:aws:iam::{ACCOUNT}:role/a,b", True),
        ("role", ACCOUNT, f"arn:aws-cn:iam::{ACCOUNT}:role/x/y", True),
        ("role", ACCOUNT, f"arn:aws:iam::{OTHER}:role/x", False),
        ("role", "", f"arn:aws:iam::{ACCOUNT}:user/x", False),
    ],
)
def test_values_of_keys(kind: str, account: str, text: str, expected: bool) -> None:
    assert has(value_universe(kind, account), text) == expected


def test_all_characters_that_a_policy_can_hold_are_tried() -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    printable = {chr(code) for code in (0x9, 0xA, 0xD, *range(0x20, 0x7F), *range(0xA0, 0x100))}
    assert set(ALPHABET) == printable
    assert len(ALPHABET) == len(printable)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::bucket/key",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        f"arn:aws:sqs:eu-west-1:{ACCOUNT}:queue",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:1",
        f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t/index/i",
    ],
)
def test_arns_of_services_without_details(arn: str) -> None:
    assert has(any_resource("s3"), arn)
    assert has(any_resource("s3", ACCOUNT), arn)
    assert has(any_resource("s3", OTHER), arn) == (ACCOUNT not in arn)


def test_anything_is_one_universe_whoever_asks() -> None:
    assert anything() is value_universe("String")
    assert anything().has_colons
    assert manager_universe() is manager_universe()
    assert not manager_universe().has_colons


UNIVERSES = (manager_universe(), manager_universe(ACCOUNT), sub_resource_universe("session"))


@pytest.mark.parametrize("universe", UNIVERSES, ids=[found.name for found in UNIVERSES])
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_loose_universe_has_all_texts_and_keeps_the_fields_apart(
    universe: Universe, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(re.compile(universe.pattern, re.ASCII), fullmatch=True))
    assert has(loosely(universe), text)
    assert not has(loosely(universe), text.replace("payment-manager/", "runtime/"))
    assert not has(loosely(universe), text.replace(":", ""))


def test_a_loose_universe_has_fewer_states() -> None:
    """Otherwise it would be of no use."""
    wanted = [Track(f"{HEAD}payment-manager/*a*"), Track("*b*c*")]
    sessions = sub_resource_universe("session")
    assert not representatives(sessions, wanted, Limit(states=100)).complete
    assert representatives(loosely(sessions), wanted, Limit(states=100)).complete


def test_united_universes_have_the_texts_of_each_and_no_other() -> None:
    both = united((manager_universe(), sub_resource_universe("session")))
    assert has(both, SHOP)
    assert has(both, f"{SHOP}/session/payment-session-a1b2c3d4e5f6g7h")
    assert not has(both, f"{SHOP}/")
    assert not has(both, f"{SHOP}/instrument/payment-instrument-a1b2c3d4e5f6g7h")
