"""The questions of the proof engine put to z3: IAM's semantics written a second time.

Nothing of the engine is used, so that a mistake has to be made twice to go unnoticed. Documents
are read as JSON, action patterns are matched here, everything else becomes a formula:

- A payment manager is four texts: partition, region, account and ID. Its ARN has exactly five
  colons, so that a pattern of six fields matches field by field or not at all.
- A context key is a Boolean for its presence and a value: a text, a real number (dates are epoch
  seconds), a Boolean, an address as a whole number; a key with several values is a few of those.
- A glob is a regular expression. With a variable in it, it is a search for its literal pieces from
  left to right, each at the first place where it fits, which is exact for stars.
- What AWS leaves open is a truth value that is chosen: for the question or against it.

What this leaves out raises NotCovered with the reason.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import z3

from authorization.z3_statement import Json, Reading, Sentence, Statement, expression, listed
from authorization.z3_terms import (
    MANAGER,
    REQUEST_TAG,
    RESOURCE_TAG,
    TAG_RESOURCE,
    TYPE,
    UNTAG_RESOURCE,
    VARIABLE,
    Context,
    Formula,
    Held,
    NotCovered,
)

PROVED, REFUTED, UNDECIDED, UNKNOWN = "proved", "refuted", "undecided", "unknown"
ALLOWED, DENIED = "allowed", "denied"
NEVER_BOTH, CONFINED_TO, IMPLIES = "never both", "confined to", "implies"


# Policies


class Attached(NamedTuple):
    """What is attached to a role, as documents; ``scps`` has those of each level."""

    identity: Sequence[Json]
    boundary: Sequence[Json]
    session: Sequence[Json]
    scps: Sequence[Sequence[Json]]
    arn: str

    @property
    def layers(self) -> list[list[Json]]:
        """The policies of which each group has to let a request pass."""
        limits = [list(group) for group in (self.boundary, self.session) if group]
        return [list(self.identity), *limits, *map(list, self.scps)]

    @property
    def account(self) -> str:
        """The account of the role; empty if it is not known."""
        return self.arn.split(":")[4] if self.arn else ""

    @property
    def documents(self) -> list[Json]:
        """All policies."""
        return [document for layer in self.layers for document in layer]


def _statements(document: Json) -> Iterator[Statement]:
    version = document.get("Version")
    for value in listed(document["Statement"]):
        if "Principal" in value or "NotPrincipal" in value:
            raise NotCovered("a principal")
        yield Statement(value["Effect"] == "Allow", version, value)


def _is_about(statement: Statement, action: str) -> bool:
    value = statement.value
    texts = listed(value["NotAction"] if "NotAction" in value else value["Action"])
    for text in texts:
        if ":" not in text and text.strip("*"):
            raise NotCovered("an action without a service")
    hit = any(re.fullmatch(expression(text.lower()), action.lower()) for text in texts)
    return hit != ("NotAction" in value)


def allowed(role: Attached, context: Context, reading: Reading) -> Formula:
    """Tell whether a role may do an action on the manager: no Deny, and every layer allows."""
    denied: list[Formula] = []
    passes: list[Formula] = []
    for layer in role.layers:
        granted: list[Formula] = []
        for document in layer:
            for statement in _statements(document):
                if _is_about(statement, context.action):
                    formula = Sentence(statement, context, reading).applies()
                    (granted if statement.allows else denied).append(formula)
        passes.append(z3.Or(*granted))
    return z3.And(*passes, z3.Not(z3.Or(*denied)))


# Questions


class Finding(NamedTuple):
    """What z3 came to: a verdict, and whether open points had to be read one way or the other."""

    verdict: str
    open_points: bool = False


class Part(NamedTuple):
    """One request of a question: who asks, with which keys, and whether it is to be allowed."""

    role: Attached
    context: Context
    wanted: bool = True


class Solver:
    """Puts questions to z3.

    Args:
        seconds: what one query may take.
        effort: the same in z3's own measure, which is alike on every machine; 0 for no limit.
        examples: whether some managers are tried one by one first. z3 is slow to find a text and
            quick to try one, so that it decides more with it.
    """

    def __init__(self, seconds: float, *, effort: int = 0, examples: bool = True) -> None:
        self.milliseconds = int(seconds * 1000)
        self.effort = effort
        self.examples = examples
        self.queries = 0

    def answer(
        self,
        kind: str,
        roles: Sequence[Attached],
        about: Sequence[str],
        actions: Iterable[str],
    ) -> Finding:
        """Put a question: of a kind, about roles, and about actions or managers.

        ``actions`` are those on payment managers, for questions that name none.
        """
        if kind == NEVER_BOTH:
            return self.never_both(roles[0], about[0], about[1])
        if kind == CONFINED_TO:
            return self.confined_to(roles[0], about, actions)
        return self.implies(roles[0], roles[1], about)

    def never_both(self, role: Attached, first: str, second: str) -> Finding:
        """Ask whether a role can do two actions on one manager, changing its tags in between."""
        sets = _sets(role)
        found = self.ask([Part(role, Context(n, a, sets)) for n, a in enumerate((first, second))])
        if found.verdict == REFUTED or not _uses(role, RESOURCE_TAG, "aws:principaltag/"):
            return found
        if role.arn and _uses(role, "aws:principaltag/"):
            raise NotCovered("a role that might change its own tags")
        if not _uses(role, RESOURCE_TAG):
            return found
        changed = [
            self._retagged(role, one, other, by)
            for one, other in ((first, second), (second, first))
            for by in (TAG_RESOURCE, UNTAG_RESOURCE)
        ]
        return _together([found, *changed])

    def decide(self, role: Attached, action: str, resource: str, context: Mapping[str, Any]) -> str:
        """Decide one request: ALLOWED, DENIED, or UNDECIDED where it hangs on an open point."""
        fields = resource.split(":", 5)
        found = (fields[1], fields[3], fields[4], fields[5].removeprefix(TYPE))
        given = zip(MANAGER, map(z3.StringVal, found), strict=True)
        manager = [variable == value for variable, value in given]
        answers = []
        for most in (False, True):
            asked = Context(0, action, _sets(role))
            formula = allowed(role, asked, Reading(most=most))
            answers.append(self._solve([formula, *manager, *asked.values(context)]))
        if z3.unknown in answers:
            return UNKNOWN
        if answers[0] == answers[1]:
            return ALLOWED if answers[0] == z3.sat else DENIED
        return UNDECIDED

    def _retagged(self, role: Attached, first: str, second: str, by: str) -> Finding:
        """Ask whether one action is allowed, then tagging, and then the other action."""
        if _uses(role, "aws:tagkeys"):
            raise NotCovered("aws:TagKeys")
        sets = _sets(role)
        before, after = {RESOURCE_TAG: "before "}, {RESOURCE_TAG: "after "}
        parts = [
            Part(role, Context(0, first, sets, before)),
            Part(role, Context(1, by, sets, before)),
            Part(role, Context(2, second, sets, after)),
        ]
        old, new, between = parts[0].context, parts[2].context, parts[1].context
        changes: list[Formula] = []
        for tag in sorted(_keys(role)):
            if tag.startswith(RESOURCE_TAG):
                (was,), (will,) = old.held(tag), new.held(tag)
                changes.append(_change(was, will, between, tag, by))
        return self.ask(parts, changes)

    def confined_to(
        self, role: Attached, patterns: Sequence[str], actions: Iterable[str]
    ) -> Finding:
        """Ask whether a role may do any of some actions on a manager that no pattern matches."""
        beside = Reading(most=True)
        outside = [
            z3.Not(self._pattern(pattern, beside))
            for text in patterns
            for pattern in ((text, f"{text}/*") if text != "*" else (text,))
        ]
        found = []
        for action in _distinct([role], actions):
            found.append(self.ask([Part(role, Context(0, action, _sets(role)))], outside))
            if found[-1].verdict == REFUTED:
                break
        return _together(found)

    def _pattern(self, text: str, reading: Reading) -> Formula:
        statement = Statement(allows=True, version=None, value={"Resource": text})
        return Sentence(statement, Context(0, "", 1), reading).applies()

    def implies(self, new: Attached, old: Attached, actions: Iterable[str]) -> Finding:
        """Ask whether a role may do something on a manager that the other may not."""
        sets = _sets(new, old)
        found = []
        for action in _distinct([new, old], actions):
            context = Context(0, action, sets)
            found.append(self.ask([Part(new, context), Part(old, context, wanted=False)]))
            if found[-1].verdict == REFUTED:
                break
        return _together(found)

    def ask(self, parts: Sequence[Part], more: Sequence[Formula] = ()) -> Finding:
        """Ask whether all parts can be as wanted; refuted if surely, proved if surely not."""
        answer, used = self._check(parts, more, sure=True)
        if answer == z3.sat:
            return Finding(REFUTED, used)
        if answer == z3.unsat and used:
            answer, _ = self._check(parts, more, sure=False)
            if answer == z3.sat:
                return Finding(UNDECIDED, used)
        return Finding(PROVED if answer == z3.unsat else UNKNOWN, used)

    def _check(
        self, parts: Sequence[Part], more: Sequence[Formula], *, sure: bool
    ) -> tuple[Any, bool]:
        formulas = list(more)
        used = False
        for part in parts:
            reading = Reading(most=part.wanted is not sure)
            formula = allowed(part.role, part.context, reading)
            formulas.append(formula if part.wanted else z3.Not(formula))
            used = used or reading.used
        for part in parts:
            formulas += part.context.shape
        account = parts[0].role.account
        for found in _examples(parts, account) if self.examples else ():
            values = list(zip(MANAGER, map(z3.StringVal, found), strict=True))
            if self._solve([z3.substitute(formula, *values) for formula in formulas]) == z3.sat:
                return z3.sat, used
        return self._solve([*formulas, *MANAGER.shape(account)]), used

    def _solve(self, formulas: Sequence[Formula]) -> Any:
        solver = z3.Solver()
        solver.set("timeout", self.milliseconds)
        solver.set("rlimit", self.effort)
        solver.add(*formulas)
        self.queries += 1
        return solver.check()


_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,47}[a-z0-9])?-[a-z0-9]{10}")
_MOST_EXAMPLES = 8


def _examples(parts: Sequence[Part], account: str) -> list[tuple[str, str, str, str]]:
    """Return some managers: those that the resources of the policies seem to mean, and others."""
    texts = {
        text: None
        for part in parts
        for document in part.role.documents
        for statement in _statements(document)
        for name in ("Resource", "NotResource")
        for text in listed(statement.value.get(name, []))
    }
    fields = [text.split(":", 5) for text in texts if text.count(":") == 5]
    ids = [_id_like(found[5].removeprefix(TYPE)) for found in fields]
    ids = list(dict.fromkeys(["zz-zzzzzzzzzz", *filter(_ID.fullmatch, ids)]))
    accounts = [found[4] for found in fields if re.fullmatch("[0-9]{12}", found[4])]
    owner = account or (accounts[0] if accounts else "111122223333")
    regions = list(dict.fromkeys(f[3] for f in fields if re.fullmatch("[a-z0-9-]+", f[3])))
    places = [*regions[:1], "eu-central-1"]
    found = [("aws", place, owner, name) for name in ids for place in places]
    return found[:_MOST_EXAMPLES]


def _id_like(pattern: str) -> str:
    """Return an ID that a pattern may match."""
    text = re.sub(r"\$\{[^}]*\}|\?", "a", pattern)
    trials = (text.replace("*", ""), text.replace("*", "a"), text.replace("*", "a-aaaaaaaaaa", 1))
    more = [trial.rstrip("-") + "-aaaaaaaaaa" for trial in trials]
    return next((trial for trial in (*trials, *more) if _ID.fullmatch(trial)), "")


def _change(was: Held, will: Held, between: Context, tag: str, by: str) -> Formula:
    """Say what a tag is after it was set, or taken away, or left."""
    if by == UNTAG_RESOURCE:
        return z3.And(z3.Implies(will.there, was.there), will.value == was.value)
    (passed,) = between.held(REQUEST_TAG + tag.removeprefix(RESOURCE_TAG))
    return z3.And(
        will.there == z3.Or(was.there, passed.there),
        will.value == z3.If(passed.there, passed.value, was.value),
    )


def _together(found: Sequence[Finding]) -> Finding:
    """Return one answer for several queries: refuted if one is, proved if all are."""
    verdicts = {item.verdict for item in found}
    order = (REFUTED, UNKNOWN, UNDECIDED)
    verdict = next((name for name in order if name in verdicts), PROVED)
    return Finding(verdict, any(item.open_points for item in found))


def _conditions_of(role: Attached) -> Iterator[tuple[str, str]]:
    for document in role.documents:
        for statement in _statements(document):
            for operator, keys in statement.value.get("Condition", {}).items():
                yield from ((operator, name.lower()) for name in keys)


def _keys(role: Attached) -> set[str]:
    found = {name for _, name in _conditions_of(role)}
    for document in role.documents:
        found |= {match[1].split(",")[0].lower() for match in VARIABLE.finditer(repr(document))}
    return found


def _uses(role: Attached, *beginnings: str) -> bool:
    return any(name.startswith(beginnings) for name in _keys(role))


def _sets(*roles: Attached) -> int:
    """Return how many values of a key make a difference: one for each quantified condition."""
    return max(1, sum(":" in operator for role in roles for operator, _ in _conditions_of(role)))


def _distinct(roles: Sequence[Attached], actions: Iterable[str]) -> Iterator[str]:
    """Yield one action of each group that no statement tells apart."""
    said = [list(_statements(document)) for role in roles for document in role.documents]
    seen = set()
    for action in actions:
        hit = tuple(_is_about(statement, action) for document in said for statement in document)
        if hit not in seen:
            seen.add(hit)
            yield action
