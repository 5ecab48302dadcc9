"""An explanation as text for people, and as JSON; the names of sessions are in neither."""

import json
from collections.abc import Iterator
from typing import Any

from payguard.authorization.answer import PROVED, REFUTED
from payguard.authorization.caller import SESSION, caller
from payguard.authorization.decision import ALLOW
from payguard.authorization.reach import short
from payguard.denial.edit import ADD, REMOVE, Edit
from payguard.denial.explanation import (
    AS_DESIGNED,
    EXPLAINED,
    NOT_DENIED,
    NOT_IAM,
    TOLD,
    Cause,
    Explanation,
    Place,
)
from payguard.denial.message import CONTEXT, Denial, without_session
from payguard.denial.repair import Broken, Repair, Trial
from payguard.denial.wording import POLICY_NAMES
from payguard.finding import Location
from payguard.iam.document import RCP, SCP, VPC_ENDPOINT
from payguard.identifiers.problem import listed
from payguard.quotation import quote

_DECODE = (
    "aws sts decode-authorization-message --encoded-message TOKEN "
    "--query DecodedMessage --output text | payguard explain -"
)


def lines(found: Explanation) -> Iterator[str]:
    """Yield an explanation line by line, as people read it."""
    if found.denial.known is not None:
        yield from _known(found.denial)
        return
    yield f"{found.verdict}: {_headline(found)}"
    yield from _told(found.denial)
    yield from _grounds(found)


def further_lines(found: Explanation) -> Iterator[str]:
    """Yield an explanation without what whoever made the call knows already."""
    if found.denial.known is not None:
        return
    if found.verdict != EXPLAINED:
        yield f"  {found.verdict}: {_headline(found)}"
    yield from _grounds(found)


def _grounds(found: Explanation) -> Iterator[str]:
    for cause in found.causes:
        yield from _cause("cause", cause, found.denial)
    for cause in found.next:
        yield from _cause("next", cause, found.denial)
    yield from _broken(found)
    if found.repair is not None:
        yield from _repair(found.repair, found.persona)
    for reason in found.reasons:
        yield f"  note: {reason}"
    if found.denial.encoded:
        yield "  note: AWS told the reasons in code; whoever may call it decodes them with"
        yield f"     $ {_DECODE}"


def _known(denial: Denial) -> Iterator[str]:
    message = denial.known
    assert message is not None  # noqa: S101  the caller looked
    yield f"{NOT_IAM}: {message.means}"
    yield f"  answer: {message.id}, by {message.cause}"
    yield f"  mend: {message.mend}"
    yield f"  see: {message.source}"


def _headline(found: Explanation) -> str:
    denial = found.denial
    what = short(denial.action) if denial.action else "the call"
    role = found.role or _name(denial) or "the caller"
    if found.verdict == TOLD:
        return f"{what} was denied to {role}, {_by(denial)}"
    if found.verdict == AS_DESIGNED:
        return f"{what} is denied to {role}, as the persona {quote(found.persona)} wants it"
    if found.verdict == NOT_DENIED:
        return f"the policies given allow {what} to {role}"
    if found.verdict == EXPLAINED:
        return f"{what} is denied to {role}: {_reason(found.causes[0], denial)}"
    return f"why {what} was denied to {role} cannot be told from the policies given"


def _name(denial: Denial) -> str:
    return caller(denial.who).name if denial.who else ""


def _by(denial: Denial) -> str:
    """Say what AWS names as the reason."""
    if not denial.layer:
        explicit = "by an explicit deny; " if denial.explicit else ""
        return f"{explicit}AWS does not say by which kind of policy"
    article, name = POLICY_NAMES[denial.layer]
    if denial.explicit:
        return f"by an explicit deny in {article} {name}"
    return f"because no {name} allows it"


def _reason(cause: Cause, denial: Denial) -> str:
    article, name = POLICY_NAMES[cause.layer]
    level = f" of level {quote(cause.level)}" if cause.level else ""
    on = f" on {quote(cause.resource)}" if cause.resource != denial.resource else ""
    verb = "" if cause.sure else "may "
    if cause.explicit:
        return f"{article} {name}{level} {verb}{'denies' if cause.sure else 'deny'} it{on}"
    if cause.sure:
        return f"no {name}{level} allows it{on}"
    return f"it is not certain that {article} {name}{level} allows it{on}"


def _told(denial: Denial) -> Iterator[str]:
    if denial.who or denial.principal is None:
        yield f"  who: {denial.who or 'nobody known'}"
    if denial.action:
        on = without_session(denial.resource)
        yield f"  action: {denial.action}" + (f" on {on}" if on else "")
    named = _by(denial)
    through = f", through {' '.join(POLICY_NAMES[denial.through])}" if denial.through else ""
    policy = f": {denial.policy}" if denial.policy else ""
    yield f"  AWS: denied {named}{through}{policy}" if denial.layer else f"  AWS: {named}"
    untold = [part for part in denial.untold if part != CONTEXT]  # which no message tells
    if untold:
        yield f"  untold: {listed(untold)}"


def _cause(word: str, cause: Cause, denial: Denial) -> Iterator[str]:
    yield f"  {word}: {_reason(cause, denial)}"
    for place in cause.statements:
        yield f"     {_at(place.location)}: {_statement(place)}"
    for doubt in cause.doubts:
        yield f"     hangs on: {doubt}"


def _statement(place: Place) -> str:
    note = place.note
    sid = f" {quote(note.ref.sid)}" if note.ref.sid else ""
    words = {"yes": "applies", "no": "does not apply", "maybe": "may apply"}
    reason = f": {note.reason}" if note.reason else ""
    return f"{note.effect or 'a statement'}{sid} {words[note.applies]}{reason}"


def _at(location: Location) -> str:
    return f"{location.path}:{location.span.line}:{location.span.column}"


def _broken(found: Explanation) -> Iterator[str]:
    for one in found.broken:
        yield f"  no repair: {_breaks(one, found.persona)}"


def _breaks(broken: Broken, persona: str) -> str:
    what = {
        "forbidden": f"the contract of {quote(persona)} forbids {short(broken.action)}.",
        "not-denied": f"the contract of {quote(persona)} denies {short(broken.action)}.",
        "beyond": f"the contract of {quote(persona)} does not name {short(broken.action)}.",
        "outside": "the payment manager is none of its own.",
    }.get(broken.kind, "")
    return " ".join(filter(None, (what, broken.why)))


def _repair(repair: Repair, persona: str) -> Iterator[str]:
    for edit in repair.edits:
        yield f"  repair: {_edit(edit)}"
        if edit.statement is not None:
            text = json.dumps(edit.statement, indent=2, ensure_ascii=False)
            yield from (f"     {line}" for line in text.splitlines())
    if repair.trial is None:
        yield "  not tried: give the policies with --policies"
        return
    yield from (f"  tried: {text}" for text in _trial(repair.trial, persona))
    if repair.trial.elsewhere:
        on = quote(without_session(repair.trial.elsewhere[0]))
        yield f"  tried: the action becomes allowed on other resources, too, such as {on}"
    limiting = dict.fromkeys(edit.layer for edit in repair.edits if edit.layer in _OF_MANY)
    for layer in limiting:
        yield f"  not tried: what becomes allowed to others whom the {POLICY_NAMES[layer][1]} limits"


# Kinds of policies that limit whoever is in an account, or passes an endpoint.
_OF_MANY = frozenset({SCP, RCP, VPC_ENDPOINT})


def _edit(edit: Edit) -> str:
    article, name = POLICY_NAMES[edit.layer]
    level = f" of level {quote(edit.level)}" if edit.level else ""
    where = f" in {_at(edit.location)}" if edit.location else ""
    if edit.kind == ADD:
        return f"add to {article} {name}{level}{where}"
    if edit.kind == REMOVE:
        return f"remove the statement of the {name}{level}{where}"
    return f"replace the statement of the {name}{level}{where} by"


def _trial(trial: Trial, persona: str) -> Iterator[str]:
    if trial.decision == ALLOW:
        yield "the call is then allowed"
    else:
        yield "the call may then be allowed"
    if trial.contract == PROVED:
        yield f"the contract of {quote(persona)} is then kept"
    elif trial.lacking:
        more = listed([short(action) for action in trial.lacking])
        yield f"the contract of {quote(persona)} then still lacks {more}"
    elif trial.contract == REFUTED:
        yield f"the contract of {quote(persona)} is broken elsewhere, as before"
    elif trial.contract:
        yield f"whether the contract of {quote(persona)} is then kept is undecided"
    if trial.separation == PROVED:
        yield "opening budgets and spending stay apart"
    if not trial.beyond and not trial.doubts:
        yield "no other action becomes allowed"
    for one in trial.others:
        named = listed([short(action) for action in one.actions])
        yield f"{one.name} has the policy as well: {named} becomes allowed to it, too"
    yield from (f"undecided: {doubt}" for doubt in trial.doubts)


# JSON


def as_json(found: Explanation) -> dict[str, Any]:
    """Return an explanation as a JSON object, see ``explanation.schema.json``."""
    return {
        "verdict": found.verdict,
        "denial": _json_denial(found.denial),
        "role": found.role or None,
        "persona": found.persona or None,
        "causes": list(map(_json_cause, found.causes)),
        "next": list(map(_json_cause, found.next)),
        "repair": _json_repair(found.repair),
        "broken": [
            {"kind": one.kind, "action": one.action or None, "why": one.why or None}
            for one in found.broken
        ],
        "reasons": list(found.reasons),
    }


def _json_denial(denial: Denial) -> dict[str, Any]:
    message = denial.known
    return {
        "principal": denial.who or None,
        "anonymous": denial.principal is None,
        "session": caller(denial.principal or "").kind == SESSION,
        "action": denial.action or None,
        "resource": without_session(denial.resource) or None,
        "layer": denial.layer or None,
        "explicit": denial.explicit,
        "policy": denial.policy or None,
        "code": denial.code or None,
        "operation": denial.operation or None,
        "context": {
            key: list(map(without_session, value))
            if isinstance(value, tuple)
            else without_session(value)
            for key, value in denial.context.items()
        },
        "encoded": denial.encoded,
        "untold": list(denial.untold),
        "message": None
        if message is None
        else {
            "id": message.id,
            "cause": message.cause,
            "means": message.means,
            "mend": message.mend,
            "source": message.source,
        },
    }


def _json_cause(cause: Cause) -> dict[str, Any]:
    return {
        "layer": cause.layer,
        "level": cause.level or None,
        "explicit": cause.explicit,
        "sure": cause.sure,
        "resource": cause.resource,
        "statements": [_json_place(place) for place in cause.statements],
        "doubts": list(cause.doubts),
    }


def _json_place(place: Place) -> dict[str, Any]:
    note = place.note
    return {
        **_json_location(place.location),
        "sid": note.ref.sid,
        "effect": note.effect,
        "applies": note.applies,
        "reason": note.reason or None,
    }


def _json_location(at: Location) -> dict[str, Any]:
    return {
        "path": at.path,
        "line": at.span.line,
        "column": at.span.column,
        "pointer": at.pointer,
        "address": at.address or None,
    }


def _json_repair(repair: Repair | None) -> dict[str, Any] | None:
    if repair is None:
        return None
    return {
        "edits": [_json_edit(edit) for edit in repair.edits],
        "trial": None if repair.trial is None else _json_trial(repair.trial),
    }


def _json_edit(edit: Edit) -> dict[str, Any]:
    return {
        "kind": edit.kind,
        "layer": edit.layer,
        "level": edit.level or None,
        "location": _json_location(edit.location) if edit.location else None,
        "statement": edit.statement,
    }


def _json_trial(trial: Trial) -> dict[str, Any]:
    return {
        "decision": trial.decision,
        "contract": trial.contract or None,
        "separation": trial.separation or None,
        "lacking": list(trial.lacking),
        "doubts": list(trial.doubts),
        "elsewhere": list(trial.elsewhere),
        "others": [{"role": one.name, "actions": list(one.actions)} for one in trial.others],
    }
