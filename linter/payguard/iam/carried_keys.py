"""Which condition keys the requests for an action carry.

Read from the service authorization reference, so only of services that the catalog knows in
detail; of any other action nothing is claimed.
"""

from payguard.iam.action import expand, split_action
from payguard.iam.context_key import GLOBAL_PREFIX, context_key, prefix_of
from payguard.iam.memory import remembered
from payguard.iam.wildcard import has_wildcard
from payguard_policies import PAYMENTS_SERVICE, catalog
from payguard_policies.named_tuple import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from payguard_policies.catalog import Action, ServiceDetail

# Global keys that a request carries only if the action deals in tags.
_TAG_KEYS = ("aws:tagkeys", "aws:requesttag/", "aws:resourcetag/")
_SERVICE_TAG_KEYS = (":resourcetag/", ":requesttag/")
# Services whose own policies use keys on actions for which the reference does not list them:
# AWS limits aws-marketplace:Subscribe by aws-marketplace:ProductId in several managed policies.
_INCOMPLETE = frozenset({"aws-marketplace"})
# Beyond this many actions a pattern is not followed: it stands for a whole service or more.
_MOST = 400


class _Carried(NamedTuple):
    """The keys of one action in lower case: whole ones, and what stands before a variable part."""

    whole: frozenset[str]
    prefixes: tuple[str, ...]

    def has(self, key: str) -> bool:
        return key in self.whole or key.startswith(self.prefixes)


@remembered
def depends_on_action(key: str) -> bool:
    """Tell whether only some actions' requests carry ``key``, and the catalog says which."""
    if key.lower().startswith(_TAG_KEYS):
        return context_key(key) is not None
    known = catalog.global_condition_key(key)
    if known is not None:
        return bool(known.services)
    prefix = prefix_of(key)
    # The claims of an identity provider are its own business.
    if prefix in (GLOBAL_PREFIX, "saml") or "." in prefix:
        return False
    return context_key(key) is not None


def is_tag_key(key: str) -> bool:
    """Tell whether ``key`` is about tags of requests or resources, a service's own key or global."""
    lower = key.lower()
    return lower.startswith(_TAG_KEYS) or any(part in lower for part in _SERVICE_TAG_KEYS)


@remembered
def carriers(text: str, key: str) -> tuple[bool, bool] | None:
    """Tell whether some, and whether all, of the actions that ``text`` matches carry ``key``.

    None where the catalog cannot know: it does not list the actions' keys, or ``text`` matches
    too much or nothing.
    """
    known = catalog.global_condition_key(key)
    if known is not None and known.services:
        return _by_service(text, known.services)
    service, _ = split_action(text)
    if has_wildcard(service):
        return None
    detail = catalog.detail(service.lower())
    if detail is None or service.lower() in _INCOMPLETE:
        return None
    names = expand(text)
    if not names or len(names) > _MOST:
        return None
    found = [_carries(detail, name.partition(":")[2], key.lower()) for name in names]
    if None in found:
        return None
    return any(found), all(found)


def _by_service(text: str, services: tuple[str, ...]) -> tuple[bool, bool] | None:
    service, _ = split_action(text)
    if has_wildcard(service) or service.lower() not in catalog.service_names():
        return None
    has = service.lower() in services
    return has, has


def _carries(detail: "ServiceDetail", name: str, key: str) -> bool | None:
    action = detail.actions.get(name.lower())
    if action is None:
        return None
    if _carried(detail.service, name.lower()).has(key):
        return True
    return None if _is_uncertain(detail, action, key) else False


def _is_uncertain(detail: "ServiceDetail", action: "Action", key: str) -> bool:
    """Tell whether the reference's silence says little.

    It lists keys of AgentCore's gateways that it gives to no action, and leaves out actions that
    AWS's guide names (CreateGatewayTarget takes subnets); its payments actions were checked.
    https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-vpc-condition.html
    """
    if detail.service == PAYMENTS_SERVICE:
        return action.name not in catalog.payments_actions()
    if action.origin != "service-reference":
        return True
    return prefix_of(key) == detail.service and not is_tag_key(key) and _is_orphan(key)


@remembered
def _is_orphan(key: str) -> bool:
    detail = catalog.detail(prefix_of(key))
    if detail is None:
        return False
    return not any(_carried(detail.service, name).has(key) for name in detail.actions)


@remembered
def _carried(service: str, name: str) -> _Carried:
    detail = catalog.detail(service)
    if detail is None:
        return _Carried(frozenset(), ())
    keys = _keys(detail, detail.actions[name])
    whole = frozenset(key for key in keys if "${" not in key)
    return _Carried(whole, tuple(key.partition("${")[0] for key in keys if "${" in key))


def _keys(detail: "ServiceDetail", action: "Action") -> set[str]:
    found = set(action.condition_keys)
    for use in action.resources:
        found.update(use.condition_keys)
        kind = detail.resource_types.get(use.type)
        if kind is not None:
            found.update(kind.condition_keys)
    return {key.lower() for key in found}
