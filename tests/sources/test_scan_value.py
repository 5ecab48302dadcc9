"""What is wrong with a value, and of how many texts nothing is said."""

import string

import pytest

from payguard.finding import Location, Span
from payguard.identifiers.problem import ERROR
from payguard.identifiers.registry import KINDS
from payguard.infrastructure import Value
from payguard.sources.scan import scan
from payguard.sources.scan_value import defects
from payguard_policies import catalog

HEAD = "arn:aws:bedrock-agentcore:us-east-1:999988887777:"
MANAGER = f"{HEAD}payment-manager/shop-a1b2c3d4e5"
SESSION = "payment-session-A1b2C3d4E5f6G7h"
INSTRUMENT = "payment-instrument-A1b2C3d4E5f6G7h"


def value(text: str, before: str = "") -> Value:
    column = len(before) + 1
    span = Span(1, column, 1, column + len(text))
    return Value(text, Location("main.tf", span), f"{before}{text}")


def codes(text: str, before: str = "") -> list[str]:
    return [problem.code for problem in defects(value(text, before))]


WRONG = [
    (f"{HEAD}payment-manager/Shop-a1b2c3d4e5", ["manager-id-upper-case"]),
    (f"{HEAD}payment-manager/shop", ["manager-id-suffix"]),
    (f"{HEAD}payment-manager/pm-123", ["manager-id-suffix"]),
    (f"{HEAD}payment-manager/shop-a1b2c3d4e", ["manager-id-suffix"]),
    (f"{HEAD}payment-manager:shop-a1b2c3d4e5", ["resource-divider"]),
    (f"{HEAD}payment-managers/shop-a1b2c3d4e5", ["resource-type-unknown"]),
    (f"{MANAGER}/session/{SESSION[:-1]}", ["session-id-length"]),
    (f"{MANAGER}/sessions/{SESSION}", ["sub-resource-type-unknown"]),
    (
        f"{HEAD}payment-manager/shop\u2011a1b2c3d4e5",
        ["manager-id-character", "manager-id-suffix"],
    ),
    (
        f"{HEAD}token-vault/default/paymentcredentialprovider/shop_provider",
        ["provider-name-character"],
    ),
    (MANAGER.replace("-agentcore", ""), ["service-mismatch"]),
    (MANAGER.replace("us-east-1:", ""), ["arn-field-missing"]),
    (MANAGER.replace("us-east-1", ""), ["region-missing"]),
    (MANAGER.replace("us-east-1", "us-esat-1"), ["unknown-region"]),
    (MANAGER.replace("us-east-1", "us-east"), ["unknown-region"]),
    (MANAGER.replace("us-east-1", "cn-north-1"), ["region-partition"]),
    (MANAGER.replace("999988887777", ""), ["account-missing"]),
    (MANAGER.replace("999988887777", "99998888777"), ["account-digits"]),
    (MANAGER.replace("999988887777", "9999-8888-7777"), ["account-digits"]),
    ("payment-session-A1b2C3d4E5f6G7", ["session-id-length"]),
    ("payment-instrument-A1b2C3d4E5f6G7h8", ["instrument-id-length"]),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_a_malformed_value_is_found_and_its_defect_named(text: str, expected: list[str]) -> None:
    assert codes(text) == expected
    (found,) = scan("x.md", f'"{text}"').values
    assert found.text == text
    assert {problem.severity for problem in defects(found)} == {ERROR}


NAMED = [
    ("PAYMENT_MANAGER_ARN=", f"{HEAD}runtime/agent-a1b2c3d4e5", ["resource-type-unknown"]),
    ("PAYMENT_MANAGER_ARN=", f"{MANAGER}/session/{SESSION}", ["resource-trailing"]),
    ("AGENTCORE_PAYMENT_SHOP_MANAGER_ARN=", f"{HEAD}payment-manager/shop", ["manager-id-suffix"]),
    ('"paymentManagerId": "', MANAGER, ["manager-id-character"]),
    ("PAYMENT_SESSION_ID=", INSTRUMENT, ["session-id-prefix"]),
    ("payment_instrument_id = '", SESSION, ["instrument-id-prefix"]),
    ("PAYMENT_CONNECTOR_ID=", "stripe-a1b2c3d4e", ["connector-id-suffix"]),
    ('export PAYMENT_CONNECTOR_ID="', "Stripe-a1b2c3d4e5", ["connector-id-upper-case"]),
    ("PAYMENT_MANAGER_ID=", "Shop-a1b2c3d4e5", ["manager-id-upper-case"]),
]


@pytest.mark.parametrize(("before", "text", "expected"), NAMED)
def test_a_name_says_what_its_value_should_be(before: str, text: str, expected: list[str]) -> None:
    assert codes(text, before) == expected
    (found,) = scan(".env", before + text).values
    assert (found.text, found.location.span.column) == (text, len(before) + 1)
    assert [problem.code for problem in defects(found)] == expected


SILENT = [
    *(kind.example for kind in KINDS.values()),
    MANAGER,
    f"{HEAD}payment-manager/*",
    f"{HEAD}payment-manager/shop-??????????",
    MANAGER.replace("999988887777", "*"),
    MANAGER.replace("us-east-1", "us-northwest-7"),  # none yet
    f"{MANAGER}/connector/my_connector-a1b2c3d4e5",  # the planes disagree
    *(
        f"arn:aws:bedrock-agentcore:{region}:{account}:payment-manager/pm-1"
        for region, account in (
            ("us-east-1", "123456789012"),
            ("us-east-1", "111122223333"),
            ("us-east-1", "444455556666"),
            ("us-east-1", "000000000000"),
            ("us-east-1", "12345678910"),
            ("us-east-1", "123"),
            ("us-east-1", "<account>"),
            ("us-east-1", "${ACCOUNT_ID}"),
            ("us-east-1", "{account_id}"),
            ("us-east-1", "{{ account }}"),
            ("us-east-1", "$ACCOUNT"),
            ("us-east-1", "%s"),
            ("us-east-1", "[account]"),
            ("us-east-1", "ACCOUNT"),
            ("us-east-1", "YOUR_ACCOUNT_ID"),
            ("us-east-1", "account-id"),
            ("us-east-1", "xxxxxxxxxxxx"),
            ("REGION", "999988887777"),
            ("region", "999988887777"),
            ("${AWS_REGION}", "999988887777"),
        )
    ),
    f"{HEAD}payment-manager/your-manager-id",
    f"{HEAD}payment-manager/my-manager",
    f"{HEAD}payment-manager/xxxxxxxxxx",
    f"{HEAD}payment-manager/MANAGER-XXXX",
    f"{HEAD}payment-manager/...",
    "arn:(aws|aws-cn):bedrock-agentcore:[a-z0-9-]+:[0-9]{12}:payment-manager/x",
    "arn:aws:iam::999988887777:role/Shop",
    "arn:aws:s3:::payment-manager/shop",
    "arn:aws:sns:us-east-1:999988887777:payment-manager/shop",
    "payment-session-service",
    "payment-session-abc123",
    "payment-session-65f1c0ffee64f1c0ffee64f1",
    "payment-session-550e8400-e29b-41d4-a716-446655440000",
    "payment-instrument-institution",
    "payment-manager/shop",
    "/dashboard/payment-manager/profiles",
    "https://x.test/payment-manager/shop",
    "shop",
    "a sentence about arn:aws:bedrock-agentcore",
    "",
    " ",
    "\0",
    "arn:",
    "arn:aws:bedrock-agentcore:" + "a" * 5000,
]


@pytest.mark.parametrize("text", SILENT)
def test_of_anything_else_nothing_is_said(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("PAYMENT_CONNECTOR_ID=", "pc-xxxx"),
        ("PAYMENT_CONNECTOR_ID=", "your-connector-id"),
        ("payment_session_id=", "sess-1"),
        ("CREATE_PAYMENT_SESSION_ID=", "create-payment-session"),
        ("credentialProviderArn: ", f"{HEAD}token-vault/default/oauth2credentialprovider/x"),
        ("managerArn: ", f"{HEAD}runtime/agent-a1b2c3d4e5"),
        ("PAYMENT_MANAGER_ARN=", "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/a"),
        ("the payment session ID ", INSTRUMENT),
    ],
)
def test_a_name_makes_no_value_of_a_word(before: str, text: str) -> None:
    assert codes(text, before) == []


FILLED = {
    "Partition": "aws",
    "Region": "us-east-1",
    "Account": "999988887777",
    "TokenVaultId": "default",
    "DirectoryId": "default",
    "PaymentManagerId": "shop-a1b2c3d4e5",
}


def test_no_other_resource_of_the_service_is_taken_for_one_of_payments() -> None:
    detail = catalog.detail("bedrock-agentcore")
    assert detail is not None
    for resource_type in detail.resource_types.values():
        template = string.Template(resource_type.arn)
        names = template.get_identifiers()
        arn = template.substitute({name: FILLED.get(name, "agent-A1b2C3d4E5") for name in names})
        assert codes(arn) == [], arn


AROUND = [
    ('"', '"'),
    ("'", "',"),
    ("`", "`を使う"),
    ("(", ")."),
    ("<code>", "</code>"),
    ("| ", " |"),
    ("**", "**"),
    ("Resource::", ";"),
    ("see ", ": it is"),
    ('\\"', '\\"'),
    ("", "\\n"),
    ("X=", "  # why"),
    ('"', '" \\\n  --next'),
    ("[", "]"),
]


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_a_value_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    text = f"{before}{MANAGER}{after}\n\nand {before}{SESSION}{after}"
    assert [one.text for one in scan("x.md", text).values] == [MANAGER, SESSION]


PARTS = [
    ('"', '" + suffix'),
    ('"', '"\n  "more"'),
    ('"', '" \\\n  "more"'),
    ('"', '".format(x)'),
    ("", "${suffix}"),
    ("", "{suffix}"),
    ("", "<suffix>"),
    ("", "$SUFFIX"),
    ("", "%s"),
    ("", "..."),
    ("", "…"),
    ("", "/*"),
    ("", "-"),
    ("", "/"),
    ("", "(.*)"),
    ("", "[0-9]+"),
    ("", r"\w+"),
    ("https://x.test/", ""),
]


@pytest.mark.parametrize(("before", "after"), PARTS)
def test_a_part_of_a_longer_text_is_no_value(before: str, after: str) -> None:
    assert scan("x.md", f"{before}{HEAD}payment-manager/shop{after}").values == ()
