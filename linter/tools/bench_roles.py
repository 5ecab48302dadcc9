"""Roles as companies have them, in the forms that infrastructure is written in: for benchmarks.

Most have nothing to do with payments, one in twenty has, and a few of all are broken. Every time
they are the same.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from payguard_policies.roles import Parameters, permissions

Json = dict[str, Any]

# Of each statement: Sid, actions, resources, a condition; "{}" is the name of what is worked on.
REGION, ACCOUNT = "us-east-1", "111122223333"
STATEMENTS = """
ReadBucket  | s3:GetObject s3:ListBucket | arn:aws:s3:::{}-data arn:aws:s3:::{}-data/*
WriteBucket | s3:PutObject s3:AbortMultipartUpload | arn:aws:s3:::{}-data/in/* | s3:x-amz-server-side-encryption=aws:kms
Table       | dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem dynamodb:Query | arn:aws:dynamodb:HERE:table/{} arn:aws:dynamodb:HERE:table/{}/index/*
Invoke      | lambda:InvokeFunction | arn:aws:lambda:HERE:function:{}-*
Logs        | logs:CreateLogStream logs:PutLogEvents | arn:aws:logs:HERE:log-group:/aws/lambda/{}:*
Traces      | xray:PutTraceSegments xray:PutTelemetryRecords | *
Queue       | sqs:SendMessage sqs:ReceiveMessage sqs:DeleteMessage | arn:aws:sqs:HERE:{}
Topic       | sns:Publish | arn:aws:sns:HERE:{}
Key         | kms:Decrypt kms:GenerateDataKey | arn:aws:kms:HERE:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 | kms:ViaService=s3.us-east-1.amazonaws.com
Secret      | secretsmanager:GetSecretValue | arn:aws:secretsmanager:HERE:secret:{}/database-??????
Settings    | ssm:GetParameter ssm:GetParametersByPath | arn:aws:ssm:HERE:parameter/{}/*
Metrics     | cloudwatch:PutMetricData | * | cloudwatch:namespace={}
Network     | ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DeleteNetworkInterface | *
Start       | states:StartExecution | arn:aws:states:HERE:stateMachine:{}
Tell        | events:PutEvents | arn:aws:events:HERE:event-bus/{}
Pass        | iam:PassRole | arn:aws:iam::ACCOUNT:role/{}-task | iam:PassedToService=ecs-tasks.amazonaws.com
"""
BROKEN = """
Misspelt    | s3:GetObjects s3:PutObject | arn:aws:s3:::{}-data/*
Secrets     | secretsmanager:GetSecretValue | *
NoAccount   | dynamodb:GetItem | arn:aws:dynamodb:us-east-1:table/{}
Everything  | bedrock-agentcore:* | *
"""
TEAMS = "orders", "ledger", "search", "media", "billing", "fraud", "catalog", "support", "data"
JOBS = "api", "worker", "import", "export", "cron", "stream", "report", "sync"
SERVICES = "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com"
MANAGED = (
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "CloudWatchAgentServerPolicy",
    "AmazonSSMManagedInstanceCore",
)


class Role(NamedTuple):
    """A role, its inline and own managed policies by name, and AWS's policies that it has."""

    name: str
    trust: Json
    inline: Mapping[str, Json]
    own: Mapping[str, Json]
    managed: Sequence[str]


def enough(size: Callable[[Role], int], count: int) -> list[Role]:
    """Return roles that together have at least so many resources: every time the same."""
    chance = random.Random(7)  # noqa: S311  no secret
    found: list[Role] = []
    total = 0
    while total < count:
        found.append(role(len(found), chance))
        total += size(found[-1])
    return found


def role(index: int, chance: random.Random) -> Role:
    """Return one role; every twentieth has to do with payments."""
    name = f"{chance.choice(TEAMS)}-{chance.choice(JOBS)}-{index}"
    inline = {
        f"{name}-{part}": policy(STATEMENTS, name, chance, 4, 8) for part in range(index % 3 + 1)
    }
    if index % 20 == 0:
        inline[f"{name}-pay"] = payments(index, chance)
    elif index % 25 == 0:
        inline[f"{name}-old"] = policy(BROKEN, name, chance, 1, 3)
    own = {f"{name}-shared": policy(STATEMENTS, name, chance, 4, 8)} if index % 4 == 0 else {}
    managed = [f"arn:aws:iam::aws:policy/{one}" for one in chance.sample(MANAGED, index % 3)]
    principal: Json = {"Service": chance.choice(SERVICES)}
    if index % 5 == 0:
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return Role(name, document([trust]), inline, own, managed)


def document(statements: Sequence[Json]) -> Json:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(table: str, name: str, chance: random.Random, fewest: int, most: int) -> Json:
    """Return a policy with some of the statements of a table."""
    rows = table.strip().splitlines()
    chosen = chance.sample(rows, chance.randint(fewest, most))
    return document([statement(row, name) for row in chosen])


def statement(row: str, name: str) -> Json:
    """Return a statement about what has a name; one value is no list."""
    row = row.replace("HERE", f"{REGION}:ACCOUNT").replace("ACCOUNT", ACCOUNT).replace("{}", name)
    sid, actions, resources, *conditions = (cell.strip() for cell in row.split("|"))
    found: Json = {"Sid": sid, "Effect": "Allow"}
    for element, values in (("Action", actions.split()), ("Resource", resources.split())):
        found[element] = values[0] if len(values) == 1 else values
    for condition in conditions:
        key, _, value = condition.partition("=")
        found["Condition"] = {"StringEquals": {key: value}}
    return found


def payments(index: int, chance: random.Random) -> Json:
    """Return AWS's policy of one persona; every fifth allows what another one may as well."""
    suffix = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=10))
    here = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}"
    manager = Parameters(manager_arns=(f"{here}:payment-manager/shop{index}-{suffix}",))
    first, second = chance.sample(("process-payment", "management"), 2)
    found = permissions(first, manager)
    if index % 100 == 0:
        both = [*found["Statement"], *permissions(second, manager)["Statement"]]
        found = document([{**one, "Sid": f"S{at}"} for at, one in enumerate(both)])
        found["Statement"] = [one for one in found["Statement"] if one["Effect"] == "Allow"]
    return found


# Terraform


class Resource(NamedTuple):
    """A resource of Terraform: arguments that are written out, and those that refer to others.

    Attributes:
        kind: its type.
        label: its name.
        known: arguments with their values, policies among them.
        references: arguments with what they refer to.
        late: those of them that are known only after apply.
    """

    kind: str
    label: str
    known: Json
    references: Mapping[str, str]
    late: Sequence[str] = ()

    @property
    def address(self) -> str:
        """Its address."""
        return f"{self.kind}.{self.label}"


def resources(one: Role) -> Iterator[Resource]:
    """Yield the resources that Terraform has for a role."""
    label = one.name.replace("-", "_")
    address = f"aws_iam_role.{label}"
    known = {"name": one.name, "assume_role_policy": one.trust, "tags": {"team": label}}
    yield Resource("aws_iam_role", label, known, {})
    for name, inline in one.inline.items():
        known = {"name": name, "policy": inline}
        by_id = {"role": f"{address}.id"}
        yield Resource("aws_iam_role_policy", name.replace("-", "_"), known, by_id, ["role"])
    named = {"role": one.name}
    for name, own in one.own.items():
        shared = name.replace("-", "_")
        yield Resource("aws_iam_policy", shared, {"name": name, "policy": own}, {})
        both = {"role": f"{address}.name", "policy_arn": f"aws_iam_policy.{shared}.arn"}
        yield Resource("aws_iam_role_policy_attachment", shared, named, both, ["policy_arn"])
    for number, arn in enumerate(one.managed):
        known = {**named, "policy_arn": arn}
        by_name = {"role": f"{address}.name"}
        yield Resource("aws_iam_role_policy_attachment", f"{label}_{number}", known, by_name)


def terraform(count: int) -> list[Resource]:
    """Return the resources of Terraform for roles that have at least so many."""
    found = enough(lambda one: len(list(resources(one))), count)
    return [resource for one in found for resource in resources(one)]


def is_policy(value: Any) -> bool:
    """Tell whether an argument is a policy document."""
    return isinstance(value, dict) and "Version" in value


def plan(found: Sequence[Resource]) -> Json:
    """Return what ``terraform show -json`` tells of a first plan."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [planned(one) for one in found]}},
        "resource_changes": [change(one) for one in found],
        "configuration": {"root_module": {"resources": [configured(one) for one in found]}},
        "timestamp": "2026-11-26T23:49:01Z",
        "applyable": True,
        "complete": True,
        "errored": False,
    }


def head(one: Resource) -> Json:
    """Return how every part of a plan begins about a resource."""
    return {"address": one.address, "mode": "managed", "type": one.kind, "name": one.label}


def values(one: Resource) -> Json:
    """Return the values that a plan knows: policies are JSON text."""
    return {
        name: json.dumps(value, separators=(",", ":")) if is_policy(value) else value
        for name, value in one.known.items()
    }


def planned(one: Resource) -> Json:
    """Return a resource in ``planned_values``."""
    return {**head(one), "schema_version": 0, "values": values(one), "sensitive_values": {}}


def change(one: Resource) -> Json:
    """Return a resource in ``resource_changes``."""
    unknown = dict.fromkeys(("id", "arn", *one.late), True)
    made = {"actions": ["create"], "before": None, "after": values(one), "after_unknown": unknown}
    return {**head(one), "change": {**made, "before_sensitive": False, "after_sensitive": {}}}


def configured(one: Resource) -> Json:
    """Return a resource in ``configuration``."""
    expressions: Json = {
        name: {} if is_policy(value) else {"constant_value": value}
        for name, value in one.known.items()
    }
    for name, target in one.references.items():
        expressions[name] = {"references": [target, target.rpartition(".")[0]]}
    return {**head(one), "expressions": expressions, "schema_version": 0}


HEAD = f"""\
variable "account_id" {{
  type    = string
  default = "{ACCOUNT}"
}}

data "aws_caller_identity" "current" {{}}
"""
# How the account is written: in every third resource by a variable, in every sixth as the caller's.
ACCOUNTS = (
    ACCOUNT,
    "${var.account_id}",
    ACCOUNT,
    "${data.aws_caller_identity.current.account_id}",
    ACCOUNT,
    "${var.account_id}",
)


def hcl(found: Sequence[Resource]) -> str:
    """Return Terraform configuration; half of the policies are data sources made of blocks."""
    return "\n".join([HEAD, *(blocks(one, number) for number, one in enumerate(found))])


def blocks(one: Resource, number: int) -> str:
    """Return a resource as configuration, after the data sources that it refers to."""
    before, lines = "", []
    for name, value in one.known.items():
        if name in one.references:
            continue
        written = json.dumps(value)
        if is_policy(value):
            written = f"jsonencode({json.dumps(value, indent=2)})"
            if number % 2:
                label = f"{one.label}_{name}"
                before += data_source(label, value)
                written = f"data.aws_iam_policy_document.{label}.json"
        lines.append(f"  {name} = {written}")
    lines += [f"  {name} = {target}" for name, target in one.references.items()]
    body = "\n".join(lines)
    text = f'{before}resource "{one.kind}" "{one.label}" {{\n{body}\n}}\n'
    return text.replace(ACCOUNT, ACCOUNTS[number % len(ACCOUNTS)])


def data_source(label: str, policy_: Json) -> str:
    """Return a policy as a data source made of blocks."""
    lines: list[str] = []
    for one in policy_["Statement"]:
        lines += ["  statement {", f'    effect = "{one["Effect"]}"']
        lines += [f'    sid = "{one["Sid"]}"'] if "Sid" in one else []
        for element, argument in (("Action", "actions"), ("Resource", "resources")):
            if element in one:
                listed = one[element] if isinstance(one[element], list) else [one[element]]
                lines.append(f"    {argument} = {json.dumps(listed)}")
        for kind, principal in one.get("Principal", {}).items():
            lines += ["    principals {", f'      type = "{kind}"']
            lines += [f'      identifiers = ["{principal}"]', "    }"]
        for key, value in one.get("Condition", {}).get("StringEquals", {}).items():
            lines += ["    condition {", '      test = "StringEquals"']
            lines += [f'      variable = "{key}"', f'      values = ["{value}"]', "    }"]
        lines.append("  }")
    return "\n".join([f'data "aws_iam_policy_document" "{label}" {{', *lines, "}\n\n"])


# CloudFormation


class Function(NamedTuple):
    """A function in its short form."""

    tag: str
    value: str


def template(count: int) -> Json:
    """Return a template with roles that have at least so many resources.

    Every second one names its account by ``AWS::AccountId``.
    """
    made: Json = {}
    for number, one in enumerate(enough(lambda one: 1 + len(one.inline) + len(one.own), count)):
        logical = "".join(part.capitalize() for part in one.name.split("-"))
        at = bool(number % 2)
        properties = {"RoleName": one.name, "AssumeRolePolicyDocument": one.trust}
        arns = {"ManagedPolicyArns": list(one.managed)} if one.managed else {}
        of_role = {"Roles": [Function("!Ref", logical)]}
        made[logical] = typed("Role", {**properties, **arns}, at=at)
        for part, (name, inline) in enumerate(one.inline.items()):
            written = {"PolicyName": name, "PolicyDocument": inline, **of_role}
            made[f"{logical}Policy{part}"] = typed("Policy", written, at=at)
        for name, own in one.own.items():
            written = {"ManagedPolicyName": name, "PolicyDocument": own, **of_role}
            made[f"{logical}Shared"] = typed("ManagedPolicy", written, at=at)
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": made}


def typed(kind: str, properties: Json, *, at: bool) -> Json:
    """Return a resource of IAM, for the account that it is deployed ``at`` or for a certain one."""
    written = substituted(properties) if at else properties
    return {"Type": f"AWS::IAM::{kind}", "Properties": written}


def substituted(value: Any) -> Any:
    """Return a value that names no account."""
    if isinstance(value, dict):
        return {key: substituted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [substituted(inner) for inner in value]
    if isinstance(value, str) and ACCOUNT in value:
        return Function("!Sub", value.replace(ACCOUNT, "${AWS::AccountId}"))
    return value


class Dumper(yaml.CSafeDumper):
    """Writes functions in their short forms, and nothing as an alias: CloudFormation has none."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Tell that nothing is written as an alias."""
        return True


Dumper.add_representer(Function, lambda dumper, one: dumper.represent_scalar(one.tag, one.value))


def as_yaml(value: Json) -> str:
    """Return a template as YAML."""
    return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, width=100))


# The account


def details(count: int) -> Json:
    """Return what ``aws iam get-account-authorization-details`` answers of so many roles."""
    found = enough(lambda _: 1, count)
    return {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [detail(one) for one in found],
        "Policies": [managed(name, own) for one in found for name, own in one.own.items()],
    }


def detail(one: Role) -> Json:
    """Return one role of the answer."""
    arns = [*(own_arn(name) for name in one.own), *one.managed]
    return {
        "Path": "/",
        "RoleName": one.name,
        "RoleId": "AROARZPUZDIKDCU7BEY4G",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{one.name}",
        "CreateDate": "2026-11-26T22:44:38+00:00",
        "AssumeRolePolicyDocument": one.trust,
        "InstanceProfileList": [],
        "RolePolicyList": [
            {"PolicyName": name, "PolicyDocument": inline} for name, inline in one.inline.items()
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns
        ],
        "Tags": [{"Key": "team", "Value": one.name.partition("-")[0]}],
        "RoleLastUsed": {"LastUsedDate": "2026-11-26T22:44:38+00:00", "Region": REGION},
    }


def managed(name: str, own: Json) -> Json:
    """Return one managed policy of the answer, with the versions that no longer count.

    IAM keeps up to five: here each has one statement more than the one before it.
    """
    made = {"CreateDate": "2026-11-26T22:44:38+00:00"}
    texts = [document(own["Statement"][: len(own["Statement"]) - age]) for age in range(4)]
    versions = [
        {"Document": text, "VersionId": f"v{4 - age}", "IsDefaultVersion": not age, **made}
        for age, text in enumerate(texts)
    ]
    return {
        "PolicyName": name,
        "PolicyId": "A7F91EMDWB4UUZW1KE2LD",
        "Arn": own_arn(name),
        "Path": "/",
        "DefaultVersionId": "v4",
        "AttachmentCount": 1,
        "IsAttachable": True,
        **made,
        "PolicyVersionList": versions,
    }


def own_arn(name: str) -> str:
    """Return the ARN of a managed policy of the account."""
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"
