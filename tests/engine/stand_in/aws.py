"""``pulumi-resource-aws``: the IAM resources of pulumi-aws 7, made in an IAM on loopback."""

import json
from typing import Any

from engine.stand_in.provider import Kind, Properties, same_document, serve

VERSION = "7.51.1"
_ONCE = {"MaxItems": 1000}


def _tags(inputs: Properties) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(inputs.get("tags", {}).items())]


def _text(document: Any) -> str:
    """Return a document as state has it; moto and boto3 have it decoded."""
    return same_document(document if isinstance(document, str) else json.dumps(document))


# Roles


def _create_role(iam: Any, inputs: Properties) -> str:
    given = {
        "Description": inputs.get("description"),
        "PermissionsBoundary": inputs.get("permissionsBoundary"),
    }
    role = iam.create_role(
        RoleName=inputs["name"],
        Path=inputs["path"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        MaxSessionDuration=int(inputs["maxSessionDuration"]),
        Tags=_tags(inputs),
        **{key: value for key, value in given.items() if value},
    )["Role"]
    for policy in inputs.get("inlinePolicies", ()):
        iam.put_role_policy(
            RoleName=role["RoleName"], PolicyName=policy["name"], PolicyDocument=policy["policy"]
        )
    for arn in inputs.get("managedPolicyArns", ()):
        iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
    return str(role["RoleName"])


def _read_role(iam: Any, name: str, inputs: Properties) -> Properties:
    role = iam.get_role(RoleName=name)["Role"]
    inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
    attached = iam.list_attached_role_policies(RoleName=name, **_ONCE)["AttachedPolicies"]
    tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
    return {
        "arn": role["Arn"],
        "assumeRolePolicy": _text(role["AssumeRolePolicyDocument"]),
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": role.get("Description", ""),
        "forceDetachPolicies": inputs.get("forceDetachPolicies", False),
        "inlinePolicies": [
            {
                "name": each,
                "policy": _text(
                    iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"]
                ),
            }
            for each in inline
        ],
        "managedPolicyArns": [policy["PolicyArn"] for policy in attached],
        "maxSessionDuration": role["MaxSessionDuration"],
        "name": role["RoleName"],
        "namePrefix": inputs.get("namePrefix", ""),
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get(
            "PermissionsBoundaryArn", ""
        ),
        "tags": tags,
        "tagsAll": tags,
        "uniqueId": role["RoleId"],
    }


def _update_role(iam: Any, name: str, olds: Properties, news: Properties) -> None:
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=news["assumeRolePolicy"])
    iam.update_role(
        RoleName=name,
        Description=news.get("description", ""),
        MaxSessionDuration=int(news["maxSessionDuration"]),
    )
    boundary = news.get("permissionsBoundary")
    if boundary:
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    elif olds.get("permissionsBoundary"):
        iam.delete_role_permissions_boundary(RoleName=name)
    gone = [key for key in olds.get("tags", {}) if key not in news.get("tags", {})]
    if gone:
        iam.untag_role(RoleName=name, TagKeys=gone)
    iam.tag_role(RoleName=name, Tags=_tags(news))


def _delete_role(iam: Any, name: str, outputs: Properties) -> None:
    if outputs.get("forceDetachPolicies"):
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=name)


# Inline policies


def _create_inline(iam: Any, inputs: Properties) -> str:
    iam.put_role_policy(
        RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
    )
    return f"{inputs['role']}:{inputs['name']}"


def _read_inline(iam: Any, identity: str, inputs: Properties) -> Properties:
    role, name = identity.split(":", 1)
    found = iam.get_role_policy(RoleName=role, PolicyName=name)
    return {
        "name": name,
        "namePrefix": inputs.get("namePrefix", ""),
        "policy": _text(found["PolicyDocument"]),
        "role": role,
    }


def _update_inline(iam: Any, _identity: str, _olds: Properties, news: Properties) -> None:
    _create_inline(iam, news)


def _delete_inline(iam: Any, identity: str, _outputs: Properties) -> None:
    role, name = identity.split(":", 1)
    iam.delete_role_policy(RoleName=role, PolicyName=name)


# Managed policies


def _create_policy(iam: Any, inputs: Properties) -> str:
    policy = iam.create_policy(
        PolicyName=inputs["name"],
        Path=inputs["path"],
        PolicyDocument=inputs["policy"],
        Description=inputs.get("description", ""),
        Tags=_tags(inputs),
    )
    return str(policy["Policy"]["Arn"])


def _read_policy(iam: Any, arn: str, inputs: Properties) -> Properties:
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    tags = {tag["Key"]: tag["Value"] for tag in policy.get("Tags", ())}
    return {
        "arn": arn,
        "attachmentCount": policy["AttachmentCount"],
        "description": inputs.get("description", ""),
        "name": policy["PolicyName"],
        "namePrefix": inputs.get("namePrefix", ""),
        "path": policy["Path"],
        "policy": _text(version["PolicyVersion"]["Document"]),
        "policyId": policy["PolicyId"],
        "tags": tags,
        "tagsAll": tags,
    }


def _update_policy(iam: Any, arn: str, _olds: Properties, news: Properties) -> None:
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    old = [version for version in versions if not version["IsDefaultVersion"]]
    if len(versions) > 4:  # IAM keeps five
        iam.delete_policy_version(PolicyArn=arn, VersionId=old[0]["VersionId"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=news["policy"], SetAsDefault=True)


def _delete_policy(iam: Any, arn: str, _outputs: Properties) -> None:
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


# Attachments


def _attach(iam: Any, inputs: Properties) -> str:
    iam.attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return f"{inputs['role']}/{inputs['policyArn']}"


def _read_attachment(iam: Any, identity: str, _inputs: Properties) -> Properties:
    role, arn = identity.split("/", 1)
    attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    if not any(policy["PolicyArn"] == arn for policy in attached):
        raise iam.exceptions.NoSuchEntityException(
            {"Error": {"Code": "NoSuchEntity", "Message": identity}}, "ListAttachedRolePolicies"
        )
    return {"role": role, "policyArn": arn}


def _detach(iam: Any, identity: str, _outputs: Properties) -> None:
    role, arn = identity.split("/", 1)
    iam.detach_role_policy(RoleName=role, PolicyArn=arn)


KINDS = {
    "aws:iam/role:Role": Kind(
        _create_role,
        _read_role,
        _delete_role,
        _update_role,
        computed=("arn", "createDate", "id", "managedPolicyArns", "tagsAll", "uniqueId"),
        defaults={"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
        name="name",
        replacing=frozenset({"name", "namePrefix", "path"}),
        documents=frozenset({"assumeRolePolicy"}),
    ),
    "aws:iam/rolePolicy:RolePolicy": Kind(
        _create_inline,
        _read_inline,
        _delete_inline,
        _update_inline,
        computed=("id",),
        name="name",
        replacing=frozenset({"name", "namePrefix", "role"}),
        documents=frozenset({"policy"}),
    ),
    "aws:iam/policy:Policy": Kind(
        _create_policy,
        _read_policy,
        _delete_policy,
        _update_policy,
        computed=("arn", "attachmentCount", "id", "policyId", "tagsAll"),
        defaults={"path": "/"},
        name="name",
        replacing=frozenset({"name", "namePrefix", "path", "description"}),
        documents=frozenset({"policy"}),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Kind(
        _attach,
        _read_attachment,
        _detach,
        computed=("id",),
        replacing=frozenset({"role", "policyArn"}),
    ),
}

if __name__ == "__main__":
    serve(KINDS, VERSION)
