"""The roles of ``access.py`` without the component: resources alone, from documents as text."""

import pulumi
from pulumi_aws import iam

shop = pulumi.ComponentResource("example:index:Roles", "shop", {})
for persona, documents in pulumi.Config().require_object("documents").items():
    role = iam.Role(
        f"shop-{persona}",
        assume_role_policy=documents["trust"],
        opts=pulumi.ResourceOptions(parent=shop),
    )
    iam.RolePolicy(
        f"shop-{persona}",
        name=persona,
        role=role.name,
        policy=documents["permissions"],
        opts=pulumi.ResourceOptions(parent=role),
    )
