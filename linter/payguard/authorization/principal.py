"""Whether a statement of a resource or trust policy speaks of the caller, and how directly.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Iterator, Mapping

from payguard.authorization import doubt
from payguard.authorization.caller import (
    FEDERATED_USER,
    OUTSIDE,
    ROLE,
    ROOT,
    SESSION,
    USER,
    Caller,
    caller,
)
from payguard.authorization.truth import NO, YES, Truth, all_of, any_of, maybe, negate, truth
from payguard.iam.principal import Principal, principals
from payguard.iam.wildcard import has_wildcard, matches
from payguard.quotation import quote
from payguard_policies.named_tuple import NamedTuple

_PRINCIPAL_ARN = "aws:principalarn"


class Reach(NamedTuple):
    """How a statement names the caller.

    Attributes:
        named: in any way, if only through its account, which then has to allow it itself.
        itself: other than through its account.
        directly: so that neither its boundary nor a session policy limits what is granted.
    """

    named: Truth
    itself: Truth
    directly: Truth


_NOBODY = Reach(NO, NO, NO)


def reach(statement: Mapping[str, object], asking: Caller, *, bounded: bool) -> Reach:
    """Tell how ``Principal`` or ``NotPrincipal`` of a statement speaks of the caller.

    Args:
        statement: the decoded statement; it has one of the two.
        asking: who makes the request.
        bounded: whether a permissions boundary is attached to the caller.
    """
    if "NotPrincipal" in statement:
        named = _not_listed(statement, asking, bounded=bounded)
        return Reach(named, named, all_of((named, _unlimited(statement))))
    found = [_reach(entry, asking, statement) for entry in _entries(statement, "Principal")]
    if len(found) < 2:
        return found[0] if found else _NOBODY
    return Reach(*(any_of(answers) for answers in zip(*found, strict=True)))


def _entries(statement: Mapping[str, object], element: str) -> Iterator[Principal]:
    for entry in principals(statement, element):
        everyone = entry.type == "AWS" and entry.text == "*"
        yield entry._replace(type="*") if everyone else entry


def _reach(entry: Principal, asking: Caller, statement: Mapping[str, object]) -> Reach:
    if entry.type == "*":
        return Reach(YES, YES, _unlimited(statement))
    if entry.type in {"Service", "Federated"}:
        named = _outside(entry, asking)
        return Reach(named, named, named)
    if entry.type == "CanonicalUser":
        named = _canonical_user(entry, asking)
        return Reach(named, named, NO)
    if entry.type != "AWS":
        named = maybe(doubt.MALFORMED, f"a principal of type {quote(entry.type or 'text')}")
        return Reach(named, named, named)
    return _reach_identity(entry.text, asking)


def _reach_identity(text: str, asking: Caller) -> Reach:
    """Match an entry under ``AWS``: an account, a role, a user or a session.

    A role's ARN stands for its sessions, within the limits of boundary and session policy; the
    ARN of a user or of the session that asks grants without them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    if has_wildcard(text):
        named = maybe(doubt.PRINCIPAL_WILDCARD, text) if matches(text, asking.text) else NO
        return Reach(named, named, named)
    wanted = caller(text)
    if wanted.kind == asking.kind == OUTSIDE:  # as a user of CloudFront's
        named = truth(text == asking.text)
        return Reach(named, named, named)
    if wanted.kind == OUTSIDE or not wanted.shares_account(asking):
        return _NOBODY
    if wanted.kind == ROOT:
        itself = truth(asking.kind == ROOT)
        return Reach(YES, itself, NO)
    itself = _is_identity(wanted, asking)
    return Reach(itself, itself, NO if wanted.kind == ROLE else itself)


def _is_identity(wanted: Caller, asking: Caller) -> Truth:
    """Tell whether the caller is the named role, user or session of its account."""
    if wanted.kind == SESSION and asking.kind == ROLE:
        fits = asking.name in {"", wanted.name}
        return maybe(doubt.UNKNOWN_SESSION, wanted.text) if fits else NO
    if wanted.kind == ROLE and asking.kind in {ROLE, SESSION}:
        if not asking.name:
            return maybe(doubt.UNKNOWN_SESSION, wanted.text)
        same = wanted.text == asking.text if asking.kind == ROLE else wanted.name == asking.name
        return truth(same)
    if wanted.kind == USER and asking.kind == FEDERATED_USER:
        return maybe(doubt.UNKNOWN_SESSION, wanted.text)
    return truth(wanted.text == asking.text)


def _outside(entry: Principal, asking: Caller) -> Truth:
    if entry.text == "*" and asking.kind == OUTSIDE:
        return maybe(doubt.PRINCIPAL_WILDCARD, entry.text)
    return truth(entry.text == asking.text)


def _canonical_user(entry: Principal, asking: Caller) -> Truth:
    """Match an S3 canonical user ID, which stands for an account."""
    return maybe(doubt.UNKNOWN_CANONICAL_USER, entry.text) if asking.is_identity else NO


def _unlimited(statement: Mapping[str, object]) -> Truth:
    """Tell whether a grant to everyone escapes boundary and session policies.

    It does where ``aws:PrincipalArn`` then picks the role.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    block = statement.get("Condition")
    for keys in block.values() if isinstance(block, dict) else ():
        if isinstance(keys, dict) and any(key.lower() == _PRINCIPAL_ARN for key in keys):
            return YES
    return maybe(doubt.WILDCARD_GRANT)


def _not_listed(statement: Mapping[str, object], asking: Caller, *, bounded: bool) -> Truth:
    """Tell whether ``NotPrincipal`` leaves the caller out, so that the statement speaks of it.

    To except a session from a Deny, its role and account have to be listed too; whoever has a
    permissions boundary is denied whatever is listed.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if bounded and asking.is_identity and statement.get("Effect") == "Deny":
        return YES
    listed = list(_entries(statement, "NotPrincipal"))
    if any(entry.type == "*" for entry in listed):
        return NO
    found = [_reach(entry, asking, statement).itself for entry in listed]
    chain = _chain(asking)
    if not chain:
        return negate(any_of(found))
    names = [caller(entry.text) for entry in listed if entry.type == "AWS"]
    hits = [any_of(_lists(name, member) for name in names) for member in chain]
    every, some = all_of(hits), any_of((*hits, *found))
    if every.rank == some.rank:
        return negate(every)
    return maybe(doubt.NOT_PRINCIPAL_PARTLY, asking.text)


def _chain(asking: Caller) -> tuple[Caller, ...]:
    """Return the principals that a caller is at once: session, role and account."""
    if not asking.is_identity:
        return ()
    account = Caller(asking.account, ROOT, asking.partition, asking.account)
    if asking.kind == ROOT:
        return (account,)
    if asking.kind == SESSION:
        role = asking._replace(kind=ROLE)
        return (asking, role, account)
    return (asking, account)


def _lists(listed: Caller, member: Caller) -> Truth:
    """Tell whether one entry of ``NotPrincipal`` is this member of the caller's chain."""
    if not listed.shares_account(member):
        return NO
    if ROOT in {listed.kind, member.kind}:
        return truth(listed.kind == member.kind)
    if listed.kind == member.kind == ROLE:
        return (
            truth(listed.name == member.name)
            if member.name
            else maybe(doubt.UNKNOWN_SESSION, listed.text)
        )
    if listed.kind == SESSION and member.kind == ROLE:
        return NO
    return _is_identity(listed, member)
