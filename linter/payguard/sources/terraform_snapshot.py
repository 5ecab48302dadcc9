"""What a role lists of IAM's present state, although other resources of the plan decide about it.

The AWS provider fills ``inline_policy`` and ``managed_policy_arns`` of a role that does not set
them with what IAM has: also with what the plan is about to change or take away.
https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/iam_role.html.markdown
"""

from collections.abc import Iterable

from payguard.sources.terraform_resource import Resource

_Pairs = set[tuple[str, str]]


class Snapshot:
    """Tells which policies that a role lists are told of by other resources.

    Args:
        resources: what there will be after apply.
        removed: what there was before, and is changed or taken away.
    """

    def __init__(self, resources: Iterable[Resource], removed: Iterable[Resource]) -> None:
        self._declared: _Pairs = set()
        self._removed: _Pairs = set()
        self._detached: _Pairs = set()
        self._only_inline: dict[str, set[object]] = {}
        self._only_attached: dict[str, set[object]] = {}
        for resource in resources:
            if resource.type == "aws_iam_role_policy":
                _add(self._declared, resource.get("role"), resource.get("name"))
            elif resource.type == "aws_iam_role_policies_exclusive":
                _only(self._only_inline, resource, "policy_names")
            elif resource.type == "aws_iam_role_policy_attachments_exclusive":
                _only(self._only_attached, resource, "policy_arns")
        for resource in removed:
            if resource.type == "aws_iam_role_policy":
                _add(self._removed, resource.get("role"), resource.get("name"))
            elif resource.type == "aws_iam_role_policy_attachment":
                _add(self._detached, resource.get("role"), resource.get("policy_arn"))
            elif resource.type == "aws_iam_policy_attachment":
                roles = resource.get("roles")
                for role in roles if isinstance(roles, list) else ():
                    _add(self._detached, role, resource.get("policy_arn"))

    def has_inline(self, role: Resource, name: object, *, configured: bool) -> bool:
        """Tell whether another resource decides about an inline policy.

        Args:
            role: the role that lists it.
            name: the policy's name.
            configured: whether the role's author wrote the list.
        """
        called = role.get("name")
        if not isinstance(called, str) or not isinstance(name, str):
            return False
        if (called, name) in self._declared:
            return True
        only = self._only_inline.get(called)
        gone = (called, name) in self._removed or (only is not None and name not in only)
        return gone and not configured and _is_as_before(role, "inline_policy")

    def has_attached(self, role: Resource, arn: str, *, configured: bool) -> bool:
        """Tell whether another resource decides about an attached policy; see ``has_inline``."""
        name = role.get("name")
        if not isinstance(name, str):
            return False
        only = self._only_attached.get(name)
        gone = (name, arn) in self._detached or (only is not None and arn not in only)
        return gone and not configured and _is_as_before(role, "managed_policy_arns")


def _is_as_before(role: Resource, name: str) -> bool:
    """Tell whether apply leaves an attribute alone: ``dynamic`` blocks do not show otherwise."""
    return role.before is not None and role.before.get(name) == role.values.get(name)


def _add(pairs: _Pairs, role: object, policy: object) -> None:
    if isinstance(role, str) and isinstance(policy, str):
        pairs.add((role, policy))


def _only(allowed: dict[str, set[object]], resource: Resource, name: str) -> None:
    role, policies = resource.get("role_name"), resource.get(name)
    if isinstance(role, str) and isinstance(policies, list):
        known: set[object] = {policy for policy in policies if isinstance(policy, str)}
        if len(known) == len(policies):
            allowed[role] = known
