"""Asking only the rules that listen finds exactly what asking every rule everywhere finds."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings

from corpus import managed_policies, mutated
from payguard.iam.document import POLICY_TYPES, Policy, parse_policy
from payguard.rules import rule as bits
from payguard.rules.inspection import Inspector
from payguard.rules.listener import HOOKS, Listener, entry, listeners
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule, Text
from payguard.rules.trait import is_plain_action, is_plain_resource

EVERY = tuple(rule() for rule in RULES)
EXAMPLES = [
    json.loads(example.text)
    for rule in RULES
    for example in (*rule.bad, *rule.good)
    if example.text.startswith("{")
]
# Bits that only save time: a rule that names one would find nothing where it is not held.
SAVING = (
    bits.IRREGULAR
    | bits.SEVERAL_ACTIONS
    | bits.SIMILAR_ACTIONS
    | bits.SEVERAL_RESOURCES
    | bits.SEVERAL_CONDITIONS
    | bits.ACTION_WILDCARD
    | bits.ODD_ACTION
    | bits.EXCLUSION
    | bits.VARIABLE
    | bits.CONDITION
)
Seen = tuple[str, str, str]


def wide_awake() -> tuple[Listener, ...]:
    """Every rule, asked also where it says that it would find nothing."""
    return tuple(
        Listener(
            one.id,
            one.category,
            tuple(hook for hook in one.hooks if hook != "hears_condition"),
            one.when & ~SAVING,
            one.policy_types,
        )
        for one in listeners()
    )


def seen(rules: tuple[Listener, ...], policy: Policy) -> list[Seen]:
    hits = Inspector(rules).inspect(policy)
    return sorted((rule.id, at, problem.message) for rule, at, problem in hits)


@settings(max_examples=300, deadline=None)
@given(mutated(EXAMPLES))
def test_what_a_rule_listens_for_hides_nothing_that_it_would_find(value: Any) -> None:
    if not isinstance(value, dict):
        return
    for policy_type in ("", *POLICY_TYPES):
        policy = parse_policy(value, policy_type)
        assert seen(listeners(), policy) == seen(wide_awake(), policy)


@settings(max_examples=200, deadline=None)
@given(mutated(EXAMPLES))
def test_what_was_seen_before_changes_nothing(value: Any) -> None:
    """The same statements under other Sids, after the first have been seen, and by themselves."""
    if not isinstance(value, dict):
        return
    again = json.loads(json.dumps(value).replace('"Sid": "', '"Sid": "Other'))
    inspector = Inspector(listeners())
    inspector.inspect(parse_policy(value))
    policy = parse_policy(again)
    met = [(rule.id, at, problem.message) for rule, at, problem in inspector.inspect(policy)]
    assert sorted(met) == seen(listeners(), policy)


def test_what_a_rule_listens_for_hides_nothing_on_managed_policies() -> None:
    for document in list(managed_policies().values())[::7]:
        policy = parse_policy(document)
        assert seen(listeners(), policy) == seen(wide_awake(), policy)


def test_texts_that_are_passed_over_are_texts_that_no_rule_minds() -> None:
    """AWS's own resources and actions, each asked about though it is plainly in order."""
    from payguard.rules import inspection

    texts = {
        (element, text)
        for document in managed_policies().values()
        for statement in parse_policy(document).statements
        for element in ("Action", "Resource")
        for _, text in statement.texts(element)
        if (is_plain_action if element == "Action" else is_plain_resource)(text)
    }
    assert len(texts) > 5_000
    by_hook = {
        hook: [one.rule for one in listeners() if hook in one.hooks]
        for hook in ("check_action", "check_resource")
    }
    for element, text in texts:
        hook = inspection._HOOKS[element]
        for rule in by_hook[hook]:
            node = Text(text, element, "Allow", "identity")
            assert not list(getattr(rule, hook)(node)), (rule.id, text)


def test_the_index_says_what_the_classes_say() -> None:
    assert [
        (one.id, one.category, one.hooks, one.when, one.policy_types) for one in listeners()
    ] == [entry(rule) for rule in RULES]
    assert all(set(one.hooks) <= set(HOOKS) and one.hooks for one in listeners())


def test_a_rule_that_fails_does_not_silence_the_others() -> None:
    class Failing(Rule):
        id = "failing"
        category = "grammar"

        def check_statement(self, statement: Any) -> Iterator[Any]:  # noqa: ARG002
            raise RuntimeError("broken")

    bad = parse_policy({"Statement": [{"Effect": "Allow", "Action": "x", "Resource": "*"}]})
    outcomes = dict(Inspector((Failing(), *EVERY)).inspect_each(bad))
    assert {one.id for one, seen in outcomes.items() if isinstance(seen, Exception)} == {"failing"}
    assert any(seen for seen in outcomes.values() if isinstance(seen, list))
