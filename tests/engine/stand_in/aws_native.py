"""``pulumi-resource-aws-native``: roles and payment managers, as AWS Cloud Control would make them.

Roles are made in the IAM on loopback. Of a payment manager only its ARN matters: it is made up,
as the service does, from its name in small letters and ten more characters.
"""

import hashlib
import json
from typing import Any

from engine.stand_in.iam_server import REGION
from engine.stand_in.provider import Kind, Properties, serve

VERSION = "1.84.0"
_ACCOUNT = "123456789012"  # of everything that moto makes


def _create_role(iam: Any, inputs: Properties) -> str:
    name = inputs["roleName"]
    document = inputs["assumeRolePolicyDocument"]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    _put_policies(iam, name, inputs)
    return str(name)


def _put_policies(iam: Any, name: str, inputs: Properties) -> None:
    for policy in inputs.get("policies", ()):
        document = json.dumps(policy["policyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["policyName"], PolicyDocument=document)


def _read_role(iam: Any, name: str, inputs: Properties) -> Properties:
    role = iam.get_role(RoleName=name)["Role"]
    return {**inputs, "arn": role["Arn"], "roleId": role["RoleId"], "roleName": name}


def _update_role(iam: Any, name: str, olds: Properties, news: Properties) -> None:
    document = json.dumps(news["assumeRolePolicyDocument"])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    kept = {policy["policyName"] for policy in news.get("policies", ())}
    for policy in olds.get("policies", ()):
        if policy["policyName"] not in kept:
            iam.delete_role_policy(RoleName=name, PolicyName=policy["policyName"])
    _put_policies(iam, name, news)


def _delete_role(iam: Any, name: str, _outputs: Properties) -> None:
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def _manager_arn(name: str) -> str:
    digits = hashlib.sha256(name.encode()).hexdigest()[:10]
    manager = f"payment-manager/{name.lower()}-{digits}"
    return f"arn:aws:bedrock-agentcore:{REGION}:{_ACCOUNT}:{manager}"


def _create_manager(_iam: Any, inputs: Properties) -> str:
    return _manager_arn(inputs["name"])


def _read_manager(_iam: Any, arn: str, inputs: Properties) -> Properties:
    return {**inputs, "paymentManagerArn": arn, "paymentManagerId": arn.rpartition("/")[2]}


def _forget(_iam: Any, _arn: str, _outputs: Properties) -> None:
    pass  # nothing was made


KINDS = {
    "aws-native:iam:Role": Kind(
        _create_role,
        _read_role,
        _delete_role,
        _update_role,
        computed=("arn", "roleId"),
        name="roleName",
        replacing=frozenset({"roleName"}),
    ),
    "aws-native:bedrockagentcore:PaymentManager": Kind(
        _create_manager,
        _read_manager,
        _forget,
        computed=("paymentManagerArn", "paymentManagerId"),
        name="name",
        replacing=frozenset({"name", "authorizerType"}),
    ),
}

if __name__ == "__main__":
    serve(KINDS, VERSION)
