"""Which part of an identifier is wrong, in exact words; and never another verdict than AWS's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers.strategies import anything, edited
from payguard.identifiers import ERROR, KINDS, NOTE, Problem, check
from payguard.identifiers.registry import advisory_shapes, required_shapes
from payguard.identifiers.shape import LONGEST, Bounds
from payguard_policies import catalog

MANAGER = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/"
VAULT = "arn:aws:bedrock-agentcore:us-east-1:999988887777:token-vault/"
ID = "mypay-abcdefghij"
CREATED = (
    "the service adds the suffix when it creates the payment manager: copy the ID from its answer"
)


def messages(kind: str, text: str, severity: str = ERROR) -> list[str]:
    return [problem.message for problem in check(kind, text) if problem.severity == severity]


# The parts of an ARN, in exact words

ARNS = [
    (
        "several parts are wrong",
        "payment-manager-arn",
        "arn:aws:bedrock:us-west-2:11112222333:payment-managers/pm-123",
        [
            'service is "bedrock", expected "bedrock-agentcore"',
            "account has 11 digits, expected 12",
            'resource type is "payment-managers", expected "payment-manager"',
            'the ID "pm-123" lacks its ten-character suffix',
        ],
    ),
    (
        "upper case in the name",
        "payment-manager-arn",
        MANAGER + "MyPay-abcdefghij",
        ['the service lower-cases the manager name; found "MyPay"'],
    ),
    (
        "an underscore",
        "payment-manager-arn",
        MANAGER + "my_pay-abcdefghij",
        ['"_" is not allowed in a payment manager ID; it holds lower-case letters, digits and "-"'],
    ),
    (
        "a suffix too short",
        "payment-manager-arn",
        MANAGER + "mypay-abc123def",
        ['the suffix "abc123def" has 9 characters, expected 10'],
    ),
    (
        "a session behind the manager",
        "payment-manager-arn",
        f"{MANAGER}{ID}/session/payment-session-123456789012345",
        ['"/session/payment-session-123456789012345" follows the payment manager ARN'],
    ),
    (
        "a name of 50 characters",
        "payment-manager-arn",
        f"{MANAGER}{'a' * 50}-abcdefghij",
        ["the name part has 50 characters; a payment manager name has at most 48"],
    ),
    (
        "a hyphen at the start",
        "payment-manager-arn",
        f"{MANAGER}-a-abcdefghij",
        ['the name part "-a" starts with a hyphen'],
    ),
    (
        "no name",
        "payment-manager-arn",
        f"{MANAGER}-abcdefghij",
        ["there is no name before the suffix"],
    ),
    ("no ID", "payment-manager-arn", MANAGER, ["the payment manager ID is empty"]),
    (
        "a colon where a slash belongs",
        "payment-manager-arn",
        MANAGER[:-1] + ":" + ID,
        ['"payment-manager" is followed by ":", expected "/"'],
    ),
    (
        "nothing behind the type",
        "payment-manager-arn",
        MANAGER[:-1],
        ['the resource is "payment-manager", expected "payment-manager/${PaymentManagerId}"'],
    ),
    (
        "hyphens in the account, a missing region",
        "payment-manager-arn",
        f"arn:aws:bedrock-agentcore::1111-2222-3333:payment-manager/{ID}",
        [
            "the region is missing; a payment manager ARN has one",
            'account is "1111-2222-3333", expected 12 digits and nothing between them',
        ],
    ),
    (
        "an unknown partition, upper case in the region, no account",
        "payment-manager-arn",
        f"arn:amazon:bedrock-agentcore:US-EAST-1::payment-manager/{ID}",
        [
            'partition is "amazon", expected "aws"',
            'region is "US-EAST-1", expected "us-east-1"',
            "the account is missing; a payment manager ARN has one",
        ],
    ),
    (
        "no partition",
        "payment-manager-arn",
        f"arn::bedrock-agentcore:us-east-1:999988887777:payment-manager/{ID}",
        ['the partition is missing, expected "aws"'],
    ),
    (
        "the service of credential providers",
        "payment-manager-arn",
        f"arn:aws:acps:us-east-1:999988887777:payment-manager/{ID}",
        ['service is "acps", expected "bedrock-agentcore"'],
    ),
    (
        "placeholders in angle brackets",
        "payment-manager-arn",
        "arn:aws:bedrock-agentcore:<region>:<account>:payment-manager/<payment-manager-id>",
        [
            'region is the placeholder "<region>", expected a region such as "us-east-1"',
            'account is the placeholder "<account>", expected 12 digits',
            '"<payment-manager-id>" is a placeholder, expected a payment manager ID',
        ],
    ),
    (
        "placeholders with colons, and one in capitals",
        "payment-manager-arn",
        f"arn:aws:bedrock-agentcore:REGION:${{AWS::AccountId}}:payment-manager/{ID}",
        [
            'region is the placeholder "REGION", expected a region such as "us-east-1"',
            'account is the placeholder "${AWS::AccountId}", expected 12 digits',
        ],
    ),
    (
        "white space around",
        "payment-manager-arn",
        f"  {MANAGER}{ID}",
        ["there is white space before the payment manager ARN"],
    ),
    (
        "a line break behind, and more",
        "payment-manager-arn",
        f"{MANAGER}mypay\n",
        [
            "there is a line break after the payment manager ARN",
            'the ID "mypay" lacks its ten-character suffix',
        ],
    ),
    (
        "three lines of a table",
        "payment-manager-arn",
        f"| arn |\n| {MANAGER}{ID} |\n| READY |",
        ["there are 3 lines, expected one payment manager ARN"],
    ),
    (
        "three fields",
        "payment-manager-arn",
        "arn:aws:bedrock-agentcore",
        ["an ARN has 6 fields divided by colons; found 3"],
    ),
    ("nothing", "payment-manager-arn", "", ["the ARN is empty"]),
    (
        "another prefix",
        "payment-manager-arn",
        f"ARN{MANAGER[3:]}{ID}",
        ['"ARN" stands where an ARN starts with "arn"'],
    ),
    (
        "the ID alone",
        "payment-manager-arn",
        ID,
        [f'"{ID}" is no ARN: it has no colon'],
    ),
    (
        "a plural sub-resource type and a short ID",
        "payment-session-arn",
        f"{MANAGER}{ID}/sessions/payment-session-123",
        [
            'sub-resource type is "sessions", expected "session"',
            '3 characters after "payment-session-", expected 15',
        ],
    ),
    (
        "a provider with an underscore",
        "credential-provider-arn",
        VAULT + "default/paymentcredentialprovider/my_provider",
        ['"_" is not allowed in a credential provider name; it holds letters, digits and "-."'],
    ),
    (
        "a vault where a provider is meant",
        "credential-provider-arn",
        VAULT + "default",
        [
            (
                'the resource is "token-vault/default", expected '
                '"token-vault/${TokenVaultId}/paymentcredentialprovider/${Name}"'
            )
        ],
    ),
    ("a vault without ID", "token-vault-arn", VAULT, ["the token vault ID is empty"]),
    (
        "a workload identity of two characters",
        "workload-identity-arn",
        VAULT.replace("token-vault/", "workload-identity-directory/default/workload-identity/ab"),
        ["the workload identity name has 2 characters, expected at least 3"],
    ),
    (
        "a region in a role",
        "role-arn",
        "arn:aws:iam:us-east-1:999988887777:role/x",
        ['region is "us-east-1"; an IAM role ARN has none there'],
    ),
    (
        "no account in a role",
        "role-arn",
        "arn:aws:iam:::role/x",
        ["the account is missing; an IAM role ARN has one"],
    ),
    ("no role name", "role-arn", "arn:aws:iam::999988887777:role/", ["the role name is missing"]),
    (
        "a user",
        "role-arn",
        "arn:aws:iam::999988887777:user/bob",
        ['resource type is "user", expected "role"'],
    ),
    (
        "an assumed role",
        "role-arn",
        "arn:aws:sts::999988887777:assumed-role/x/y",
        [
            'service is "sts", expected "iam"',
            'resource type is "assumed-role", expected "role"',
        ],
    ),
    (
        "a long role name",
        "role-arn",
        "arn:aws:iam::999988887777:role/" + "x" * 65,
        [
            f'the role name "{"x" * 65}" has 65 characters, which is more than IAM allows',
        ],
    ),
    (
        "a key's alias",
        "kms-key-arn",
        "arn:aws:kms:us-east-1:999988887777:alias/pay",
        ['resource type is "alias", expected "key"'],
    ),
    (
        "a short key ID",
        "kms-key-arn",
        "arn:aws:kms:us-east-1:999988887777:key/1234",
        ["the key ID has 4 characters, expected 36"],
    ),
    (
        "a secret without suffix",
        "secret-arn",
        "arn:aws:secretsmanager:us-east-1:999988887777:secret:wallet",
        ['the secret name "wallet" lacks its six-character suffix'],
    ),
    (
        "a slash where a colon belongs",
        "secret-arn",
        "arn:aws:secretsmanager:us-east-1:999988887777:secret/wallet",
        ['"secret" is followed by "/", expected ":"'],
    ),
]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [case[1:] for case in ARNS],
    ids=[f"{case[1]}: {case[0]}" for case in ARNS],
)
def test_the_wrong_parts_of_an_arn_are_named(kind: str, text: str, expected: list[str]) -> None:
    assert messages(kind, text) == expected


VALUES = [
    ("payment-manager-id", "pm-123", ['the ID "pm-123" lacks its ten-character suffix']),
    (
        "payment-manager-id",
        "my--pay-abcdefghij",
        ['the name part "my--pay" has a hyphen that no letter or digit follows'],
    ),
    (
        "payment-connector-id",
        "my_connector-abcdefghij",
        [
            (
                '"_" is not allowed in a payment connector ID; '
                'it holds lower-case letters, digits and "-"'
            )
        ],
    ),
    (
        "payment-connector-id",
        "Coinbase-abcdefghij",
        ['a payment connector ID is in lower case; found "Coinbase-abcdefghij"'],
    ),
    (
        "payment-session-id",
        "payment-session-12345678901234",
        ['14 characters after "payment-session-", expected 15'],
    ),
    (
        "payment-session-id",
        "payment-session-",
        ['nothing after "payment-session-", expected 15'],
    ),
    (
        "payment-session-id",
        "payment-session-1234567890123_5",
        ['"_" is not allowed in a payment session ID; it holds letters, digits and "-"'],
    ),
    ("payment-session-id", "<id>", ['"<id>" is a placeholder, expected a payment session ID']),
    (
        "payment-instrument-id",
        "payment-session-123456789012345",
        ['"payment-session-123456789012345" does not start with "payment-instrument-"'],
    ),
    (
        "process-payment-id",
        "0123456789abcdef0123456789abcdef",
        ["the hyphens of the UUID are missing; expected groups of 8-4-4-4-12 digits"],
    ),
    (
        "process-payment-id",
        "01234567-89ab-cdef-0123-456789abcde",
        [
            (
                '"01234567-89ab-cdef-0123-456789abcde" is no UUID: '
                "group 5 has 11 characters, expected 12"
            )
        ],
    ),
    (
        "process-payment-id",
        "g1234567-89ab-cdef-0123-456789abcdef",
        ['"g" is not allowed in a process payment ID; it holds hexadecimal digits'],
    ),
    (
        "process-payment-id",
        "01234567-89ab",
        ['"01234567-89ab" is no UUID: it has 2 groups, expected 8-4-4-4-12 hexadecimal digits'],
    ),
    (
        "payment-manager-name",
        "my-manager",
        ['"-" is not allowed in a payment manager name; it holds letters and digits'],
    ),
    (
        "payment-manager-name",
        "1pay",
        ['a payment manager name starts with a letter; found "1"'],
    ),
    (
        "payment-manager-name",
        "a" * 49,
        ["the payment manager name has 49 characters, expected at most 48"],
    ),
    (
        "payment-connector-name",
        "coinbase-connector-jwt",
        ['"-" is not allowed in a payment connector name; it holds letters, digits and "_"'],
    ),
    (
        "credential-provider-name",
        "a b",
        ["there is white space inside the credential provider name"],
    ),
    (
        "token-vault-id",
        "a.b/c",
        ['"." and "/" are not allowed in a token vault ID; it holds letters, digits and "-_"'],
    ),
    (
        "workload-identity-name",
        "ab",
        ["the workload identity name has 2 characters, expected at least 3"],
    ),
    ("user-id", "x" * 121, ["the user ID has 121 characters, expected at most 120"]),
    ("agent-name", "x" * 257, ["the agent name has 257 characters, expected at most 256"]),
    ("next-token", "", ["the pagination token is empty"]),
    ("next-token", "a b", ["there is white space inside the pagination token"]),
    ("next-token", "ab ", ["there is white space after the pagination token"]),
    (
        "next-token",
        "x" * 2049,
        ["the pagination token has 2,049 characters, expected at most 2,048"],
    ),
    (
        "client-token",
        "0123456789abcdef0123456789abcdef",
        ["the client token has 32 characters, expected at least 33"],
    ),
    (
        "client-token",
        "-0123456789abcdef0123456789abcdef",
        [
            (
                "a client token starts and ends with a letter or a digit; "
                'found "-0123456789abcdef0123456789abcdef"'
            )
        ],
    ),
    ("max-results", "", ["the page size is empty"]),
    ("max-results", "ten", ['"ten" is no whole number']),
    ("max-results", "1.5", ['"1.5" is no whole number']),
    ("max-results", "0", ["0 is below 1, the least that a list of the control plane takes"]),
    ("max-results", "-1", ["-1 is below 1, the least that a list of the control plane takes"]),
    ("max-results", "101", ["101 is above 100, the most that a list of the control plane takes"]),
]


@pytest.mark.parametrize(
    ("kind", "text", "expected"), VALUES, ids=[f"{kind}: {text[:30]}" for kind, text, _ in VALUES]
)
def test_what_is_wrong_with_a_value_is_named(kind: str, text: str, expected: list[str]) -> None:
    assert messages(kind, text) == expected


# Planes, help, notes


@pytest.mark.parametrize(
    ("kind", "text", "planes"),
    [
        ("payment-connector-id", "my_connector-abcdefghij", ("data",)),
        ("payment-connector-id", "connector", ("data", "control")),
        ("max-results", "500", ("control",)),
        ("max-results", "x", ("data", "control")),
        ("role-arn", "arn:aws:iam:::role/x", ("iam",)),
        (
            "secret-arn",
            "arn:aws:secretsmanager:us-east-1:999988887777:secret:w",
            ("secrets-manager",),
        ),
        (
            "token-vault-arn",
            "arn:aws:s3:us-east-1:999988887777:token-vault/d",
            ("control", "reference"),
        ),
        (
            "payment-connector-arn",
            f"{MANAGER}{ID}/connector/my_connector-abcdefghij",
            ("data", "cloudformation"),
        ),
    ],
)
def test_a_problem_names_who_refuses(kind: str, text: str, planes: tuple[str, ...]) -> None:
    (problem,) = [problem for problem in check(kind, text) if problem.severity == ERROR]
    assert problem.planes == planes


@pytest.mark.parametrize(
    ("kind", "text", "mend"),
    [
        ("payment-manager-id", "pm", CREATED),
        ("payment-manager-id", "MyPay-abcdefghij", 'write "mypay-abcdefghij"'),
        (
            "payment-manager-arn",
            ID,
            (
                "this is a payment manager ID; the ARN is "
                f'"arn:aws:bedrock-agentcore:REGION:ACCOUNT:payment-manager/{ID}"'
            ),
        ),
        ("payment-manager-arn", f"{MANAGER}{ID}/*", f'end the ARN with "{ID}"'),
        ("payment-manager-arn", f"{MANAGER}{ID}\n", f'write "{MANAGER}{ID}"'),
        ("payment-manager-arn", f"x\n{MANAGER}{ID}", f'use "{MANAGER}{ID}" alone'),
        (
            "payment-session-id",
            KINDS["payment-instrument-id"].example,
            "this is a payment instrument ID",
        ),
        (
            "secret-arn",
            "arn:aws:secretsmanager:us-east-1:999988887777:secret:w",
            'copy the whole ARN, or end it with "-??????" in a policy',
        ),
        (
            "kms-key-arn",
            "arn:aws:kms:us-east-1:999988887777:alias/pay",
            "an alias is no key: write the ARN of the key itself",
        ),
    ],
)
def test_a_problem_says_how_to_mend_it(kind: str, text: str, mend: str) -> None:
    assert check(kind, text)[0].help == mend


NOTES = [
    (
        "payment-manager-arn",
        MANAGER + ID,
        [
            (
                "the control plane's model has a pattern that no real payment manager ARN matches; "
                "it is not used"
            )
        ],
    ),
    (
        "payment-manager-arn",
        f"{MANAGER}{'a' * 49}-abcdefghij",
        [
            (
                "the control plane's model has a pattern that no real payment manager ARN matches; "
                "it is not used"
            ),
            "the name part has 49 characters; a payment manager name has at most 48",
        ],
    ),
    (
        "payment-session-arn",
        f"{MANAGER}{ID}/session/payment-session-123456789012345".replace("us-east-1", "cn-north-1"),
        ['region "cn-north-1" is in partition "aws-cn", not in "aws"'],
    ),
    (
        "payment-session-arn",
        f"{MANAGER}{ID}/session/payment-session-123456789012345".replace(
            "us-east-1", "us-nowhere-1"
        ),
        ['AWS has no region "us-nowhere-1"'],
    ),
    (
        "payment-session-arn",
        f"{MANAGER}{ID}/session/payment-session-123456789012345".replace("us-east-1", "us-east-1a"),
        ['region is the Availability Zone "us-east-1a", expected "us-east-1"'],
    ),
    (
        "role-arn",
        "arn:aws:iam::111122223333:role/x",
        ["account 111122223333 is the one of AWS's examples"],
    ),
    (
        "credential-provider-arn",
        VAULT.replace("bedrock-agentcore", "acps") + "default/paymentcredentialprovider/x",
        ['service is "acps"; IAM\'s reference knows only "bedrock-agentcore"'],
    ),
    (
        "kms-key-arn",
        "arn:aws:kms:us-east-1:999988887777:key/mrk-1234abcd12ab34cd56ef1234567890ab",
        [
            (
                '"mrk-1234abcd12ab34cd56ef1234567890ab" is a multi-Region key, '
                "which payments does not support"
            )
        ],
    ),
    (
        "payment-manager-name",
        "MyPay",
        ['the service lower-cases the name: the ID and the ARN start with "mypay"'],
    ),
    (
        "payment-connector-name",
        "my_connector",
        ['the data plane\'s model refuses an ID with "_"; whether the service keeps it is unknown'],
    ),
    (
        "max-results",
        "21",
        ["21 is above 20, the most that ListPaymentCredentialProviders takes"],
    ),
]


@pytest.mark.parametrize(("kind", "text", "expected"), NOTES)
def test_what_passes_may_be_worth_a_note(kind: str, text: str, expected: list[str]) -> None:
    assert messages(kind, text) == []
    assert messages(kind, text, NOTE) == expected


def test_a_note_never_repeats_the_error_of_its_part() -> None:
    found = check(
        "payment-manager-arn", f"arn:aws:bedrock-agentcore:US-EAST-1:x:payment-manager/{ID}"
    )
    assert [problem.part for problem in found] == ["region", "account"]


# The verdict is the catalog's

SHAPES: dict[str, list[tuple[str, str]]] = {
    "payment-manager-arn": [("data", "PaymentManagerArn")],
    "credential-provider-arn": [("control", "PaymentCredentialProviderArn")],
    "role-arn": [("control", "RoleArn"), ("other", "IamRoleArn")],
    "kms-key-arn": [("control", "KmsKeyArn")],
    "secret-arn": [("control", "SecretArn"), ("other", "SecretsManagerSecretArn")],
    "payment-manager-id": [("control", "PaymentManagerId")],
    "payment-connector-id": [("data", "PaymentConnectorId"), ("control", "PaymentConnectorId")],
    "payment-instrument-id": [("data", "PaymentInstrumentId")],
    "payment-session-id": [("data", "PaymentSessionId")],
    "process-payment-id": [("data", "ProcessPaymentId")],
    "payment-manager-name": [("control", "PaymentManagerName")],
    "payment-connector-name": [("control", "PaymentConnectorName")],
    "credential-provider-name": [("control", "CredentialProviderName")],
    "token-vault-id": [("control", "TokenVaultIdType")],
    "workload-identity-name": [("control", "WorkloadIdentityNameType")],
    "user-id": [("data", "UserId")],
    "agent-name": [("data", "PaymentAgentName")],
    "next-token": [("data", "NextToken"), ("control", "NextToken")],
    "client-token": [("data", "ClientToken"), ("control", "ClientToken")],
}


def models_accept(kind: str, text: str) -> bool:
    """Judge by the catalog alone, without the package under test."""
    return all(one_accepts(catalog.string_shape(*shape), text) for shape in SHAPES[kind])


def one_accepts(shape: catalog.StringShape, text: str) -> bool:
    if len(text) < (shape.min or 0) or len(text) > (shape.max or LONGEST):
        return False
    return shape.pattern is None or re.fullmatch(shape.pattern, text) is not None


def near(kind: str) -> st.SearchStrategy[str]:
    return edited(KINDS[kind].example) | anything()


@given(st.sampled_from(sorted(SHAPES)).flatmap(lambda k: st.tuples(st.just(k), near(k))))
def test_an_error_is_found_exactly_where_the_models_refuse(case: tuple[str, str]) -> None:
    kind, text = case
    assert bool(messages(kind, text)) is not models_accept(kind, text)


@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_what_the_models_generate_passes(kind: str, data: st.DataObject) -> None:
    shape = catalog.string_shape(*SHAPES[kind][0])
    text = data.draw(st.from_regex(shape.pattern or r"\w*", fullmatch=True))
    assert bool(messages(kind, text)) is not models_accept(kind, text)


@given(st.sampled_from(sorted(KINDS)).flatmap(lambda k: st.tuples(st.just(k), near(k))))
def test_every_kind_has_an_error_exactly_where_a_demand_refuses(case: tuple[str, str]) -> None:
    kind, text = case
    refused = {shape.plane for shape in required_shapes(kind) if not shape.accepts(text)}
    errors = [problem for problem in check(kind, text) if problem.severity == ERROR]
    assert {plane for problem in errors for plane in problem.planes} == refused
    assert all(problem.message and problem.part and problem.code for problem in errors)


@given(st.integers(-(10**20), 10**20) | st.integers(-3, 120))
def test_a_page_size_passes_where_every_list_of_a_plane_takes_it(number: int) -> None:
    bounds = catalog.integer_shape("control", "MaxResults")
    assert bounds.min is not None
    assert bounds.max is not None
    expected = bounds.min <= number <= bounds.max
    assert (messages("max-results", str(number)) == []) is expected


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_examples_pass(kind: str) -> None:
    assert messages(kind, KINDS[kind].example) == []


@pytest.mark.parametrize(
    ("kind", "below"),
    [
        ("payment-connector-arn", "connector/coinbase-abcdefghij"),
        ("payment-instrument-arn", "instrument/payment-instrument-123456789012345"),
        ("payment-session-arn", "session/payment-session-123456789012345"),
    ],
)
def test_sub_resources_stand_below_a_payment_manager(kind: str, below: str) -> None:
    assert messages(kind, f"{MANAGER}{ID}/{below}") == []
    assert messages(kind, f"{MANAGER}{ID}") != []
    assert messages(kind, f"{MANAGER}{ID}/{below}/x") != []


# Anything may be asked


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("scrap", ["a", "-", "a-", ":", "/", "<", "${", "\n", " ", "arn:", "é"])
def test_a_megabyte_is_answered(kind: str, scrap: str) -> None:
    found = check(kind, scrap * (2**20 // len(scrap)))
    assert [problem.severity for problem in found] == [ERROR]


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("scrap", ["a", "-", "a-", ":", "/", "<", "${", "\n", " a", "arn:", "é"])
def test_the_longest_text_that_is_taken_apart_is_answered(kind: str, scrap: str) -> None:
    text = (scrap * LONGEST)[:LONGEST]
    found = {shape.plane for shape in required_shapes(kind) if not shape.accepts(text)}
    assert bool(messages(kind, text)) is bool(found)


def test_a_kind_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        check("payment-wallet", "x")


def test_every_kind_is_explained_by_its_family() -> None:
    families = {kind.family for kind in KINDS.values()}
    assert families == {"arn", "suffixed", "prefixed", "uuid", "name", "token", "text", "number"}
    for name, kind in KINDS.items():
        assert name == kind.name
        assert (kind.template is not None) is (kind.family == "arn")


def refuses_its_example(kind: str) -> bool:
    return any(not shape.accepts(KINDS[kind].example) for shape in advisory_shapes(kind))


def test_only_the_control_planes_manager_arn_refuses_a_valid_example() -> None:
    assert [kind for kind in KINDS if refuses_its_example(kind)] == ["payment-manager-arn"]


def test_bounds_and_problems_are_plain_values() -> None:
    assert Bounds("data", "x", None, None).accepts("-5")
    assert Problem("account", "1", "m") == Problem("account", "1", "m")
