"""SAM: the roles that it makes are read as it makes them."""

import pytest

from payguard.iam.unresolved import AFTER_APPLY, MISSING
from payguard.sources.cloudformation import serverless_policy
from sources.cloudformation.templates import fixture, gaps_of, read, roles, shown, written_at

SAM = (
    "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"
)
AWS = "arn:aws:iam::aws:policy/"


def test_the_role_of_a_function() -> None:
    found = fixture("sam.yaml")
    role = roles(found)["PayRole"]
    assert shown(role.arn) == ("PayRole.Arn", AFTER_APPLY, "arn:aws*:iam::????????????:role/*")
    assert role.managed == (
        f"{AWS}service-role/AWSLambdaVPCAccessExecutionRole",
        f"{AWS}ReadOnlyAccess",
        "arn:aws:iam::111122223333:policy/shared",
        f"{AWS}service-role/AWSLambdaBasicExecutionRole",
        f"{AWS}AWSXrayWriteOnlyAccess",
        f"{AWS}service-role/AWSLambdaSQSQueueExecutionRole",
    )
    assert gaps_of(role) == [
        ("the SAM policy template BrandNewPolicy of Pay", "identity"),
        ("the policies of the connector Link", "identity"),
        ("AWS::Partition, AWS::AccountId", "boundary"),
    ]
    assert dict(role.tags) == {"team": "payments"}
    assert role.trust is not None
    assert role.trust.value["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_policies_of_a_function() -> None:
    role = roles(fixture("sam.yaml"))["PayRole"]
    said = [
        (one.value["Statement"][0]["Action"], shown(one.value["Statement"][0]["Resource"]))
        for one in role.identity
    ]
    assert [action for action, _ in said] == [
        [
            "dynamodb:GetItem",
            "dynamodb:DeleteItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
            "dynamodb:ConditionCheckItem",
        ],
        ["secretsmanager:GetSecretValue"],
        "bedrock-agentcore:ProcessPayment",
        "sqs:SendMessage",
        "bedrock-agentcore:CreatePaymentSession",
    ]
    assert said[1][1] == ("parameter WalletSecretArn", MISSING, "*")
    assert said[3][1] == ("Queue.Arn", AFTER_APPLY, "arn:aws*:sqs:*:????????????:*")
    template = role.identity[0]
    assert written_at(template, "/Statement/0/Action/3").startswith("DynamoDBCrudPolicy:")


def test_what_sam_makes_is_in_the_role_and_what_is_written_among_the_documents_as_well() -> None:
    found = fixture("sam.yaml")
    assert [document.address for document in found.documents] == ["Pay", "SharedPolicy", "Machine"]
    role = roles(found)["PayRole"]
    assert [one in found.documents for one in role.identity] == [False, False, True, False, True]


def test_a_function_has_a_role_of_its_own_only_where_none_is_given() -> None:
    found = fixture("sam.yaml")
    assert sorted(roles(found)) == ["GivenRole", "MachineRole", "PayRole"]
    given = read(f"{SAM}    Properties: {{Role: 'arn:aws:iam::1:role/r', Policies: [X]}}\n")
    assert given.roles == ()


def test_a_state_machine_has_a_role() -> None:
    role = roles(fixture("sam.yaml"))["MachineRole"]
    assert role.trust is not None
    assert role.trust.value["Statement"][0]["Principal"] == {"Service": "states.amazonaws.com"}
    assert role.managed == ()
    assert [len(one.value["Statement"]) for one in role.identity] == [1, 0]


def test_what_sam_hides_is_a_gap() -> None:
    assert [gap.unresolved.what for gap in fixture("sam.yaml").gaps] == [
        "the resources of App (AWS::Serverless::Application)"
    ]


FUNCTION: dict[str, tuple[str, list[str], list[str]]] = {
    "nothing": ("{}", [f"{AWS}service-role/AWSLambdaBasicExecutionRole"], []),
    "in a VPC": (
        "{VpcConfig: {SubnetIds: [a]}}",
        [
            f"{AWS}service-role/AWSLambdaBasicExecutionRole",
            f"{AWS}service-role/AWSLambdaVPCAccessExecutionRole",
        ],
        [],
    ),
    "not traced": ("{Tracing: Disabled}", [f"{AWS}service-role/AWSLambdaBasicExecutionRole"], []),
    "told by a broker": (
        "{Events: {M: {Type: MQ, Properties: {}}}}",
        [f"{AWS}service-role/AWSLambdaBasicExecutionRole"],
        ["the policies for MQ events of FRole"],
    ),
    "with a destination": (
        "{EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: New, Destination: x}}}}",
        [f"{AWS}service-role/AWSLambdaBasicExecutionRole"],
        ["the policy to send to a destination of FRole"],
    ),
}


@pytest.mark.parametrize("name", FUNCTION)
def test_what_sam_adds_to_a_function(name: str) -> None:
    written, managed, gaps = FUNCTION[name]
    (role,) = read(f"{SAM}    Properties: {written}\n").roles
    assert (list(role.managed), [what for what, _ in gaps_of(role)]) == (managed, gaps)


def test_what_a_function_may_send_to() -> None:
    written = (
        "{Events: {K: {Type: Kinesis, Properties: {DestinationConfig: {OnFailure: "
        "{Type: S3, Destination: !GetAtt B.Arn}}}}},"
        " EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: EventBridge, Destination: e}}}}"
    )
    (role,) = read(f"{SAM}    Properties: {written}\n  B: {{Type: AWS::S3::Bucket}}\n").roles
    said = [one.value["Statement"][0] for one in role.identity]
    assert [(one["Action"], shown(one["Resource"])) for one in said] == [
        ("events:PutEvents", "e"),
        (
            ["s3:PutObject", "s3:ListBucket"],
            [
                ("B.Arn", AFTER_APPLY, "arn:aws*:s3:::*"),
                ("B.Arn", AFTER_APPLY, "arn:aws*:s3:::*/*"),
            ],
        ),
    ]


@pytest.mark.parametrize("name", sorted(serverless_policy._templates()))
def test_each_policy_template_of_sam_makes_a_policy(name: str) -> None:
    parameters = serverless_policy._templates()[name]["parameters"]
    values = ", ".join(f"{one}: value-of-{one}" for one in parameters)
    found = read(f"{SAM}    Properties: {{Policies: [{name}: {{{values}}}]}}\n")
    (role,) = found.roles
    (policy,) = role.identity
    assert (role.gaps, found.errors) == ((), ())
    assert all(statement["Effect"] == "Allow" for statement in policy.value["Statement"])
    said = repr(policy.value)
    assert all(f"value-of-{one}" in said for one in parameters)


def test_globals_can_be_ignored() -> None:
    head = SAM.replace(
        "Resources:", "Globals: {Function: {Tracing: Active, Tags: {a: b}}}\nResources:"
    )
    for ignored, tags, managed in (("", {"a": "b"}, 2), ("'*'", {}, 1), ("[Tags]", {}, 2)):
        extra = f"    IgnoreGlobals: {ignored}\n" if ignored else ""
        (role,) = read(f"{head}{extra}    Properties: {{Handler: h}}\n").roles
        assert (dict(role.tags), len(role.managed)) == (tags, managed)


POLICIES: dict[str, tuple[str, str]] = {
    "no policy": ("5", 'a policy of "F" is no policy that SAM knows'),
    "a bare statement": (
        "{Effect: Allow, Action: '*'}",
        'a policy of "F" is no policy that SAM knows',
    ),
    "a template without its parameter": (
        "{SQSPollerPolicy: {}}",
        '"SQSPollerPolicy" of "F" needs "QueueName"',
    ),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_that_sam_refuses_is_an_error_and_a_gap(name: str) -> None:
    written, message = POLICIES[name]
    found = read(f"{SAM}    Properties: {{Policies: [{written}]}}\n")
    assert [error.message for error in found.errors] == [message]
    assert len(found.roles[0].gaps) == 1


def test_what_sam_or_a_macro_makes_may_be_referred_to() -> None:
    policy = (
        "  P: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref FRole],"
        " PolicyDocument: {Statement: [{Resource: !Ref FAliaslive}]}}}\n"
    )
    found = read(f"{SAM}    Properties: {{}}\n{policy}")
    (role,) = found.roles
    assert [shown(one.value["Statement"][0]["Resource"]) for one in role.identity] == [
        ("FAliaslive", MISSING, "*")
    ]
    assert found.errors == ()
