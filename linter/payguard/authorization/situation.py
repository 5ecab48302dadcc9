"""Which policies have a say in a request: it depends on who asks, for what, across which accounts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import functools

from payguard.authorization.caller import ROOT, Caller
from payguard.authorization.policy_set import Layer, Policies
from payguard.authorization.request import Request
from payguard.iam.document import TRUST
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

# In the place of a trust policy: whoever the identity policies of its account allow it is let in.
LETS_IN = Layer(TRUST, "lets in", ())

# Needs no permission, and a Deny keeps nobody from it, save for one at the endpoint on the way.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_OPEN = frozenset({"sts:getcalleridentity"})


class Situation(NamedTuple):
    """What decides how the layers are put together.

    Attributes:
        caller: who asks.
        same_account: whether caller and resource belong to one account.
        is_assume_role: whether the request is authorized by the trust policy of a role.
        is_kms_key: whether it is about a KMS key, whose policy has the last word.
        resource: the resource or trust policy, if there is one.
        scps: the SCP levels that bind the caller.
        rcps: the RCP levels of the resource's account.
        rcps_bind: whether AWS lists the service among those that RCPs restrict.
        is_open: whether the caller needs no permission for it.
    """

    caller: Caller
    same_account: bool
    is_assume_role: bool
    is_kms_key: bool
    resource: Layer | None
    scps: tuple[Layer, ...]
    rcps: tuple[Layer, ...]
    rcps_bind: bool
    is_open: bool

    @property
    def has_identity(self) -> bool:
        """Whether identity policies, boundary and session policies speak for the caller."""
        return self.caller.is_identity

    @property
    def is_bound(self) -> bool:
        """Whether they have a say in this request."""
        return self.caller.is_identity and not self.is_open

    @property
    def needs_resource_policy(self) -> bool:
        """Whether the resource's policy must allow the request, even within one account.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
        """
        return self.is_assume_role or (self.is_kms_key and self.resource is not None)


def situation(policies: Policies, request: Request) -> Situation:
    """Tell which of ``policies`` have a say in ``request``.

    No trust policy lets the root user assume a role.
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    asking = request.caller
    is_open = asking.is_identity and needs_no_permission(request.action)
    assuming = is_assuming(request.action) and policies.trust is not LETS_IN
    resource = policies.resource
    if assuming and policies.trust is not None:
        resource = policies.trust
    if is_open or (assuming and asking.kind == ROOT):
        resource = None
    return Situation(
        caller=asking,
        same_account=not request.resource_account or request.resource_account == asking.account,
        is_assume_role=assuming,
        is_kms_key=request.service == "kms" and ":key/" in request.resource,
        resource=resource,
        scps=policies.scps if not is_open and _scps_bind(asking, request) else (),
        rcps=policies.rcps if not is_open and _rcps_bind(asking, request) else (),
        rcps_bind=request.service in catalog.rcp_services() if policies.rcps else False,
        is_open=is_open,
    )


def needs_no_permission(action: str) -> bool:
    """Tell whether policies have no say in who may do an action."""
    return action.lower() in _OPEN


def is_assuming(action: str) -> bool:
    """Tell whether the trust policy of a role authorizes an action, as sts:AssumeRole."""
    lower = action.lower()
    return lower.startswith("sts:") and lower in _role_actions()


@functools.cache
def _role_actions() -> frozenset[str]:
    """The STS actions on a role, in lower case: its trust policy authorizes them.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
    """
    detail = catalog.detail("sts")
    found = detail.actions.items() if detail else ()
    on_roles = (name for name, item in found if any(use.type == "role" for use in item.resources))
    return frozenset(f"sts:{name}" for name in on_roles)


def _scps_bind(asking: Caller, request: Request) -> bool:
    """SCPs bind the identities of member accounts, service-linked roles excepted.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    if not asking.is_identity or asking.is_service_linked:
        return False
    return asking.account != request.management_account


def _rcps_bind(asking: Caller, request: Request) -> bool:
    """RCPs bind whoever uses the resources of member accounts, service-linked roles excepted.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    if asking.is_service_linked:
        return False
    return not request.management_account or request.resource_account != request.management_account


def is_unbound_root(found: Situation, policies: Policies) -> bool:
    """Tell whether the caller is the root user: it may do all that its account may.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
    """
    return found.caller.kind == ROOT and not policies.identity.clauses
