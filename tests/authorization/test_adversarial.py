"""Hostile policies: every answer comes within its time and memory, and none is wrong."""

import json
import signal
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from authorization.asking import ACCOUNT, MANAGER, PAY, ROLE, Json, allow, deny, policy
from authorization.questions import OPEN, PREFIX, random_pairs, surely_allowed
from corpus import DOCUMENTED, mutated
from payguard.authorization.actor import Actor, actor
from payguard.authorization.answer import PROVED, REFUTED, UNDECIDED, Answer
from payguard.authorization.capture import captures
from payguard.authorization.compare import dead_statements, implies
from payguard.authorization.evaluate import outcome
from payguard.authorization.limit import Limit
from payguard.authorization.policy_set import attach
from payguard.authorization.prove import confined_to, never_both, requires
from payguard.authorization.solve import assumed
from payguard.authorization.track import Track
from payguard.authorization.truth import NO, YES
from payguard.authorization.universe import anything
from payguard.authorization.walk import Walk

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SERVICE = "bedrock-agentcore:"
TOKEN, TAGGING = f"{SERVICE}GetResourcePaymentToken", f"{SERVICE}TagResource"
DUTY, TEAM = "aws:ResourceTag/duty", "aws:PrincipalTag/team"
SPENT = 0.3  # seconds that a question may use here
BOUND = 10.0  # seconds of the processor within which it has to end
SHORT = 5.0  # the same, where it takes less than half of that by itself
MOST_BYTES = 200_000_000


class TooLateError(Exception):
    pass


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, other work of the machine left aside; what it took is printed."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLateError(f"not within {seconds} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    start = time.process_time()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        print(f"{time.process_time() - start:.2f} s")  # noqa: T201


def managers(*names: str) -> list[str]:
    return [f"{PREFIX}{name}" for name in names]


def role(*statements: Json, **more: Any) -> Actor:
    return actor("role", [policy(*statements)], **more)


def tag(number: int) -> str:
    return f"aws:PrincipalTag/k{number}"


def variables(count: int) -> str:
    return "-".join(f"${{{tag(number)}}}" for number in range(count))


# Policies, and whether OPEN and PAY can never be allowed on one manager. The verdict may be
# "undecided" in the place of the right one, never the wrong one.


def overlapping() -> list[Json]:
    denied = zip("acegikmo", "bdfhjlnp", strict=True)
    return [allow(), *(deny(Resource=managers(f"*{one}*{other}*")) for one, other in denied)]


def long_names() -> list[Json]:
    names = [letter * 10_000 for letter in "abcdefghijklmnopqrst"]
    return [allow(Resource=managers(*names[::2])), deny(Resource=managers(*names[1::2]))]


def long_stars() -> list[Json]:
    names = [f"*{f'a{number}*' * 1_600}" for number in range(20)]
    return [allow(Resource=managers(*names[::2])), deny(Resource=managers(*names[1::2]))]


def many_keys_denied() -> list[Json]:
    keys = (deny(Condition={"StringNotEquals": {tag(number): "a"}}) for number in range(1_000))
    return [allow(), *keys]


def alternating() -> list[Json]:
    """Twenty keys, each a or b, no two neighbours a and b in this order."""
    return [
        *(allow(Condition={"StringEquals": {tag(n): ["a", "b"]}}) for n in range(20)),
        *(deny(Condition={"StringEquals": {tag(n): "a", tag(n + 1): "b"}}) for n in range(20)),
        *(deny(Condition={"Null": {tag(n): "true"}}) for n in range(20)),
    ]


def pigeons() -> list[Json]:
    """Eight keys with seven values, no two of them the same: hard for any search, and unsatisfiable."""
    holes = [f"h{number}" for number in range(7)]
    pairs = [(one, other) for one in range(8) for other in range(one)]
    return [
        allow(),
        *(deny(Condition={"StringNotEquals": {tag(number): holes}}) for number in range(8)),
        *(
            deny(Condition={"StringEquals": {tag(one): hole, tag(other): hole}})
            for one, other in pairs
            for hole in holes
        ),
    ]


def addresses() -> list[Json]:
    ranges = [f"10.{n // 256}.{n % 256}.0/24" for n in range(10_000)]
    return [
        allow(Condition={"IpAddress": {"aws:SourceIp": ranges}}),
        deny(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    ]


def of_key(operator: str, key: str, values: list[Any]) -> list[Json]:
    return [allow(Condition={operator: {key: values}})]


NUMBERS = [str(number) for number in range(10_000)]
Attack = tuple[Callable[[], list[Json]], str]
ATTACKS: dict[str, Attack] = {
    "eight overlapping denials": (overlapping, REFUTED),
    "names of ten thousand characters": (long_names, REFUTED),
    "patterns of thousands of stars": (long_stars, REFUTED),
    "ten thousand question marks": (
        lambda: [
            allow(Resource=managers("?" * 10_000)),
            deny(Resource=managers("*" + "?" * 9_999)),
        ],
        PROVED,
    ),
    "a value of thousands of stars": (
        lambda: of_key("StringLike", TEAM, ["*" + "ab*" * 3_000]),
        REFUTED,
    ),
    "ten thousand numbers": (
        lambda: [
            *of_key("NumericEquals", "aws:MultiFactorAuthAge", list(NUMBERS)),
            deny(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "9999"}}),
        ],
        REFUTED,
    ),
    "ten thousand dates": (
        lambda: of_key("DateLessThan", "aws:CurrentTime", list(NUMBERS)),
        REFUTED,
    ),
    "ten thousand ranges of addresses": (addresses, PROVED),
    "numbers beyond all bounds": (
        lambda: of_key(
            "NumericLessThan", "aws:MultiFactorAuthAge", [10**5000, float("inf"), "9" * 99]
        ),
        PROVED,
    ),
    "three thousand keys in one statement": (
        lambda: [allow(Condition={"StringEquals": {tag(n): "a" for n in range(3_000)}})],
        REFUTED,
    ),
    "a thousand keys, all of them needed": (many_keys_denied, REFUTED),
    "twenty keys that hang on one another": (alternating, REFUTED),
    "eight pigeons in seven holes": (pigeons, PROVED),
    "two hundred variables in a condition": (
        lambda: of_key("StringLike", DUTY, [variables(200)]),
        REFUTED,
    ),
    "two hundred resources with a variable": (
        lambda: [allow(Resource=managers(*(f"${{{tag(number)}}}-*" for number in range(200))))],
        REFUTED,
    ),
    "thousands of patterns of actions": (
        lambda: [allow(Action=[f"{SERVICE}{'?' * (number % 50)}*" for number in range(5_000)])],
        REFUTED,
    ),
    "an operator, a key and a value of a megabyte": (
        lambda: [
            allow(),
            deny(Condition={"x" * 1_000_000: {"y": "z"}, "Null": {"y" * 1_000_000: "z"}}),
        ],
        UNDECIDED,
    ),
}


def limit() -> Limit:
    return Limit(seconds=SPENT)


@pytest.mark.parametrize("name", ATTACKS)
def test_separation_is_answered_in_time_and_not_wrongly(name: str) -> None:
    make, truth = ATTACKS[name]
    one = role(*make())
    with within(BOUND):
        answer = never_both(one, OPEN, PAY, limit())
    assert answer.verdict in {truth, UNDECIDED}
    assert_replayed(one, answer)


@pytest.mark.parametrize("name", ATTACKS)
def test_requirements_are_answered_in_time_and_not_wrongly(name: str) -> None:
    make, truth = ATTACKS[name]
    one = role(*make())
    with within(BOUND):
        answer = requires(one, [PAY], f"{PREFIX}*", limit())
    if truth == PROVED:  # then nothing is ever allowed
        assert answer.verdict != PROVED
    assert_replayed(one, answer)


def assert_replayed(one: Actor, answer: Answer) -> None:
    for step in answer.witness:
        found = assumed(outcome(one.policies, step.request).allowed)
        assert found is (YES if step.allowed else NO), step


@pytest.mark.parametrize("name", ["twenty keys that hang on one another", "ten thousand dates"])
def test_what_is_decided_in_time_is_decided(name: str) -> None:
    make, truth = ATTACKS[name]
    assert never_both(role(*make()), OPEN, PAY).verdict == truth


@pytest.mark.parametrize(
    ("operator", "key"), [("StringEquals", TEAM), ("ArnLike", "aws:SourceArn")]
)
def test_twenty_thousand_texts_are_answered_in_time(operator: str, key: str) -> None:
    texts = [f"arn:aws:s3:::b{n}*" if operator == "ArnLike" else f"b{n}" for n in range(20_000)]
    one = role(*of_key(operator, key, texts))
    with within(SHORT):
        confined_to(one, [MANAGER], limit())


def test_twenty_thousand_statements_are_answered_in_time() -> None:
    one = role(
        *(
            allow(Action=PAY if number % 2 else OPEN, Resource=managers(f"shop{number}-*"))
            for number in range(20_000)
        )
    )
    with within(SHORT):
        never_both(one, OPEN, PAY, limit())


@pytest.mark.parametrize("ask", ["implies", "dead"])
def test_a_comparison_ends_with_its_limit(ask: str) -> None:
    one = role(allow(Resource=managers("a*"), Condition={"StringEquals": {TEAM: NUMBERS}}))
    old = role(allow(Resource=managers("b*")))
    with within(SHORT):
        if ask == "implies":
            implies(one, old, limit=limit())
        else:
            dead_statements(one, limit())


ACTION_PATTERNS = {
    "of all services": [f"*:*{'?' * (number % 30)}{number}*" for number in range(5_000)],
    "without a colon": [f"*{number}*" for number in range(5_000)],
    "unheard of": [
        text
        for number in range(5_000)
        for text in (f"{SERVICE}Unheard{number}", f"{SERVICE}Unheard{number}*x*")
    ],
}


@pytest.mark.parametrize("name", ACTION_PATTERNS)
def test_thousands_of_patterns_of_actions_are_compared_in_time(name: str) -> None:
    one = role(allow(Action=ACTION_PATTERNS[name]))
    with within(SHORT):
        found = implies(one, role(), limit=limit()).answer
    assert found.verdict != PROVED


def test_many_variables_in_a_resource_are_answered_in_time() -> None:
    with within(SHORT):
        never_both(role(allow(Resource=managers(variables(25)))), OPEN, PAY, limit())


LAZY = "*a" * 7 + "${aws:PrincipalTag/team}b"


def test_values_are_captured_in_time() -> None:
    one = role(
        allow(Condition={"StringLike": {DUTY: LAZY}}),
        allow(
            Condition={
                "StringEquals": {DUTY: ["a" * 510, "${aws:PrincipalTag/other}"]},
                "StringNotEquals": {DUTY: "${aws:PrincipalTag/other}"},
            }
        ),
    )
    with within(SHORT):
        never_both(one, OPEN, PAY, limit())


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("x${k}z", "xyz", {"y"}),
        ("x${k}z", "xz", {""}),
        ("x${k}", "y", set()),
        ("${k}-*", "a-b-c", {"a", "a-b"}),
        ("*-${k}", "a-b-c", {"b-c"}),
        ("${k}${l}", "ab", {"", "ab"}),
        ("${k}?", "ab", {"a"}),
        ("${*}${k}", "*b", {"b"}),
        ("${k, 'd'}", "a", {"a"}),
        ("${k}" * 9, "a" * 10, set()),
        (f"${{k}}{'x' * 600}", "x" * 601, set()),
    ],
)
def test_values_that_a_variable_would_have_to_hold(
    pattern: str, text: str, expected: set[str]
) -> None:
    clause = attach(identity=[policy(allow(Resource=pattern))]).identity.clauses[0]
    assert set(captures(clause, text, ())) == expected
    key = {"StringLike": {"aws:UserAgent": pattern}}
    clause = attach(identity=[policy(allow(Condition=key))]).identity.clauses[0]
    assert set(captures(clause, "-", [text])) == expected


# Memory


def peak(ask: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        ask()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name", ["eight overlapping denials", "ten thousand numbers", "eight pigeons in seven holes"]
)
def test_memory_is_bounded(name: str) -> None:
    one = role(*ATTACKS[name][0]())
    assert peak(lambda: never_both(one, OPEN, PAY, Limit(seconds=1.0))) < MOST_BYTES


def test_memory_is_bounded_where_patterns_are_long() -> None:
    """A hundredth of the states that are allowed takes a hundredth of the memory."""
    stars = [Track(f"*{f'a{number}*' * 1_600}") for number in range(20)]
    walk = Walk(anything(), stars, Limit(states=600))
    assert not walk.complete
    held = sum(map(sys.getsizeof, walk.places))
    assert held < MOST_BYTES / 100


# Depth, and whatever else is no policy


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "1" + "]" * depth)


@pytest.mark.parametrize("element", ["Action", "Resource", "Condition", "Effect", "Sid", "Foo"])
def test_deep_documents_are_no_problem(element: str) -> None:
    deep = policy({**allow(), element: nested(800)}, allow(Action=PAY))
    values = policy(allow(Condition={"StringLike": {TEAM: nested(800)}}))
    for document in (deep, values):
        one = actor("role", [document])
        with within(BOUND):
            assert never_both(one, OPEN, PAY, limit()).verdict in {REFUTED, UNDECIDED}
            implies(one, role(allow(Action=OPEN)), [PAY, OPEN], limit())
            implies(one, actor("same", [dict(document)]), [PAY, OPEN], limit())
            confined_to(one, [MANAGER], limit())
            requires(one, [PAY], MANAGER, limit())
            dead_statements(actor("role", [policy({**allow(Action=PAY), element: nested(800)})]))


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "*",
        "a" * 20_000,
        "*" * 10_000,
        "arn:" * 1_000,
        "\ud800",
        "${",
        "${aws:PrincipalTag/x}",
        "arn:aws:bedrock-agentcore:::",
        "\U0010fffe",
        "\n",
        MANAGER + "/" * 1_000,
    ],
)
def test_any_text_may_stand_for_an_arn(arn: str) -> None:
    one = role(allow(), deny(Resource=managers("shop-*")))
    with within(BOUND):
        assert requires(one, [PAY], arn, limit()).verdict in {PROVED, REFUTED, UNDECIDED}
        answer = confined_to(one, [arn], limit())
    assert_replayed(one, answer)
    assert answer.verdict == (PROVED if set(arn) == {"*"} else REFUTED) or len(arn) > 1_000


@pytest.mark.parametrize(
    "action", ["", "*", ":", "x", "a:b:c", "bedrock-agentcore:*", "\ud800:x", PAY * 500]
)
def test_any_text_may_stand_for_an_action(action: str) -> None:
    one = role(allow())
    with within(BOUND):
        for answer in (
            never_both(one, action, PAY, limit()),
            requires(one, [action], MANAGER, limit()),
            implies(one, role(), [action], limit()).answer,
        ):
            assert answer.verdict in {PROVED, REFUTED, UNDECIDED}


@pytest.mark.parametrize(
    "arn", ["x", "arn:aws:iam::123:role/x", "*", ROLE + "/" * 500, ACCOUNT, "\ud800"]
)
def test_any_text_may_stand_for_a_role(arn: str) -> None:
    one = role(allow(), arn=arn)
    with within(BOUND):
        for answer in (never_both(one, OPEN, PAY, limit()), confined_to(one, [MANAGER], limit())):
            assert answer.verdict in {PROVED, REFUTED, UNDECIDED}
            assert_replayed(one, answer)


# Mutations of real documents

SEEDS = [
    policy(allow(Action=PAY, Resource=MANAGER), deny(Action=OPEN, Resource=MANAGER)),
    policy(
        allow(
            Action=[OPEN, PAY],
            Resource=managers("*"),
            Condition={"StringEquals": {DUTY: "${aws:PrincipalTag/team}"}},
        ),
        allow(Action=TAGGING),
    ),
    policy(
        allow(Action=TOKEN),
        deny(
            Action=OPEN,
            Condition={
                "ForAllValues:StringLike": {"aws:TagKeys": ["a*", "b"]},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            },
        ),
    ),
    policy(
        allow(
            NotAction="iam:*",
            NotResource=[MANAGER, *managers("${aws:PrincipalTag/team}-*")],
            Condition={
                "NumericLessThan": {"aws:MultiFactorAuthAge": 10},
                "DateLessThan": {"aws:CurrentTime": "2026-01-01"},
            },
        )
    ),
    *(json.loads(path.read_text()) for path in sorted(DOCUMENTED.glob("*/*.permissions.json"))),
]
# Keys that every request has.
ALWAYS = {
    "aws:currenttime": "2026-06-01T00:00:00Z",
    "aws:epochtime": "1780272000",
    "aws:securetransport": "true",
    "aws:useragent": "a",
    "aws:userid": "AROAEXAMPLE:s1",
    "aws:viaawsservice": "false",
}
documents = mutated(SEEDS).filter(lambda value: isinstance(value, dict))


@st.composite
def attached(draw: st.DrawFn) -> Actor:
    """Draw a role with a mutated document, and another one in any other place."""
    other = draw(documents)
    places: list[Json] = [
        {},
        {"boundary": [other]},
        {"session": [other]},
        {"scps": [("root", [other])]},
        {"rcps": [("root", [other])]},
        {"vpc_endpoint": [other]},
        {"trust": other},
    ]
    arn = draw(st.sampled_from(["", ROLE]))
    return actor("role", [draw(documents)], arn=arn, **draw(st.sampled_from(places)))


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(attached(), attached(), st.integers(0, 2**32))
def test_a_mutated_role_is_answered_and_not_wrongly(one: Actor, old: Actor, seed: int) -> None:
    actions = [PAY, OPEN, TAGGING, TOKEN, "s3:GetObject"]
    with within(BOUND):
        answers = [
            never_both(one, OPEN, PAY, limit()),
            never_both(one, TOKEN, PAY, limit()),
            confined_to(one, [MANAGER], limit()),
            implies(one, old._replace(arn=one.arn), actions, limit()).answer,
        ]
        required = requires(one, [PAY, TOKEN], MANAGER, limit())
        dead_statements(one, limit())
    for answer in answers:
        assert_replayed(one, answer)
    for answer in (*answers, required):
        assert (answer.verdict == REFUTED) == bool(answer.witness)
        assert answer.verdict != UNDECIDED or answer.reasons
    if answers[0].verdict == PROVED:
        for pair in random_pairs(one, OPEN, PAY, 30, seed):
            complete = [item._replace(context={**ALWAYS, **item.context}) for item in pair]
            assert not all(surely_allowed(one.policies, request) for request in complete)
