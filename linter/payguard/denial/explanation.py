"""Why a call was denied, by the policies given; what would deny it next; what repairs it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from payguard.attachments import UnknownRoleError
from payguard.authorization.call import Call, Use, call
from payguard.authorization.decision import ALLOW, DENY, decide
from payguard.authorization.domain import is_carried
from payguard.authorization.explanation import Note
from payguard.authorization.policy_set import Policies, clauses_of, layers
from payguard.authorization.relevance import keys_of
from payguard.authorization.request import UNKNOWN, Request, account_in, region_of, request
from payguard.configuration import Settings
from payguard.denial.denied_role import DeniedRole, Known, denied_role
from payguard.denial.edit import ADD, Edit
from payguard.denial.message import ACTION, RESOURCE, WITHHELD, Denial
from payguard.denial.obstacle import Obstacle, obstacles
from payguard.denial.repair import OF_ANOTHER, Asked, Broken, Repair, repair, statement
from payguard.denial.wording import POLICY_NAMES
from payguard.finding import Location
from payguard.iam.action import matches_some
from payguard.iam.document import IDENTITY
from payguard.iam.document import RESOURCE as IN_RESOURCE
from payguard.quotation import quote
from payguard.subjects import inferred
from payguard_policies import roles
from payguard_policies.action_sets import ActionGroup
from payguard_policies.named_tuple import NamedTuple

_MOST_NAMED = 5

# What an explanation comes to
EXPLAINED = "explained"
AS_DESIGNED = "as-designed"
NOT_IAM = "not-iam"
TOLD = "told"
NOT_DENIED = "not-denied"
OPEN = "undecided"


class Cause(NamedTuple):
    """A reason for a denial that the policies given hold.

    Attributes:
        layer: the kind of policy.
        level: the level of an SCP or RCP; empty otherwise.
        explicit: whether statements deny, or none allows.
        sure: whether it is certain, or hangs on what is not known.
        statements: the statements that deny, else those that came nearest to allowing.
        resource: on which resource.
        doubts: why it is not certain.
    """

    layer: str
    level: str
    explicit: bool
    sure: bool
    statements: tuple["Place", ...]
    resource: str
    doubts: tuple[str, ...] = ()


class Place(NamedTuple):
    """A statement, where it stands, and what became of it in the denied request."""

    location: Location
    note: Note


@dataclass(frozen=True, slots=True)
class Explanation:
    """What can be said of a denial.

    Attributes:
        denial: what was read.
        verdict: EXPLAINED (the policies given deny it), AS_DESIGNED (they do, and the persona's
            contract wants it so), NOT_IAM (no policy denied it), TOLD (no policies were given),
            NOT_DENIED (those given do not deny it), or OPEN (it cannot be told).
        role: what the files call the role; empty where it was not found.
        persona: what the role is meant to be; empty where nobody says.
        causes: what denied it; first what AWS names.
        next: what would deny it once that is mended.
        repair: what lets it pass, tried; None where nothing is to be offered.
        broken: what a repair would break: why there is none.
        reasons: why it cannot be told, or what else there is to know; a sentence each.
    """

    denial: Denial
    verdict: str
    role: str = ""
    persona: str = ""
    causes: tuple[Cause, ...] = ()
    next: tuple[Cause, ...] = ()
    repair: Repair | None = None
    broken: tuple[Broken, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def is_undecided(self) -> bool:
        """Whether what was asked could not be told."""
        return self.verdict in {NOT_DENIED, OPEN}


def explain(
    denial: Denial,
    files: Known | None = None,
    settings: Settings | None = None,
    *,
    role: str = "",
    persona: str = "",
    managers: tuple[str, ...] = (),
) -> Explanation:
    """Explain a denial.

    Args:
        denial: as ``message.read`` returns it.
        files: the policies to ask, see ``denied_role.known``; None to say what the message tells.
        settings: say what some roles are.
        role: the address, name or ARN of the role; empty to find it by who asked.
        persona: what the role is; empty to take it from settings, its name or its trust policy.
        managers: the ARNs of its payment managers; empty to take them from the settings.
    """
    if not denial.is_iam:
        return Explanation(denial, NOT_IAM)
    if files is None:
        return _untried(denial, persona)
    if files.is_empty:
        return Explanation(denial, OPEN, reasons=("there is no policy in the files given",))
    try:
        found = denied_role(
            files, denial, settings or Settings(), address=role, persona=persona, managers=managers
        )
    except UnknownRoleError as error:
        return Explanation(denial, OPEN, reasons=(str(error),))
    return _of_role(denial, found)


# Without policies


def _untried(denial: Denial, persona: str) -> Explanation:
    """Explain by the message and the contract alone."""
    broken = _unwanted(denial.action, persona) if persona and denial.action else ()
    if broken:
        return Explanation(denial, AS_DESIGNED, persona=persona, broken=broken)
    edits: tuple[Edit, ...] = ()
    strange = _strange(denial)
    if denial.layer == IDENTITY and denial.explicit is False and _resources(denial) and not strange:
        asked = statement(denial.action, _resources(denial))
        edits = (Edit(ADD, IDENTITY, "", None, asked),)
    offered = Repair(edits) if edits else None
    return Explanation(denial, TOLD, persona=persona, repair=offered, reasons=strange)


def _strange(denial: Denial) -> tuple[str, ...]:
    """Return why an action is not to be granted: AWS has none of that name; nothing if it has."""
    if not denial.action or matches_some(denial.action):
        return ()
    named = quote(denial.action)
    return (f"{named} is no action that payguard knows of: the message may be cut off",)


def _unwanted(action: str, persona: str) -> tuple[Broken, ...]:
    """Return the clause of a persona's contract that an action would break; nothing if none."""
    terms = roles.contract(persona)
    for kind, groups in (("forbidden", terms.must_never_allow), ("not-denied", terms.must_deny)):
        for group in groups:
            if _names(group, action) and not group.context and not group.resources:
                return (Broken(action, kind, group.why),)
    return ()


def _names(group: ActionGroup, action: str) -> bool:
    return action.lower() in (name.lower() for name in group.actions)


# With policies


def _of_role(denial: Denial, role: DeniedRole) -> Explanation:
    said = Explanation(denial, OPEN, role=role.actor.name, persona=role.subject.persona)
    asked = _call(denial, role)
    if asked is None:
        untold = [part for part in (ACTION, RESOURCE) if part in denial.untold]
        return replace(said, reasons=(f"the message does not tell {' and '.join(untold)}",))
    every = [
        (one, obstacles(role.policies, one))
        for one in (_request(denial, role, use.resource) for use in asked.uses)
    ]
    first = every[0][0]
    causes = _causes(denial, every[0][1])
    others = [
        (one, obstacle)
        for one, found in every
        for obstacle in found
        if one is not first or obstacle not in causes
    ]
    reasons = [f"the call also asks about a {name}, and none is told" for name in asked.missing]
    if denial.resource not in {first.resource, *_resources(denial)}:
        reasons.append(f"the message does not tell the resource; asked about {first.resource}")
    said = replace(
        said,
        causes=tuple(_cause(role, first, one) for one in causes),
        next=tuple(_cause(role, *one) for one in others),
        reasons=tuple(reasons),
    )
    if not causes:
        allowed = decide(role.policies, first).decision == ALLOW
        return _unfounded(said, role, allowed=allowed)
    if denial.explicit is None and not any(one.sure for one in causes):
        doubts = dict.fromkeys(text for one in causes for text in one.doubts)
        return replace(said, reasons=(*reasons, *doubts))
    if strange := _strange(denial):
        return replace(said, reasons=(*reasons, *strange))
    certain = [
        (one, [item for item in found if item.sure or (one is first and item in causes)])
        for one, found in every
    ]
    return _repaired(said, role, certain)


def _causes(denial: Denial, found: Sequence[Obstacle]) -> list[Obstacle]:
    """Return what AWS's message speaks of: the sure ones, else those that may be it."""
    fitting = [one for one in found if one.fits(denial)]
    sure = [one for one in fitting if one.sure]
    if not sure:
        return fitting
    if denial.layer:
        return sure
    return [one for one in sure if (one.layer, one.explicit) == (sure[0].layer, sure[0].explicit)]


def _cause(role: DeniedRole, asked: Request, obstacle: Obstacle) -> Cause:
    places = (Place(role.location(note.ref, note.element), note) for note in obstacle.notes)
    return Cause(
        obstacle.layer,
        obstacle.level,
        obstacle.explicit,
        obstacle.sure,
        tuple(places),
        asked.resource,
        obstacle.doubts,
    )


def _unfounded(said: Explanation, role: DeniedRole, *, allowed: bool) -> Explanation:
    """Say that the policies given do not deny the call as AWS says."""
    layer = said.denial.layer
    if layer and not _is_given(role.policies, layer):
        article, name = POLICY_NAMES[layer]
        reason = f"AWS names {article} {name}, and none is among the policies given"
        return replace(said, reasons=(*said.reasons, reason))
    stale = "what is deployed differs from them, or changed within the last minute"
    if layer:
        word = "deny" if said.denial.explicit else "lack"
        reason = (
            f"AWS names {' '.join(POLICY_NAMES[layer])}, but those given do not {word} it: {stale}"
        )
        if said.denial.explicit is False:
            reason = (
                f"AWS says that no {POLICY_NAMES[layer][1]} allows it, but one given does: {stale}"
            )
    else:
        reason = (
            f"the policies given do not deny it: another does, which is not among them, or {stale}"
        )
    verdict = NOT_DENIED if allowed else OPEN
    return replace(said, verdict=verdict, reasons=(*said.reasons, reason))


def _is_given(policies: Policies, layer: str) -> bool:
    return any(one.kind == layer for one in layers(policies))


def _repaired(said: Explanation, role: DeniedRole, asked: Asked) -> Explanation:
    """Add what repairs it, or why nothing should."""
    action = said.denial.action
    unwanted = _unassumable(said, role) or (_unwanted(action, said.persona) if said.persona else ())
    found = repair(role, asked)
    trial = found.trial if found else None
    broken = tuple(dict.fromkeys((*(trial.broken if trial else ()), *unwanted)))
    if broken:
        own = any(one.kind != OF_ANOTHER for one in broken)
        verdict = AS_DESIGNED if said.persona and own else EXPLAINED
        return replace(said, verdict=verdict, broken=_told_once(broken))
    if trial is None or trial.decision == DENY:
        return replace(said, verdict=EXPLAINED, reasons=(*said.reasons, _why_not(said, role)))
    if trial.beyond:
        more = ", ".join(trial.beyond[:_MOST_NAMED])
        why = f"an edit that lets it pass would allow more than that: {more}"
        return replace(said, verdict=EXPLAINED, reasons=(*said.reasons, why))
    return replace(said, verdict=EXPLAINED, repair=found)


def _why_not(said: Explanation, role: DeniedRole) -> str:
    """Say why no edit of the policies given repairs it."""
    account = account_in((said.denial.resource,))
    if account not in {"", role.actor.account} and any(
        one.layer == IN_RESOURCE for one in said.causes
    ):
        return (
            f"the resource belongs to account {account}, and payments has no resource policies: "
            "assume a role of that account"
        )
    return "no small edit of the policies given lets it pass: narrow what denies it by hand"


def _told_once(broken: Sequence[Broken]) -> tuple[Broken, ...]:
    """Return one clause for each action, and each of another role's."""
    found: dict[str, Broken] = {}
    for one in broken:
        found.setdefault(one.why if one.kind == OF_ANOTHER else one.action, one)
    return tuple(found.values())


def _unassumable(said: Explanation, role: DeniedRole) -> tuple[Broken, ...]:
    """Return the clause that an AssumeRole would break: some personas never become others."""
    if role.target is None or not said.persona:
        return ()
    persona = inferred(role.target)
    if persona not in roles.contract(said.persona).must_never_assume:
        return ()
    why = f"Who is {said.persona} must never become {persona}."
    return (Broken(said.denial.action, "assume", why),)


# The request


def _resources(denial: Denial) -> tuple[str, ...]:
    """Return the resource of a denial as an ARN: IAM names users and roles in words."""
    if denial.names_resource:
        return (denial.resource,)
    kind, _, name = denial.resource.partition(" ")
    fields = denial.who.split(":", 5)
    if kind.lower() not in {"user", "role", "group"} or not name or not fields[5:]:
        return ()
    return (f"arn:{fields[1]}:iam::{fields[4]}:{kind.lower()}/{name}",)


def _call(denial: Denial, role: DeniedRole) -> Call | None:
    """Return what the call is authorized on; None if it is not told.

    What AWS names comes first. Where it names nothing, it was some payment manager of the role.
    """
    if not denial.action:
        return None
    told = _resources(denial)
    wanted = call(denial.action, told or role.subject.managers[:1])
    if not told or not wanted.uses:
        return wanted if wanted.uses else None
    named = [use for use in wanted.uses if use.resource in told]
    if not named:  # its reference authorizes the action on no resource; AWS knows better
        return wanted._replace(uses=tuple(Use("", one) for one in told))
    return wanted._replace(uses=(*named, *(use for use in wanted.uses if use not in named)))


def _request(denial: Denial, role: DeniedRole, resource: str) -> Request:
    """Return the denied request; a key that the denial does not tell of may be anything."""
    principal = role.actor.arn or denial.who or None
    asked = request(principal, denial.action, resource, context=denial.context)
    context = {**region_of(asked), **asked.context}
    if not denial.role and not isinstance(role.role.arn, str):
        context["aws:principalarn"] = UNKNOWN  # its path is not told
    for key in sorted(keys_of(clauses_of(role.policies)) - context.keys()):
        absent = key in denial.absent or (denial.whole and key not in WITHHELD)
        if not absent and is_carried(denial.action, key):
            context[key] = UNKNOWN
    return asked._replace(context=context)
