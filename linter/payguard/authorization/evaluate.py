"""How the layers decide together: an explicit deny wins, then every gate has to let pass.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator

from payguard.authorization import doubt
from payguard.authorization.policy_set import Clause, Layer, Policies
from payguard.authorization.principal import Reach
from payguard.authorization.request import Request
from payguard.authorization.situation import Situation, is_unbound_root, situation
from payguard.authorization.statement import Stance, applies, matches_but_principal, speaks_of
from payguard.authorization.truth import (
    NO,
    YES,
    Reading,
    Truth,
    all_of,
    any_of,
    contested,
    maybe,
    negate,
)
from payguard.iam.document import BOUNDARY, EFFECTS, IDENTITY, RESOURCE, SESSION, TRUST
from payguard_policies.named_tuple import NamedTuple


class Gate(NamedTuple):
    """A kind of policy that has to let a request pass, and whether it does."""

    kind: str
    name: str
    passes: Truth


class Outcome(NamedTuple):
    """What a policy set says of a request.

    Attributes:
        allowed: whether the request is allowed, all in all.
        denied: whether a Deny statement applies.
        gates: what had to let it pass, in the order that AWS's messages name them.
        directly: whether the resource's policy grants past boundary and session policies.
    """

    allowed: Truth
    denied: Truth
    gates: tuple[Gate, ...]
    directly: Truth


def outcome(policies: Policies, request: Request) -> Outcome:
    """Decide one request; unknown values and open questions of IAM make the answer a maybe."""
    found = situation(policies, request)
    allow, deny = _stances(policies, None)
    denied = _denied(policies, found, request, deny)
    ways = _ways(policies, found, request, allow)
    return Outcome(_together(denied, ways), denied, (*ways.guards, *ways.gates), ways.directly)


def is_allowed(policies: Policies, request: Request, reading: Reading | None = None) -> Truth:
    """Tell whether a request is allowed, as ``outcome`` does, and no more than that.

    Args:
        policies: what speaks about it.
        request: what is asked.
        reading: how open questions of IAM are settled; None to leave them open.
    """
    found = situation(policies, request)
    allow, deny = _stances(policies, reading)
    denied = _denied(policies, found, request, deny)
    return NO if denied is YES else _together(denied, _ways(policies, found, request, allow))


def _stances(policies: Policies, reading: Reading | None) -> tuple[Stance, Stance]:
    bounded = policies.boundary is not None
    return Stance(True, bounded, reading), Stance(False, bounded, reading)  # noqa: FBT003  by place: often


class _Ways(NamedTuple):
    """What has to let a request pass, and whether the resource's policy grants past some of it."""

    guards: tuple[Gate, ...]
    gates: tuple[Gate, ...]
    directly: Truth


def _ways(policies: Policies, found: Situation, request: Request, allow: Stance) -> _Ways:
    granted = _grants(found.resource, request, allow)
    return _Ways(
        tuple(_guards(policies, found, request, allow)),
        tuple(_gates(policies, found, request, granted, allow)),
        granted.directly if found.has_identity and found.same_account else NO,
    )


def _together(denied: Truth, ways: _Ways) -> Truth:
    """Tell whether a request is allowed: nothing denies it, and everything lets it pass."""
    passes = any_of((all_of(gate.passes for gate in ways.gates), ways.directly))
    return all_of((negate(denied), passes, *(guard.passes for guard in ways.guards)))


def may_allow(clause: Clause) -> bool:
    """Tell whether a statement allows, as far as its Effect can be read."""
    return clause.statement.effect == "Allow" or clause.statement.effect not in EFFECTS


def may_deny(clause: Clause) -> bool:
    """Tell whether a statement denies, as far as its Effect can be read."""
    return clause.statement.effect == "Deny" or clause.statement.effect not in EFFECTS


def _allows(layer: Layer, request: Request, allow: Stance) -> Truth:
    return any_of(applies(clause, request, allow) for clause in layer.clauses if may_allow(clause))


def _denies(layer: Layer, request: Request, deny: Stance) -> Truth:
    return any_of(applies(clause, request, deny) for clause in layer.clauses if may_deny(clause))


def binding_layers(policies: Policies, found: Situation) -> Iterator[Layer]:
    """Yield the layers whose Deny statements count, in the order that AWS's messages name them."""
    if found.rcps_bind:
        yield from found.rcps
    yield from found.scps
    named = (policies.vpc_endpoint, found.resource)
    own = (policies.identity, policies.boundary, policies.session) if found.is_bound else ()
    yield from (layer for layer in (*named, *own) if layer is not None)


def _denied(policies: Policies, found: Situation, request: Request, deny: Stance) -> Truth:
    """Tell whether a Deny applies, in any layer.

    RCPs restrict only some services, on a list that grows.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    layers = binding_layers(policies, found)
    denied = any_of(_denies(layer, request, deny) for layer in layers)
    if denied is YES or found.rcps_bind:
        return denied
    idle = any_of(_denies(layer, request, deny) for layer in found.rcps)
    if idle.rank == 0:
        return denied
    return any_of((denied, deny.settle(contested(NO, doubt.RCP_SERVICE, request.service))))


def _guards(
    policies: Policies, found: Situation, request: Request, allow: Stance
) -> Iterator[Gate]:
    """Yield the gates that stand before everything else: every SCP level, the VPC endpoint.

    RCPs are none: AWS attaches one that allows everything at every level, for good.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    for layer in found.scps:
        yield Gate(layer.kind, layer.name, _allows(layer, request, allow))
    if policies.vpc_endpoint is not None:
        passes = _allows(policies.vpc_endpoint, request, allow)
        yield Gate(policies.vpc_endpoint.kind, "", passes)


def _gates(
    policies: Policies, found: Situation, request: Request, granted: Reach, allow: Stance
) -> Iterator[Gate]:
    """Yield what has to allow the request: which policies depends on whose the resource is.

    Within one account a grant by either side is enough, save for roles to assume and KMS keys;
    across accounts both sides have to allow. Boundary and session policies only limit.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if found.is_open:
        return
    kind = TRUST if found.is_assume_role else RESOURCE
    if not found.has_identity:
        nobody = found.caller.is_nobody
        yield Gate(kind, "", maybe(doubt.NOBODY, found.caller.text) if nobody else granted.named)
        return
    identity = (
        YES if is_unbound_root(found, policies) else _allows(policies.identity, request, allow)
    )
    if found.needs_resource_policy or not found.same_account:
        yield Gate(kind, "", granted.named)
    elif found.is_kms_key:
        yield Gate(kind, "", contested(YES, doubt.KEY_POLICY))
    yield Gate(IDENTITY, "", any_of((identity, granted.itself)) if found.same_account else identity)
    if policies.boundary is not None:
        yield Gate(BOUNDARY, "", _allows(policies.boundary, request, allow))
    if policies.session is not None:
        yield Gate(SESSION, "", _allows(policies.session, request, allow))


def _grants(layer: Layer | None, request: Request, allow: Stance) -> Reach:
    """Tell whether the resource's policy allows the request, and how directly it names the caller.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """
    found = []
    for clause in layer.clauses if layer is not None else ():
        answer = matches_but_principal(clause, request, allow) if may_allow(clause) else NO
        if answer is not NO:
            named = map(allow.settle, speaks_of(clause, request, bounded=allow.bounded))
            found.append(Reach(*(all_of((answer, how)) for how in named)))
    if not found:
        return Reach(NO, NO, NO)
    return Reach(*(any_of(answers) for answers in zip(*found, strict=True)))
