"""The requests of a question, ready to be put to the evaluator."""

from collections.abc import Mapping, Sequence

from payguard.authorization.caller import USER, Caller, caller, is_account
from payguard.authorization.domain import is_carried
from payguard.authorization.policy_set import Policies, clauses_of
from payguard.authorization.question import Part
from payguard.authorization.relevance import Entry, keep, keys_of, of_request, variable_keys_of
from payguard.authorization.request import UNKNOWN, Request, Value, request
from payguard.authorization.substitution import has_variables, variable_keys
from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple


class Asked(NamedTuple):
    """A part as it is put to the evaluator: cut down to the statements about its action."""

    part: Part
    policies: Policies
    entries: tuple[Entry, ...]
    masks: Mapping[int, int]  # by the statement's identity: the bits of its patterns
    plain: Mapping[
        int, int
    ]  # of what denies: the same of those that a resource has no others beside
    keys: tuple[str, ...]


def plain_request(part: Part, text: str) -> Request:
    """Return the request of a part about a text of the universe, with no more than it must carry."""
    return make_request(part, part.target.resource(text), {})


def cut(asked: Asked, hits: int) -> Asked:
    """Leave out the statements none of whose patterns matches the text."""
    masks = asked.masks
    if hits:  # which the mask of a statement that always counts, -1, has something in common with
        kept = keep(asked.policies, lambda clause: bool(masks[id(clause)] & hits))
    else:
        kept = keep(asked.policies, lambda clause: masks[id(clause)] < 0)
    return asked._replace(policies=kept)


def cut_to_text(asked: Asked, text: str) -> Asked:
    """Leave out the statements that surely do not match a text, and the keys that it settles."""
    asked = about_text(asked, text)
    return asked._replace(policies=of_request(asked.policies, open_request(asked, text)))


def open_request(asked: Asked, text: str) -> Request:
    """Return the request of a part about a text, with all of its keys unknown."""
    unknown = dict.fromkeys(asked.keys, UNKNOWN)
    return make_request(asked.part, asked.part.target.resource(text), unknown)


def about_text(asked: Asked, text: str) -> Asked:
    """Leave out the region as an open key where the resource is in one: the request is sent there."""
    if REGION not in asked.keys or REGION not in plain_request(asked.part, text).context:
        return asked
    return asked._replace(keys=tuple(key for key in asked.keys if key != REGION))


def free_keys(part: Part, spoken: Policies) -> tuple[str, ...]:
    """Return the keys of a part that can have several values, for all that is known."""
    pinned = make_request(part, "*", {}).context
    return tuple(
        key
        for key in sorted(keys_of(clauses_of(spoken)).union(part.carried))
        if pinned.get(key, UNKNOWN) is UNKNOWN
        and key not in part.context
        and (key == REGION or key not in DERIVED)
        and is_carried(part.action, key)
        and _is_of(caller(part.principal or _SOME_ROLE), key)
    )


def _is_of(asking: Caller, key: str) -> bool:
    """Tell whether such a caller may have what ``key`` says of it: some have a user or service only.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    if key == "aws:username":
        return asking.kind == USER
    known = catalog.global_condition_key(key) if key.startswith("aws:principal") else None
    if known is None:
        return True
    if asking.is_service:
        return not known.never_for_service_principal
    return not known.service_principal_only


_SOME_ROLE = "arn:aws:iam::000000000000:role/"
# Follow from the resource: see make_request.
REGION = "aws:requestedregion"
ACCOUNTS = frozenset({"aws:resourceaccount", "aws:principalaccount"})
DERIVED = ACCOUNTS | {REGION}
# What a request holds because of who asks for what; made anew with another resource.
IMPLIED = DERIVED | {
    "aws:principaltype",
    "aws:principalisawsservice",
    "aws:principalservicename",
}


def make_request(part: Part, resource: str, context: Mapping[str, Value]) -> Request:
    """Make the request of a part: region and account follow from the resource."""
    fields = resource.split(":", 5)
    partition, region, account = (
        (fields[1], fields[3], fields[4]) if len(fields) == 6 else ("aws", "", "")
    )
    owner = account if is_account(account) else "000000000000"
    principal = part.principal or f"arn:{partition}:iam::{owner}:role/"
    given: dict[str, Value] = dict(context)
    if region:
        given["aws:requestedregion"] = region
    for key, value in part.context.items():
        put(given, key, value)
    return request(principal, part.action, resource, context=given)


def put(context: dict[str, Value], key: str, value: Value | None) -> None:
    """Set a key of a context; None takes it out."""
    if value is None:
        context.pop(key, None)
    else:
        context[key] = value


def coupled(parts: Sequence[Part], sliced: Sequence[Policies]) -> frozenset[str]:
    """Return the slots whose values are repeated by variables, or compared with such."""
    found: set[str] = set()
    for part, spoken in zip(parts, sliced, strict=True):
        for clause in clauses_of(spoken):
            found.update(map(part.slot, variable_keys_of(clause)))
            version = clause.statement.version
            for condition in clause.conditions:
                texts = (text for text in condition.values if isinstance(text, str))
                if any(has_variables(text, version) and variable_keys(text) for text in texts):
                    found.add(part.slot(condition.key.lower()))
    return frozenset(found)
