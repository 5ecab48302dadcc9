"""Arguments that no role is made for: each is refused before anything is registered."""

import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from payguard_policies import roles
from payguard_pulumi import PaymentAccessRolesArgs
from payguard_pulumi.argument import PRINCIPALS, wire_name
from payguard_pulumi.argument_check import CHECKS
from pulumi_components.deployed_roles import deploy_roles
from pulumi_components.moto_mocks import Account, Deployed, MotoMocks, iam
from pulumi_components.sample_arguments import (
    ACCOUNT,
    KEY,
    MANAGER,
    PROVIDER,
    SECRET,
    callers,
    everything,
    principal,
)

ELSEWHERE = "111122223333"
AGENT = principal("agent")
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
ONLY_READS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def account() -> Iterator[Account]:
    with iam(ACCOUNT) as found:
        yield found


def case(path: str, sentence: str, /, **args: Any) -> Any:
    """A refusal: the property that it names, part of its sentence, and what differs from good."""
    return pytest.param(path, sentence, args, id=f"{path}: {sentence[:40]}")


def moved(arn: str) -> str:
    return arn.replace(ACCOUNT, ELSEWHERE)


def boundary(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


MANAGERS = [
    case("paymentManagerArns", "the list is empty", payment_manager_arns=[]),
    case("paymentManagerArns", "no payment manager is given", payment_manager_arns=None),
    case("paymentManagerArns", "expected a list, found a text", payment_manager_arns=MANAGER),
    case("paymentManagerArns", "stands in it twice", payment_manager_arns=[MANAGER, MANAGER]),
    case("paymentManagerArns[0]", "expected a text, found a number", payment_manager_arns=[7]),
    case("paymentManagerArns[0]", "it is empty", payment_manager_arns=[""]),
    case("paymentManagerArns[0]", '"*" is no ARN', payment_manager_arns=["*"]),
    case(
        "paymentManagerArns[0]",
        '"*" is not allowed',
        payment_manager_arns=[MANAGER.replace("shop-a1b2c3d4e5", "*")],
    ),
    case(
        "paymentManagerArns[1]",
        "lacks its ten-character suffix",
        payment_manager_arns=[MANAGER, MANAGER[:-11]],
    ),
    case(
        "paymentManagerArns[0]",
        "lower-cases the manager name",
        payment_manager_arns=[MANAGER.replace("shop", "Shop")],
    ),
    case(
        "paymentManagerArns[0]",
        'service is "iam"',
        payment_manager_arns=[principal("administrator")],
    ),
    case(
        "paymentManagerArns",
        f'of two accounts, "{ACCOUNT}" and "{ELSEWHERE}"',
        payment_manager_arns=[MANAGER, moved(MANAGER)],
    ),
    case(
        "paymentManagerArns",
        'of two partitions, "aws" and "aws-cn"',
        payment_manager_arns=[
            MANAGER,
            MANAGER.replace("aws", "aws-cn", 1).replace("us-east-1", "cn-north-1"),
        ],
    ),
    case(
        "paymentManagerArns[0]",
        'AWS has no region "us-esat-1"; did you mean',
        payment_manager_arns=[MANAGER.replace("us-east-1", "us-esat-1")],
    ),
    case(
        "paymentManagerArns[1]",
        'region "us-gov-west-1" is in partition "aws-us-gov", not in "aws"',
        payment_manager_arns=[MANAGER, MANAGER.replace("us-east-1", "us-gov-west-1")],
    ),
    case("paymentManagerName", '"-" is not allowed', payment_manager_name="my-shop"),
    case("accountId", "is not given", payment_manager_arns=None, payment_manager_name="shop"),
    case(
        "region",
        "is not given",
        payment_manager_arns=None,
        payment_manager_name="shop",
        account_id=ACCOUNT,
    ),
    case("accountId", "paymentManagerArns tells it", account_id=ACCOUNT),
    case("accountId", "account has 4 digits", payment_manager_name="shop", account_id="1234"),
    case("region", 'no region "us-esat-1"', payment_manager_name="shop", region="us-esat-1"),
]
PRINCIPAL_LISTS = [
    case(
        "managementPrincipals",
        "no role is asked for",
        **dict.fromkeys(PRINCIPALS.values()),
    ),
    *(
        case(path, sentence, **{name: value})
        for name in ("management_principals", "process_payment_principals", "viewer_principals")
        for path, sentence, value in (
            (wire_name(name), "the list is empty", []),
            (f"{wire_name(name)}[0]", '"*" lets anybody in', ["*"]),
            (f"{wire_name(name)}[0]", "it is no ARN; an account is named as", [ELSEWHERE]),
            (f"{wire_name(name)}[0]", "it is no ARN", ["lambda.amazonaws.com"]),
            (f"{wire_name(name)}[0]", "without wildcards", [principal("*")]),
            (f"{wire_name(name)}[0]", "account has 11 digits", [AGENT.replace("1234", "123")]),
            (f"{wire_name(name)}[0]", "expected a role, a user", [SECRET]),
            (f"{wire_name(name)}[0]", "expected a role, a user", [BOUNDARY]),
            (f"{wire_name(name)}[0]", "it names no account", ["arn:aws:iam::aws:role/x"]),
            (
                f"{wire_name(name)}[0]",
                'is of the partition "aws-cn"',
                [AGENT.replace("aws", "aws-cn", 1)],
            ),
        )
    ),
]
MISNAMED = [
    case("viewerPrincipals[0]", sentence, viewer_principals=[f"arn:aws:{service}:{ending}"])
    for service, ending, sentence in (
        ("iam", f":{ACCOUNT}:rootkit", "expected a role, a user"),
        ("iam", f":{ACCOUNT}:group/auditors", "expected a role, a user"),
        ("iam", f":{ACCOUNT}:role/", "no role has such a name or path"),
        ("iam", f":{ACCOUNT}:role//auditor", "no role has such a name or path"),
        ("iam", f":{ACCOUNT}:role/the auditor", "no role has such a name or path"),
        ("iam", f":{ACCOUNT}:role/{'x' * 65}", "no role has such a name or path"),
        ("iam", f":{ACCOUNT}:user/", "no user has such a name or path"),
        ("iam", f"us-east-1:{ACCOUNT}:role/auditor", 'it names the region "us-east-1"'),
        ("sts", f":{ACCOUNT}:assumed-role/auditor", "named as assumed-role/ROLE/SESSION"),
        ("sts", f":{ACCOUNT}:assumed-role/auditor/", "named as assumed-role/ROLE/SESSION"),
        ("sts", f":{ACCOUNT}:assumed-role/path/auditor/run", "named as assumed-role/ROLE/SESSION"),
        ("sts", f":{ACCOUNT}:federated-user/x", "no federated user has such a name"),
    )
]
SSO = "AWSReservedSSO_Audit_0123456789abcdef"
UNUSUAL_PRINCIPALS = [
    f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{SSO}",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/{SSO}/ada@example.com",
    f"arn:aws:sts::{ACCOUNT}:federated-user/ada",
    f"arn:aws:iam::{ACCOUNT}:user/division/team/ada+=,.@_-",
    f"arn:aws:iam::{ACCOUNT}:role/{'x' * 64}",
    f"arn:aws:iam::{ELSEWHERE}:root",
]
SERVICE = [
    case("createServiceRole", "expected true or false, found a text", create_service_role="yes"),
    case("secretArns", "the service role reads wallet secrets", secret_arns=None),
    case(
        "credentialProviderArns",
        "gets payment tokens from credential providers",
        credential_provider_arns=None,
    ),
    case("secretArns[0]", "lacks its six-character suffix", secret_arns=[SECRET[:-7]]),
    case("secretArns[0]", "not allowed", secret_arns=[f"{SECRET[:-7]}*"]),
    case("secretArns[0]", "not allowed", secret_arns=[SECRET.replace("wallet-A1b2C3", "*")]),
    case("secretArns[0]", f'is of the account "{ELSEWHERE}"', secret_arns=[moved(SECRET)]),
    case("credentialProviderArns[0]", "the resource is", credential_provider_arns=[SECRET]),
    case(
        "credentialProviderArns[0]",
        f'is of the account "{ELSEWHERE}"',
        credential_provider_arns=[moved(PROVIDER)],
    ),
    case("kmsKeyArn", "an alias is no key", kms_key_arn=KEY.replace("key/", "alias/")),
    case(
        "credentialProviderArns[0]",
        'is of "eu-west-1", where no payment manager is',
        credential_provider_arns=[PROVIDER.replace("us-east-1", "eu-west-1")],
    ),
    case(
        "credentialProviderArns[0]",
        'the token vault is "mine", expected "default"',
        credential_provider_arns=[PROVIDER.replace("default", "mine")],
    ),
    case(
        "kmsKeyArn",
        'is of "eu-west-1", where no payment manager is',
        kms_key_arn=KEY.replace("us-east-1", "eu-west-1"),
    ),
    case("namePrefix", "would have 66 characters; IAM takes 64", name_prefix="x" * 48),
    case("kmsKeyArn", f'is of the account "{ELSEWHERE}"', kms_key_arn=moved(KEY)),
    *(
        case("path", "holds a wildcard or variable", path=path)
        for path in ("/*/", "/team?/", "/${aws:username}/")
    ),
    case("serviceRoleArn", "give one of the two", service_role_arn=principal("service")),
    case(
        "controlPlanePrincipals",
        "passes a service role",
        create_service_role=False,
        secret_arns=None,
        credential_provider_arns=None,
    ),
    case(
        "coinbaseMarketplace",
        "it is the administrator who subscribes",
        control_plane_principals=None,
        coinbase_marketplace=True,
    ),
]
ALONE = [
    case(
        "viewerPrincipals",
        "100,000 ARNs; no policy that IAM takes holds 500",
        viewer_principals=["*"] * 100_000,
    ),
    case(
        "paymentManagerArns",
        "10,240 together; make several components",
        payment_manager_arns=[MANAGER.replace("shop", f"shop{number}") for number in range(99)],
    ),
    case(
        "viewerPrincipals",
        "8,192 at the highest quota; name fewer principals",
        viewer_principals=[principal(f"auditor{number}") for number in range(300)],
    ),
    case("secretArns", "only the service role uses it", secret_arns=[SECRET]),
    case("serviceRoleArn", "only the control-plane role passes it", service_role_arn=AGENT),
    *(
        case("serviceRoleArn", "without wildcards", service_role_arn=principal(role))
        for role in ("*/service", "team?/service")
    ),
    case("kmsKeyArn", "only the service role and the control-plane role", kms_key_arn=KEY),
    case(
        "permissionsBoundaryDocument",
        "give that",
        permissions_boundary_document=boundary("*"),
    ),
    case("permissionsBoundary", "is no ARN of a managed policy", permissions_boundary="boundary"),
    case(
        "permissionsBoundary", f'of the account "{ELSEWHERE}"', permissions_boundary=moved(BOUNDARY)
    ),
    case(
        "permissionsBoundaryDocument",
        "it is no policy document in JSON",
        permissions_boundary=BOUNDARY,
        permissions_boundary_document="{",
    ),
    case(
        "permissionsBoundaryDocument",
        "it has no Statement",
        permissions_boundary=BOUNDARY,
        permissions_boundary_document="[]",
    ),
    case("path", "is no path of a role", path="payments"),
    case("namePrefix", "is no start of a role's name", name_prefix="shop/"),
    case("namePrefix", "would have 65 characters; IAM takes 64", name_prefix="x" * 50),
    case("maxSessionDuration", "3,600 to 43,200, found 60", max_session_duration=60),
    case("maxSessionDuration", "found 3600.5", max_session_duration=3600.5),
    case("maxSessionDuration", "found True", max_session_duration=True),
    case("maxSessionDuration", "found nan", max_session_duration=float("nan")),
    case("externalId", "is no external ID", external_id="*"),
    case("externalId", "is no external ID", external_id="x"),
    case("tags", "expected a map of texts", tags=["team"]),
    case("tags", "51 tags; IAM takes 50", tags={f"t{n}": "x" for n in range(51)}),
    case("tags.team", "expected a text, found a number", tags={"team": 1}),
    case("tags.team", "is no value of a tag", tags={"team": "x" * 257}),
    case("tags", "expected a text as the key of a tag, found a number", tags={7: "x"}),
    case("tags", 'only AWS makes tags that start with "aws:"', tags={"AWS:team": "x"}),
    case("tags", '"Team" stands in it twice', tags={"Team": "x", "team": "y"}),
    case("separation", 'expected "error" or "advisory", found "off"', separation="off"),
    case("manager_arns", 'did you mean "payment_manager_arns"?', manager_arns=[MANAGER]),
]


def refused(args: dict[str, Any], account: Account) -> pulumi.InputPropertyError:
    """Deploy what has to be refused; say how, once it is clear that nothing was registered."""
    registered: list[str] = []
    patched = pytest.MonkeyPatch()
    new_resource = MotoMocks.new_resource

    def noted(self: MotoMocks, resource: Any) -> Any:
        registered.append(resource.name)
        return new_resource(self, resource)

    patched.setattr(MotoMocks, "new_resource", noted)
    try:
        with pytest.raises(pulumi.InputPropertyError) as error:
            deploy_roles(args, account)
    finally:
        patched.undo()
    assert registered == []
    return error.value


def check(error: pulumi.InputPropertyError, path: str, sentence: str) -> None:
    assert error.property_path == path
    assert sentence in error.reason
    assert str(error) == f"{path}: {error.reason}"
    assert str(error).isprintable()
    assert len(str(error)) < 1200


@pytest.mark.parametrize(
    ("path", "sentence", "args"), [*MANAGERS, *PRINCIPAL_LISTS, *MISNAMED, *ALONE]
)
def test_a_bad_argument_of_callers_is_refused_by_name(
    account: Account, path: str, sentence: str, args: dict[str, Any]
) -> None:
    check(refused(callers(**args), account), path, sentence)


@pytest.mark.parametrize(("path", "sentence", "args"), SERVICE)
def test_a_bad_argument_of_the_service_role_is_refused_by_name(
    account: Account, path: str, sentence: str, args: dict[str, Any]
) -> None:
    check(refused(everything(**args), account), path, sentence)


def test_the_start_of_the_names_may_be_as_long_as_the_roles_that_are_asked_for_allow(
    account: Account,
) -> None:
    deploy_roles(callers(name_prefix="x" * 49), account)
    assert max(map(len, account.roles())) == 64


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("name", ["shop/eu", "the shop", "läden", "x" * 50])
def test_a_component_whose_roles_iam_would_not_name_after_it_is_refused(
    account: Account, name: str, *, known: bool
) -> None:
    def args() -> dict[str, Any]:
        return callers(payment_manager_arns=[MANAGER] if known else pulumi.Output.from_input([]))

    with pytest.raises(pulumi.InputPropertyError, match=r"^namePrefix: without it") as error:
        deploy_roles(args, account, name=name)
    assert f'"{name}-process-payment" is no name of a role' in str(error.value)
    assert account.roles() == []
    deploy_roles(callers(name_prefix="shop-"), account, name=name)
    assert len(account.roles()) == 3


@pytest.mark.parametrize(
    ("args", "warning"),
    [
        (
            {"viewer_principals": [principal(f"auditor{number}") for number in range(60)]},
            "viewerPrincipals: the policy has 2,757 characters",
        ),
        (
            {"kms_key_arn": KEY.replace("1234abcd-12ab-34cd-56ef-", f"mrk-{'0' * 20}")},
            "which payments does not support",
        ),
    ],
    ids=["a trust policy over the usual quota", "a multi-Region key"],
)
def test_what_aws_may_refuse_is_said(args: dict[str, Any], warning: str, account: Account) -> None:
    (said,) = deploy_roles(everything(**args), account).warnings()
    assert warning in said


@pytest.mark.parametrize("arn", UNUSUAL_PRINCIPALS)
def test_an_unusual_principal_that_iam_takes_is_taken(account: Account, arn: str) -> None:
    made = deploy_roles(callers(viewer_principals=[arn]), account)
    assert made.warnings() == []
    assert account.trust("shop-viewer-1a2b3c4")["Statement"][0]["Principal"] == {"AWS": arn}


def test_a_bad_value_beside_an_output_is_refused_before_anything_is_registered(
    account: Account,
) -> None:
    with pytest.raises(pulumi.InputPropertyError, match=r"^managementPrincipals\[0\]: "):
        deploy_roles(
            lambda: callers(
                payment_manager_arns=pulumi.Output.from_input([MANAGER]),
                management_principals=["*"],
            ),
            account,
        )
    assert account.roles() == []


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("paymentManagerArns", "payment_manager_arns", []),
        (r"paymentManagerArns\[0\]", "payment_manager_arns", ["*"]),
        ("maxSessionDuration", "max_session_duration", "an hour"),
        ("path", "path", 7),
        ("tags.team", "tags", {"team": 7}),
    ],
)
def test_a_bad_output_is_refused_before_a_role_is_made(
    account: Account, path: str, name: str, value: Any
) -> None:
    with pytest.raises(pulumi.InputPropertyError, match=f"^{path}: "):
        deploy_roles(lambda: callers(**{name: pulumi.Output.from_input(value)}), account)
    assert account.roles() == []


@pytest.mark.parametrize(("args", "found"), [(None, "nothing"), ([], "a list"), ("shop", "a text")])
def test_what_is_no_dictionary_of_arguments_is_refused(
    account: Account, args: Any, found: str
) -> None:
    with pytest.raises(pulumi.InputPropertyError, match=f"expected a dictionary .* {found}$"):
        deploy_roles(lambda: args, account)


def test_principals_of_two_partitions_are_refused_though_the_managers_are_not_known(
    account: Account,
) -> None:
    def args() -> dict[str, Any]:
        return callers(
            payment_manager_arns=pulumi.Output.from_input(pulumi.output.UNKNOWN),
            management_principals=[principal("desk").replace("aws", "aws-cn", 1)],
        )

    with pytest.raises(
        pulumi.InputPropertyError, match=r"^processPaymentPrincipals\[0\]: "
    ) as error:
        deploy_roles(args, account, preview=True)
    assert 'of the partition "aws", "arn:aws-cn:' in str(error.value)
    assert "managers" not in str(error.value)


@pytest.mark.parametrize("name", ["viewer_principals", "external_id", "permissions_boundary"])
def test_an_output_that_comes_to_nothing_is_not_taken_for_left_out(
    account: Account, name: str
) -> None:
    with pytest.raises(pulumi.InputPropertyError, match=f"^{wire_name(name)}: the output came to"):
        deploy_roles(lambda: callers(**{name: pulumi.Output.from_input(None)}), account)
    assert account.roles() == []


class TestBoundary:
    """A boundary is checked where its text can be known: AWS's own, or given as a document."""

    def deployed(self, account: Account, **args: Any) -> Deployed:
        return deploy_roles(callers(**args), account)

    def test_one_of_aws_that_takes_away_what_a_role_needs_is_refused(
        self, account: Account
    ) -> None:
        error = refused(callers(permissions_boundary=ONLY_READS), account)
        check(error, "permissionsBoundary", "it takes away what the role needs")
        assert "CreatePaymentInstrument" in error.reason

    def test_one_that_is_given_and_takes_away_what_a_role_needs_is_refused(
        self, account: Account
    ) -> None:
        document = boundary("bedrock-agentcore:Get*", "bedrock-agentcore:List*")
        args = callers(permissions_boundary=BOUNDARY, permissions_boundary_document=document)
        check(refused(args, account), "permissionsBoundary", "it takes away what the role needs")

    def test_one_that_leaves_the_roles_what_they_need_is_taken(self, account: Account) -> None:
        made = self.deployed(
            account,
            permissions_boundary=BOUNDARY,
            permissions_boundary_document=boundary("bedrock-agentcore:*"),
        )
        assert made.warnings() == []
        found = account.role("shop-viewer-1a2b3c4")["PermissionsBoundary"]
        assert found["PermissionsBoundaryArn"] == BOUNDARY

    def test_what_it_takes_away_that_a_role_can_do_without_is_said(self) -> None:
        actions = ("bedrock-agentcore:*", "iam:PassRole", "secretsmanager:*")
        args = everything(
            permissions_boundary=BOUNDARY,
            permissions_boundary_document=boundary(*actions),
            coinbase_marketplace=True,
        )
        with iam(ACCOUNT, managed_policies=True) as account:
            service, administrator = deploy_roles(args, account).warnings()
        assert '"KMSPermissions" and "KMSKeyDescription", in the role resource-' in service
        for name in (
            '"AllowKeyCheck"',
            '"AllowKeyDescription"',
            "AWSMarketplaceManageSubscriptions",
        ):
            assert name in administrator

    def test_one_that_takes_nothing_away_is_taken_without_a_word(self, account: Account) -> None:
        args = everything(permissions_boundary="arn:aws:iam::aws:policy/AdministratorAccess")
        assert deploy_roles(args, account).warnings() == []

    def test_one_that_nobody_knows_is_taken_and_said_to_be_unknown(self, account: Account) -> None:
        (warning,) = self.deployed(account, permissions_boundary=BOUNDARY).warnings()
        assert f'what the boundary "{BOUNDARY}" leaves them is not told' in warning
        assert "give permissionsBoundaryDocument" in warning


def test_every_argument_of_the_class_is_checked_and_every_persona_can_be_asked_for() -> None:
    assert set(PaymentAccessRolesArgs.__annotations__) == set(CHECKS)
    assert set(PRINCIPALS) | {"resource-retrieval"} == set(roles.PERSONAS)
    assert set(PRINCIPALS.values()) <= set(CHECKS)
