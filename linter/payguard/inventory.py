"""The roles that inputs declare: where they stand, who they are, and what is known of them."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from payguard.authorization.answer import UNDECIDED, Answer
from payguard.configuration import RoleRule, Settings
from payguard.finding import InputError, Location
from payguard.iam.action import matches_action
from payguard.iam.condition import entries
from payguard.iam.document import BOUNDARY, IDENTITY, TRUST, parse_policy
from payguard.iam.unresolved import SECRET, Unresolved
from payguard.infrastructure import ROLE, Document, Gap, PaymentResource, Role
from payguard.powers import Power, powers
from payguard.run import with_modules
from payguard.sources.opening import How, open_input
from payguard.sources.text_file import Candidate
from payguard.subjects import Case, cases, made_roles
from payguard_policies.named_tuple import NamedTuple

# Asks a question of the engine, or gives it up as undecided.
Patience = Callable[[Callable[[], Answer]], Answer]

DECLARED, INFERRED, NONE = "declared", "inferred", "none"

_ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
# Where a gap of this part leaves open what a role may do, or who it is.
_OF_ROLES = frozenset({"", IDENTITY, BOUNDARY, TRUST})


class Said(NamedTuple):
    """A text of a trust policy, or what is known of it before the deploy."""

    text: str
    known: bool = True


class Condition(NamedTuple):
    """An entry of a condition block; operator and key are empty as far as they are not known."""

    operator: str
    key: str
    values: tuple[Said, ...]


class Admission(NamedTuple):
    """A statement of a trust policy: whom it lets in, or keeps out.

    Attributes:
        effect: ``Allow`` or ``Deny``; empty where it is neither, or not known.
        principals: type and text of each; the type is ``*`` for everyone, and empty where it is
            not known.
        negated: whether it speaks of everyone but these.
        conditions: all of which must hold.
    """

    effect: str
    principals: tuple[tuple[str, Said], ...]
    negated: bool = False
    conditions: tuple[Condition, ...] = ()


class Unknown(NamedTuple):
    """Something that is not known: a sentence, and where it stands if it is of the input."""

    sentence: str
    location: Location | None = None


class Entry:
    """A role, user or group; what is asked of the engine is asked once, when somebody looks.

    Args:
        case: the role, and what rules are asked about.
        rule: what the configuration says of it; None if it says nothing.
        patience: asks what may take long.
    """

    def __init__(self, case: Case, rule: RoleRule | None, patience: Patience) -> None:
        self.role, self.subject = case.role, case.subject
        self._rule, self._patience = rule, patience

    @property
    def name(self) -> str:
        """How it is called."""
        return self.subject.name

    @property
    def persona_by(self) -> str:
        """Who says what persona it is: DECLARED, INFERRED or NONE."""
        if self._rule is not None and self._rule.persona:
            return DECLARED
        return INFERRED if self.subject.persona else NONE

    @cached_property
    def powers(self) -> tuple[Power, ...]:
        """What it does to payment managers."""
        return powers(self.subject.actor)

    @cached_property
    def separation(self) -> Answer:
        """Whether it can both open a budget and spend from it, by itself or as another role."""
        return self._patience(lambda: self.subject.joint_separation)

    @cached_property
    def admissions(self) -> tuple[Admission, ...] | None:
        """Who may assume it; None where that is not known, nothing for users and groups."""
        if self.role.kind != ROLE:
            return ()
        trust = self.role.trust
        return None if trust is None else tuple(_admissions(trust))

    @cached_property
    def unknown(self) -> tuple[Unknown, ...]:
        """What about it is not known, in words."""
        found: dict[str, Location | None] = {
            gap.unresolved.sentence: gap.location for gap in self.role.gaps
        }
        found |= dict.fromkeys(gap for gap in self.subject.actor.gaps if gap not in found)
        if self.admissions is None and not any(gap.part == TRUST for gap in self.role.gaps):
            found["its trust policy is not in the input"] = None
        reasons = [reason for power in self.powers for reason in power.reasons]
        if self.separation.verdict == UNDECIDED:
            reasons += self.separation.reasons
        for reason in reasons:
            if not any(sentence in reason for sentence in found):  # it says why, and no more
                found[reason] = None
        return tuple(Unknown(sentence, at) for sentence, at in found.items())


class Inventory(NamedTuple):
    """What was found.

    Attributes:
        entries: the roles, users and groups, input by input.
        unknown: what is not known and belongs to none of them.
        errors: what could not be read.
        resources: payment managers, connectors and credential providers.
        adrift: identity policies that may be of any of the roles.
    """

    entries: tuple[Entry, ...]
    unknown: tuple[Unknown, ...]
    errors: tuple[InputError, ...]
    resources: tuple[PaymentResource, ...] = ()
    adrift: tuple[Unresolved, ...] = ()


def take(
    inputs: Sequence[Candidate | InputError], settings: Settings, how: How, patience: Patience
) -> Inventory:
    """Return the roles of some inputs.

    Args:
        inputs: as ``text_file.discover`` yields them.
        settings: say what some roles are, and which files make one up.
        how: how the inputs are read.
        patience: asks about each role what may take long.
    """
    found: list[Entry] = []
    gaps: list[Gap] = []
    errors: list[InputError] = []
    loose: list[Document] = []
    resources: list[PaymentResource] = []
    for item in with_modules(inputs):
        if isinstance(item, InputError):
            errors.append(item)
            continue
        content = open_input(item, settings.policy_type_of(item.path), how).found
        if isinstance(content, InputError):
            errors.append(content)
            continue
        errors += content.errors
        gaps += [gap for gap in content.gaps if gap.part in _OF_ROLES]
        resources += content.resources
        loose += [document for document in content.documents if not document.address]
        found += _entries(content.roles, settings, patience)
    found += _entries(list(made_roles(loose, settings)), settings, patience)
    unknown = (Unknown(gap.unresolved.sentence, gap.location) for gap in gaps)
    return Inventory(
        tuple(found),
        tuple(dict.fromkeys(unknown)),
        tuple(sorted(set(errors))),
        tuple(resources),
        tuple(gap.unresolved for gap in gaps if gap.part == IDENTITY),
    )


def _entries(roles: Sequence[Role], settings: Settings, patience: Patience) -> Iterator[Entry]:
    for case in cases(roles, settings):
        yield Entry(case, settings.role_rule(case.subject.name), patience)


# Trust


def _admissions(trust: Document) -> Iterator[Admission]:
    statements = trust.value.get("Statement")
    for item in statements if isinstance(statements, list) else [statements]:
        if isinstance(item, Unresolved):
            yield Admission("", (("", _said(item)),))
    for statement in parse_policy(trust.value, TRUST).statements:
        value = statement.value
        actions = [_pattern(action) for action in statement.actions]
        if actions and not any(matches_action(p, a) for p in actions for a in _ASSUMING):
            continue
        negated = "NotPrincipal" in value
        named = tuple(_principals(value.get("NotPrincipal" if negated else "Principal")))
        yield Admission(
            statement.effect, named, negated, tuple(_conditions(value.get("Condition")))
        )


def _conditions(block: Any) -> Iterator[Condition]:
    """Yield the entries of a condition block; one that is not known has no operator or no key."""
    if isinstance(block, Unresolved):
        yield Condition("", "", (_said(block),))
    for operator, keys in block.items() if isinstance(block, dict) else ():
        if isinstance(keys, Unresolved):
            yield Condition(operator, "", (_said(keys),))
    for operator, key, wanted in entries(block):
        yield Condition(operator, key, tuple(map(_said, _listed(wanted))))


def _principals(value: Any) -> Iterator[tuple[str, Said]]:
    """Yield type and text of the principals under an element."""
    if isinstance(value, dict):
        for kind, named in value.items():
            for one in _listed(named):
                yield str(kind), _said(one)
    elif value is not None:
        yield ("*" if value == "*" else ""), _said(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _pattern(action: Any) -> str:
    """Return what an action may be."""
    if isinstance(action, Unresolved):
        return action.pattern
    return action if isinstance(action, str) else ""


def _said(value: Any) -> Said:
    if isinstance(value, Unresolved):
        # More than what the value comes from.
        telling = ":" in value.pattern and value.why != SECRET
        return Said(f"{value.pattern} ({value.why})" if telling else value.sentence, known=False)
    if isinstance(value, bool):
        return Said(str(value).lower())
    if isinstance(value, (dict, list)):
        return Said("an object" if isinstance(value, dict) else "a list", known=False)
    return Said(str(value))
