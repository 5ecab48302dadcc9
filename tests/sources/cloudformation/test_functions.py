"""What each intrinsic function makes of its argument."""

from typing import Any

import pytest

from payguard.iam.unresolved import AFTER_APPLY, MISSING, SECRET
from sources.cloudformation.templates import ALLOW, as_json, read, resources_of

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Plain: {Type: String}
  Some: {Type: String, AllowedValues: [pm-dev, pm-prod]}
  Only: {Type: String, AllowedValues: [pm]}
  Names: {Type: CommaDelimitedList}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/key}
  Token: {Type: String, NoEcho: true, Default: hunter2}
Mappings:
  Accounts:
    us-east-1: {arn: "arn:aws:x:::one", list: [p, q]}
    eu-west-1: {arn: "arn:aws:x:::two", list: [r]}
  Stages:
    fixed: {suffix: blue}
Conditions:
  Ever: !Equals [a, a]
  Never: !Not [!Condition Ever]
Resources:
  Manager:
    Type: AWS::BedrockAgentCore::PaymentManager
    Properties: {Name: ShopAssistant, AuthorizerType: AWS_IAM, RoleArn: !GetAtt Service.Arn}
  Nameless:
    Type: AWS::BedrockAgentCore::PaymentManager
    Properties: {Name: !Ref Plain, AuthorizerType: AWS_IAM, RoleArn: x}
  Connector:
    Type: AWS::BedrockAgentCore::PaymentConnector
    Properties: {PaymentManagerId: !GetAtt Manager.PaymentManagerId, ConnectorName: c}
  Wallet:
    Type: AWS::BedrockAgentCore::PaymentCredentialProvider
    Properties: {Name: coinbase}
  Service:
    Type: AWS::IAM::Role
    Properties: {RoleName: Service, Path: /pay/, AssumeRolePolicyDocument: {Statement: []}}
  Agent:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Statement: []}}
  Alice: {Type: AWS::IAM::User}
  Staff: {Type: AWS::IAM::Group, Properties: {GroupName: staff}}
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties: {ManagedPolicyName: shared, PolicyDocument: {Statement: []}}
  Bucket: {Type: AWS::S3::Bucket}
  Key: {Type: AWS::KMS::Key}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: p
      Roles: [!Ref Agent]
      PolicyDocument: {%s}
"""
ARN = "arn:aws*:bedrock-agentcore:*:????????????:"
MANAGER = (
    "Manager.PaymentManagerArn",
    AFTER_APPLY,
    f"{ARN}payment-manager/shopassistant-??????????",
)

CASES: dict[str, tuple[str, Any]] = {
    "pseudo account": ("!Ref AWS::AccountId", ("AWS::AccountId", AFTER_APPLY, "????????????")),
    "pseudo region": ("!Ref AWS::Region", ("AWS::Region", AFTER_APPLY, "*")),
    "pseudo partition": ("!Ref AWS::Partition", ("AWS::Partition", AFTER_APPLY, "aws*")),
    "pseudo suffix": ("!Ref AWS::URLSuffix", ("AWS::URLSuffix", AFTER_APPLY, "amazonaws.com*")),
    "parameter": ("!Ref Plain", ("parameter Plain", MISSING, "*")),
    "parameter of allowed values": ("!Ref Some", ("parameter Some", MISSING, "pm-*")),
    "parameter of one allowed value": ("!Ref Only", "pm"),
    "list parameter": ("!Ref Names", ("parameter Names", MISSING, "*")),
    "parameter whose default is a key": ("!Ref Stored", ("parameter Stored", MISSING, "*")),
    "parameter that is secret": ("!Ref Token", ("parameter Token", SECRET, "*")),
    "sub": ("!Sub 'a-${Only}-z'", "a-pm-z"),
    "sub with own values": ("!Sub ['${a}/${Only}', {a: !Ref Only}]", "pm/pm"),
    "sub keeps what IAM fills in": ("!Sub 'x/${!aws:username}/${Only}'", "x/${aws:username}/pm"),
    "sub of an attribute": (
        "!Sub '${Manager.PaymentManagerArn}/*'",
        (*MANAGER[:2], f"{MANAGER[2]}/*"),
    ),
    "sub of several": (
        "!Sub 'arn:${AWS::Partition}:s3:::${Plain}-${AWS::Region}'",
        ("AWS::Partition, parameter Plain, AWS::Region", MISSING, "arn:aws*:s3:::*-*"),
    ),
    "join": ("!Join [':', [a, !Ref Only, b]]", "a:pm:b"),
    "join leaves out no value": ("!Join ['-', [a, !Ref AWS::NoValue, b]]", "a-b"),
    "join with unknown": (
        "!Join ['', ['arn:', !Ref AWS::Partition, ':iam::', !Ref AWS::AccountId, ':root']]",
        ("AWS::Partition, AWS::AccountId", AFTER_APPLY, "arn:aws*:iam::????????????:root"),
    ),
    "join of a list that is not known": (
        "!Join [',', !Ref Names]",
        ("parameter Names", MISSING, "*"),
    ),
    "get attribute": ("!GetAtt Manager.PaymentManagerArn", MANAGER),
    "get attribute in two": ("!GetAtt [Manager, PaymentManagerArn]", MANAGER),
    "ref of a manager": ("!Ref Manager", MANAGER),
    "manager id": (
        "!GetAtt Manager.PaymentManagerId",
        ("Manager.PaymentManagerId", AFTER_APPLY, "shopassistant-??????????"),
    ),
    "manager whose name is not known": (
        "!Ref Nameless",
        ("Nameless.PaymentManagerArn", AFTER_APPLY, f"{ARN}payment-manager/*-??????????"),
    ),
    "workload identity": (
        "!GetAtt Manager.WorkloadIdentityDetails.WorkloadIdentityArn",
        (
            "Manager.WorkloadIdentityDetails.WorkloadIdentityArn",
            AFTER_APPLY,
            f"{ARN}workload-identity-directory/*/workload-identity/shopassistant-*",
        ),
    ),
    "connector": (
        "!Ref Connector",
        (
            "Connector.PaymentConnectorArn",
            AFTER_APPLY,
            f"{MANAGER[2]}/connector/*-??????????",
        ),
    ),
    "credential provider": (
        "!Ref Wallet",
        (
            "Wallet.CredentialProviderArn",
            AFTER_APPLY,
            "arn:aws*:*:*:????????????:token-vault/*/paymentcredentialprovider/coinbase",
        ),
    ),
    "role name": ("!Ref Service", "Service"),
    "role arn": (
        "!GetAtt Service.Arn",
        ("Service.Arn", AFTER_APPLY, "arn:aws*:iam::????????????:role/pay/Service"),
    ),
    "generated role name": ("!Ref Agent", ("Agent", AFTER_APPLY, "*")),
    "generated role arn": (
        "!GetAtt Agent.Arn",
        ("Agent.Arn", AFTER_APPLY, "arn:aws*:iam::????????????:role/*"),
    ),
    "user arn": (
        "!GetAtt Alice.Arn",
        ("Alice.Arn", AFTER_APPLY, "arn:aws*:iam::????????????:user/*"),
    ),
    "group name": ("!Ref Staff", "staff"),
    "managed policy": (
        "!Ref Shared",
        ("Shared.PolicyArn", AFTER_APPLY, "arn:aws*:iam::????????????:policy/shared"),
    ),
    "bucket": ("!GetAtt Bucket.Arn", ("Bucket.Arn", AFTER_APPLY, "arn:aws*:s3:::*")),
    "key": ("!GetAtt Key.Arn", ("Key.Arn", AFTER_APPLY, "arn:aws*:kms:*:????????????:key/*")),
    "output of a nested stack": (
        "!GetAtt Child.Outputs.Arn",
        ("Child.Outputs.Arn", MISSING, "*"),
    ),
    "find in map": ("!FindInMap [Stages, fixed, suffix]", "blue"),
    "find in map by region": (
        "!FindInMap [Accounts, !Ref AWS::Region, arn]",
        ("AWS::Region", AFTER_APPLY, "arn:aws:x:::*"),
    ),
    "find in map with a default": ("!FindInMap [Stages, no, no, {DefaultValue: grey}]", "grey"),
    "find a list in a map": ("!FindInMap [Accounts, us-east-1, list]", ["p", "q"]),
    "select": ("!Select [1, [a, !Ref Only]]", "pm"),
    "select by text": ("!Select ['0', [a, b]]", "a"),
    "select from a split": ("!Select [2, !Split ['/', a/b/c]]", "c"),
    "select of what is not known": ("!Select [0, !Ref Names]", ("parameter Names", MISSING, "*")),
    "split": ("!Split [',', 'a,b']", ["a", "b"]),
    "split of what is not known": ("!Split [',', !Ref Plain]", ("parameter Plain", MISSING, "*")),
    "base64": ("{Fn::Base64: x}", ("Fn::Base64", AFTER_APPLY, "*")),
    "import": (
        "!ImportValue {Fn::Sub: '${Only}-arn'}",
        ("Fn::ImportValue pm-arn", MISSING, "*"),
    ),
    "to json string": ("{Fn::ToJsonString: {a: [!Ref Only]}}", '{"a":["pm"]}'),
    "length": ("!Join ['', [x, {Fn::Length: [a, b]}]]", "x2"),
    "length of a list that is not known": (
        "{Fn::Length: !Ref Names}",
        ("the length of parameter Names", MISSING, "*"),
    ),
    "availability zones": ("!GetAZs ''", ("Fn::GetAZs", AFTER_APPLY, "*")),
    "transform": (
        "{Fn::Transform: {Name: AWS::Include}}",
        ("Fn::Transform", MISSING, "*"),
    ),
    "a function that is newer than this": ("!Brandnew x", ("Fn::Brandnew", MISSING, "*")),
    "condition that always holds": ("!If [Ever, a, b]", "a"),
    "condition that never holds": ("!If [Never, a, b]", "b"),
    "no value in a list": ("[a, !If [Never, b, !Ref AWS::NoValue], c]", ["a", "c"]),
    "parameter of Systems Manager": (
        "'x-{{resolve:ssm:/a/b:1}}'",
        ("{{resolve:ssm:/a/b:1}}", MISSING, "x-*"),
    ),
    "secret of Secrets Manager": (
        "'{{resolve:secretsmanager:wallet:SecretString:key}}'",
        ("{{resolve:secretsmanager:wallet:SecretString:key}}", SECRET, "*"),
    ),
    "secret whose name is put together": (
        "!Sub 'a{{resolve:ssm-secure:${AWS::Region}}}b'",
        ("{{resolve:ssm-secure:${AWS::Region}}}", SECRET, "a*b"),
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["short", "long"])
def test_a_function_gives(name: str, form: str) -> None:
    written, expected = CASES[name]
    text = TEMPLATE % ALLOW % written
    found = read(text if form == "short" else as_json(text))
    (document,) = [one for one in found.documents if one.address == "Policy"]
    assert resources_of([document]) == [expected]
    assert [error.message for error in found.errors] == []
    if isinstance(expected, tuple):
        assert [at for at, _ in document.unresolved] == ["/Statement/0/Resource"]
        assert tuple(document.unresolved[0][1]) == expected
    else:
        assert document.unresolved == ()


MALFORMED: dict[str, tuple[str, str]] = {
    "ref of what is not declared": (
        "!Ref Nobody",
        '"Policy" refers to "Nobody", which is not declared',
    ),
    "attribute of what is not declared": (
        "!GetAtt Nobody.Arn",
        '"Policy" refers to "Nobody.Arn", which is not declared',
    ),
    "sub of what is not declared": (
        "!Sub 'a-${aws:username}'",
        '"Policy" refers to "aws:username", which is not declared',
    ),
    "sub of a number": (
        "{Fn::Sub: 5}",
        'Fn::Sub of "Policy": expected text, or text and an object of values',
    ),
    "sub of a list": (
        "{Fn::Sub: [a, b, c]}",
        'Fn::Sub of "Policy": expected text, or text and an object of values',
    ),
    "sub without a name": ("!Sub 'a-${}'", 'Fn::Sub of "Policy": "" is no name'),
    "ref of a list": ("{Ref: [a]}", 'Ref of "Policy": expected a name'),
    "attribute without a name": (
        "!GetAtt Agent",
        'Fn::GetAtt of "Policy": expected a logical id and an attribute',
    ),
    "join of text": ("!Join a", 'Fn::Join of "Policy": expected a delimiter and a list'),
    "select beyond the end": (
        "!Select [2, [a, b]]",
        'Fn::Select of "Policy": a list of 2 has no such item',
    ),
    "select of text": ("!Select [a, b]", 'Fn::Select of "Policy": expected a number and a list'),
    "split of nothing": ("!Split ['', a]", 'Fn::Split of "Policy": there is nothing to split'),
    "no such map": ("!FindInMap [A, b, c]", 'Fn::FindInMap of "Policy": there is no such entry'),
    "a map without keys": (
        "!FindInMap [A]",
        'Fn::FindInMap of "Policy": expected a map and two keys',
    ),
    "length of text": ("{Fn::Length: a}", 'Fn::Length of "Policy": expected a list'),
    "if of two": (
        "!If [Ever, a]",
        'Fn::If of "Policy": expected a condition\'s name and two values',
    ),
    "if of what is not declared": (
        "!If [Nope, a, b]",
        'Fn::If of "Policy": the condition "Nope" is not declared',
    ),
    "a function that does not stand alone": (
        "{Fn::Sub: a, Other: b}",
        'Fn::Sub of "Policy": it does not stand alone',
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_function_that_is_used_wrongly_is_an_error_and_its_value_not_known(name: str) -> None:
    written, message = MALFORMED[name]
    found = read(TEMPLATE % ALLOW % written)
    (document,) = [one for one in found.documents if one.address == "Policy"]
    assert [error.message for error in found.errors] == [message]
    assert [unresolved.why for _, unresolved in document.unresolved] == [MISSING]
    lines = (TEMPLATE % ALLOW % written).split("\n")
    assert lines[found.errors[0].line - 1].lstrip().startswith("PolicyDocument:")
