"""Asking the rules: each document is walked once, and each rule is asked where it listens."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from payguard.iam.condition import condition, entries
from payguard.iam.document import VERSIONS, Policy, Statement
from payguard.rules import rule as bits
from payguard.rules.listener import Listener, listener
from payguard.rules.rule import Problem, Rule, Text
from payguard.rules.trait import (
    EVERY_ACTION,
    action_traits,
    is_plain_action,
    is_plain_resource,
    known_actions,
    resource_traits,
    shape_traits,
)

# Answers about single texts are kept for the run; beyond this many they are forgotten, so that
# hostile input cannot fill the memory.
_KEPT = 50_000
# Whole statements are larger: fewer are kept.
_KEPT_WHOLE = 10_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
Hit = tuple[Rule, str, Problem]  # the rule, the place relative to the document, what it saw
_Answers = tuple[tuple[Rule, Problem], ...]
_Check = Callable[[Any], Iterable[Any]]
_ONLY_TEXT = {str}
_OF_ACTIONS = ("Action", "NotAction")
_Wanting = tuple[Listener, int]  # a rule, and the bits that must be held for it to be asked
# Above the bits of rule.py: one bit for each rule that hears conditions.
_FIRST_HEARD = 1 << 32
_HOOKS = {
    "Action": "check_action",
    "NotAction": "check_action",
    "Resource": "check_resource",
    "NotResource": "check_resource",
}


class _Desk:
    """What one policy type needs: the rules that listen, and what is already known.

    Attributes:
        policy, statement: the rules with that hook, and the bits that they want to be held.
        hearing: the bits that stand for the rules that hear conditions.
        clean: by element and effect, the texts that no rule minds, with the bits they hold.
        found: by element and effect, what the rules said about the other texts.
        conditions: the bits that condition entries hold, and what the rules said about them.
        policy_asked, statement_asked: the rules that listen, by the bits that are held.
        shapes: the bits that names and types of a statement's elements stand for.
        statements: the bits that whole statements hold, and what was seen in them.
        services: by service, effect and element, whose actions ``clean`` holds.
    """

    def __init__(self, rules: Iterable[Listener], policy_type: str) -> None:
        self._heard = tuple(
            rule for rule in rules if not rule.policy_types or policy_type in rule.policy_types
        )
        self._checks: dict[str, tuple[tuple[Rule, _Check], ...]] = {}
        hearing = self._listening("hears_condition")
        private = {rule.id: _FIRST_HEARD << place for place, rule in enumerate(hearing)}
        self.hearing = tuple(private.values())
        self.policy, self.statement = (
            tuple((rule, rule.when | private.get(rule.id, 0)) for rule in self._listening(hook))
            for hook in ("check_policy", "check_statement")
        )
        self.clean: dict[str, dict[str, dict[str, int]]] = {element: {} for element in _HOOKS}
        self.found: dict[str, dict[str, dict[str, _Answers]]] = {element: {} for element in _HOOKS}
        self.conditions: dict[tuple[str | None, ...], tuple[int, _Answers]] = {}
        self.policy_asked: dict[int, tuple[Rule, ...]] = {}
        self.statement_asked: dict[int, tuple[Rule, ...]] = {}
        self.shapes: dict[tuple[object, ...], int] = {}
        self.statements: dict[tuple[object, ...] | None, tuple[int, tuple[Hit, ...]]] = {}
        self.services: set[tuple[str, str, str]] = set()

    def _listening(self, hook: str) -> tuple[Listener, ...]:
        return tuple(rule for rule in self._heard if hook in rule.hooks)

    def checks(self, hook: str) -> tuple[tuple[Rule, _Check], ...]:
        """Return the rules with ``hook``, and the hook of each; they are loaded now."""
        found = self._checks.get(hook)
        if found is None:
            loaded = [one.rule for one in self._listening(hook)]
            found = self._checks[hook] = tuple((rule, getattr(rule, hook)) for rule in loaded)
        return found


class Inspector:
    """Asks a set of rules about policies, remembering answers about equal texts.

    One inspector serves one run. ``inspect`` may raise whatever a rule raises; ``inspect_each``
    asks the rules one by one, so that the failure of one does not silence the others.
    """

    def __init__(self, rules: Sequence[Listener | Rule]) -> None:
        self._rules = tuple(listener(rule) if isinstance(rule, Rule) else rule for rule in rules)
        self._desks: dict[str, _Desk] = {}
        self.traits = 0  # of the document inspected last

    def inspect(self, policy: Policy) -> list[Hit]:
        """Return what the rules see in ``policy``, in the order of the document's walk."""
        hits: list[Hit] = []
        desk = self._desks.get(policy.policy_type)
        if desk is None:
            desk = self._desks[policy.policy_type] = _Desk(self._rules, policy.policy_type)
        traits = 0 if _is_plain_document(policy) else bits.IRREGULAR
        for statement in policy.statements:
            traits |= _inspect_statement(statement, desk, hits)
        self.traits = traits
        for rule in _asked(desk.policy, traits, desk.policy_asked):
            hits += [(rule, problem.at, problem) for problem in rule.check_policy(policy)]
        return hits

    def inspect_each(self, policy: Policy) -> Iterator[tuple[Listener, list[Hit] | Exception]]:
        """Ask each rule by itself; yield what it saw, or the exception that it raised."""
        for rule in self._rules:
            try:
                yield rule, Inspector((rule,)).inspect(policy)
            except Exception as error:  # noqa: BLE001  the defect is the rule's: reported, never lost
                yield rule, error


def _inspect_statement(statement: Statement, desk: _Desk, hits: list[Hit]) -> int:
    """Ask about one statement; return the bits that it holds."""
    value = statement.value
    shape = (tuple(value), tuple(map(type, value.values())))
    content = _content(statement, shape) if _has_plain_sid(statement) else None
    try:
        kept = desk.statements.get(content)
    except TypeError:  # not all is text
        kept = content = None
    if kept is None:
        traits = _shape_traits(statement, shape, desk)
        kept = _inspect_afresh(statement, traits, desk)
        plain = content is not None and not kept[0] & bits.IRREGULAR
        if plain and len(desk.statements) < _KEPT_WHOLE:
            desk.statements[content] = kept
    traits, answers = kept
    if answers:
        hits += [(rule, statement.pointer + at, problem) for rule, at, problem in answers]
    return traits


def _has_plain_sid(statement: Statement) -> bool:
    sid = statement.value.get("Sid", "none")
    return type(sid) is str and sid.isalnum() and sid.isascii()


def _content(statement: Statement, shape: tuple[object, ...]) -> tuple[object, ...] | None:
    """Return what tells a statement of plain shape from others, its Sid aside.

    None where its conditions cannot be written out: nested too deep, or too long a number.
    """
    try:
        conditions = repr(statement.value["Condition"]) if "Condition" in statement.value else ""
    except (RecursionError, ValueError):
        return None
    return (
        shape,
        statement.effect,
        statement.version,
        tuple(statement.actions),
        tuple(statement.not_actions),
        tuple(statement.resources),
        tuple(statement.not_resources),
        conditions,
    )


def _inspect_afresh(statement: Statement, traits: int, desk: _Desk) -> tuple[int, tuple[Hit, ...]]:
    """Ask about a statement; return its bits and what was seen, places relative to it."""
    hits: list[Hit] = []
    if statement.actions:
        traits |= _inspect_texts(statement, "Action", statement.actions, desk, hits)
    if statement.not_actions:
        traits |= _inspect_texts(statement, "NotAction", statement.not_actions, desk, hits)
        traits |= EVERY_ACTION
    if statement.resources:
        traits |= _inspect_texts(statement, "Resource", statement.resources, desk, hits)
    if statement.not_resources:
        traits |= _inspect_texts(statement, "NotResource", statement.not_resources, desk, hits)
    if traits & bits.CONDITION:
        traits |= _inspect_conditions(statement, desk, hits)
    if traits & bits.SEVERAL_ACTIONS and _is_similar(statement, traits):
        traits |= bits.SIMILAR_ACTIONS
    for rule in _asked(desk.statement, traits, desk.statement_asked):
        for problem in rule.check_statement(statement):
            hits += ((rule, problem.at, problem),)
    return traits, tuple(hits)


def _is_similar(statement: Statement, traits: int) -> bool:
    """Tell whether two actions of a list may say the same: by a wildcard, by case, or plainly."""
    if traits & (bits.ACTION_WILDCARD | bits.ODD_ACTION | bits.IRREGULAR):
        return True
    actions = statement.actions or statement.not_actions
    return len({*actions}) != len(actions)


def _asked(
    wanting: tuple[_Wanting, ...], traits: int, known: dict[int, tuple[Rule, ...]]
) -> tuple[Rule, ...]:
    """Return the rules that want to be asked where ``traits`` are held; ``known`` remembers."""
    found = known.get(traits)
    if found is None:
        found = tuple(one.rule for one, when in wanting if not when & ~traits)
        known[traits] = found
    return found


def _is_plain_document(policy: Policy) -> bool:
    """Tell whether a document has the newest version, statements, and nothing else."""
    value = policy.value
    statements = value.get("Statement")
    count = len(statements) if type(statements) is list else 1
    return len(value) == 2 and policy.version == VERSIONS[0] and 0 < count == len(policy.statements)


def _shape_traits(statement: Statement, shape: tuple[object, ...], desk: _Desk) -> int:
    value, effect = statement.value, statement.effect
    traits = desk.shapes.get(shape)
    if traits is None:
        traits = _keep(desk.shapes, shape, shape_traits(value, statement.policy_type))
    if effect == "Allow":
        traits |= bits.ALLOW
    elif effect == "Deny":
        traits |= bits.DENY
    else:
        traits |= bits.IRREGULAR
    if len(statement.actions) > 1 or len(statement.not_actions) > 1:
        traits |= bits.SEVERAL_ACTIONS
    if len(statement.resources) > 1 or len(statement.not_resources) > 1:
        traits |= bits.SEVERAL_RESOURCES
    if not (statement.actions or statement.not_actions):
        traits |= bits.IRREGULAR
    if not (statement.resources or statement.not_resources):
        traits |= bits.IRREGULAR
    return traits if _has_plain_sid(statement) else traits | bits.IRREGULAR


def _inspect_texts(
    statement: Statement, element: str, texts: Sequence[Any], desk: _Desk, hits: list[Hit]
) -> int:
    """Ask about the texts of one element; return the bits that they hold."""
    by_effect = desk.clean[element]
    clean = by_effect.get(statement.effect)
    if clean is None:
        clean = by_effect[statement.effect] = {}
        desk.found[element][statement.effect] = {}
    try:  # nearly every list holds only texts that were found clean before
        if len(texts) == 1:
            return clean[texts[0]]
        held = {*map(clean.__getitem__, texts)}
    except (KeyError, TypeError):
        return _inspect_new_texts(statement, element, texts, desk, hits)
    traits = 0
    for bit in held:
        traits |= bit
    return traits


def _inspect_new_texts(
    statement: Statement, element: str, texts: Sequence[Any], desk: _Desk, hits: list[Hit]
) -> int:
    """Ask about each text that is not known to be clean; return the bits that all hold."""
    clean = desk.clean[element][statement.effect]
    found, traits = desk.found[element][statement.effect], 0
    for index, text in enumerate(texts):
        if type(text) is not str:
            traits |= bits.IRREGULAR
            continue
        held = clean.get(text)
        if held is None and element in _OF_ACTIONS:
            service = text.partition(":")[0]
            if (service, statement.effect, element) not in desk.services:
                desk.services.add((service, statement.effect, element))
                clean |= known_actions(service)
            held = clean.get(text)
        if held is None:
            held = _text_traits(element, text)
            answers = found.get(text)
            if answers is None:
                answers = _text_answers(text, element, statement, desk)
                _keep(found, text, answers) if answers else _keep(clean, text, held)
            _place(hits, statement, element, index, answers)
        traits |= held
    return traits


def _inspect_conditions(statement: Statement, desk: _Desk, hits: list[Hit]) -> int:
    """Ask about the entries of the condition block; return the bits that they hold."""
    block = statement.value["Condition"]
    traits, known, count = 0 if _is_plain(block) else bits.IRREGULAR, desk.conditions, 0
    for operator, key, value in entries(block):
        count += 1
        if type(value) is str:
            name: tuple[str | None, ...] | None = (operator, key, value)
        elif type(value) is list and {*map(type, value)} == _ONLY_TEXT:
            name = (operator, key, None, *value)
        else:  # not hashable, or equal to something else as a dictionary key: asked about afresh
            name = None
        if name is None:
            held, answers = _condition_answers(operator, key, value, desk)
            traits |= bits.IRREGULAR
        else:
            kept = known.get(name)
            if kept is None:
                kept = _keep(known, name, _condition_answers(operator, key, value, desk))
            held, answers = kept
        traits |= held
        if answers:
            hits += [(rule, p.at, p) for rule, p in answers]
    return traits if count < 2 else traits | bits.SEVERAL_CONDITIONS


def _condition_answers(operator: str, key: str, value: Any, desk: _Desk) -> tuple[int, _Answers]:
    """Return the bits that a condition holds, and what the rules say about it."""
    node, traits = condition(operator, key, value), 0
    if any(type(text) is str and "${" in text for text in node.values):
        traits = bits.VARIABLE
    for (_, hears), bit in zip(desk.checks("hears_condition"), desk.hearing, strict=True):
        if hears(node):
            traits |= bit
    return traits, _answers(desk.checks("check_condition"), node)


def _is_plain(block: Any) -> bool:
    """Tell whether a condition block holds something, and nothing but filled operators."""
    return (
        bool(block) and type(block) is dict and all(type(v) is dict and v for v in block.values())
    )


def _text_answers(text: str, element: str, statement: Statement, desk: _Desk) -> _Answers:
    if is_plain_action(text) if element in _OF_ACTIONS else is_plain_resource(text):
        return ()
    node = Text(text, element, statement.effect, statement.policy_type)
    return _answers(desk.checks(_HOOKS[element]), node)


def _text_traits(element: str, text: str) -> int:
    return action_traits(text) if element in _OF_ACTIONS else resource_traits(text)


def _answers(checks: Iterable[tuple[Rule, _Check]], node: object) -> _Answers:
    found: list[tuple[Rule, Problem]] = []
    for rule, check in checks:
        for problem in check(node):
            found += ((rule, problem),)
    return tuple(found)


def _keep(cache: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    if len(cache) >= _KEPT:
        cache.clear()
    cache[key] = value
    return value


def _place(
    hits: list[Hit], statement: Statement, element: str, index: int, answers: _Answers
) -> None:
    here = f"/{element}"
    if isinstance(statement.value.get(element), list):
        here = f"{here}/{index}"
    hits += [(rule, here + problem.at, problem) for rule, problem in answers]
