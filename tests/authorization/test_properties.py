"""What holds of every policy set and every request."""

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from authorization.asking import ACCOUNT, MANAGER, OTHER, PAY, ROLE, SESSION, USER, Json
from corpus import JSON, managed_policies, mutated
from payguard.authorization.decision import Decision, decide
from payguard.authorization.evaluate import is_allowed, outcome
from payguard.authorization.policy_set import Policies, attach
from payguard.authorization.request import UNKNOWN, Request, request

KEYS = ("aws:ResourceTag/team", "aws:PrincipalTag/team", "aws:TagKeys")
# What a key may be once it is known: absent, text, or several values.
DOMAIN = (None, "a", "shop", "*", ("a", "b"))

actions = st.sampled_from(["*", PAY, "bedrock-agentcore:*", "bedrock-agentcore:Get*", "s3:*"])
resources = st.sampled_from(
    [
        "*",
        MANAGER,
        f"{MANAGER}*",
        "arn:aws:bedrock-agentcore:*",
        "arn:aws:bedrock-agentcore:*:*:*/shop-*",
        "arn:aws:bedrock-agentcore",
        f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:payment-manager/${{aws:PrincipalTag/team}}*",
        f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:payment-manager/${{aws:PrincipalTag/team, 'shop'}}*",
    ]
)
operators = st.sampled_from(
    [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLikeIfExists",
        "StringEqualsIgnoreCase",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringNotLike",
        "ForAnyValue:StringEqualsIfExists",
        "ArnLike",
        "NumericNotEquals",
        "Null",
    ]
)
texts = st.sampled_from(["a", "b", "a*", "true", "${aws:PrincipalTag/team}", "${aws:x, 'a'}"])
conditions = st.dictionaries(
    operators,
    st.dictionaries(
        st.sampled_from(KEYS), texts | st.lists(texts, min_size=1, max_size=2), min_size=1
    ),
    max_size=2,
)
principals = st.sampled_from(
    ["*", *({"AWS": name} for name in (ACCOUNT, OTHER, ROLE, SESSION, USER, [ROLE, ACCOUNT]))]
)


@st.composite
def statements(draw: st.DrawFn, *, named: bool = False, effect: str = "") -> Json:
    found: Json = {"Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(actions)
    found[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        resources | st.lists(resources, min_size=1, max_size=2)
    )
    if named:
        found[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(principals)
    if draw(st.booleans()):
        found["Condition"] = draw(conditions)
    return found


def policies_of(items: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    version = st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"])
    return st.builds(
        lambda version, found: {"Version": version, "Statement": found},
        version,
        st.lists(items, max_size=3),
    )


plain, named = policies_of(statements()), policies_of(statements(named=True))
levels = st.lists(
    st.tuples(st.sampled_from(["root", "ou"]), st.lists(plain, max_size=2)), max_size=2
)
policy_sets = st.fixed_dictionaries(
    {"identity": st.lists(plain, max_size=2)},
    optional={
        "boundary": st.lists(plain, max_size=1),
        "session": st.lists(plain, max_size=2),
        "scps": levels,
        "rcps": levels,
        "resource": named,
        "vpc_endpoint": st.lists(named, max_size=1),
    },
)
values = st.sampled_from([UNKNOWN, *DOMAIN])


def asked(
    principal: str | None, action: str, resource: str, account: str, found: dict[str, Any]
) -> Request:
    known = {key: value for key, value in found.items() if value is not None}
    return request(principal, action, resource, resource_account=account, context=known)


asking = st.tuples(
    st.sampled_from([ROLE, SESSION, USER, None, "bedrock-agentcore.amazonaws.com"]),
    st.sampled_from([PAY, "s3:GetObject", "bedrock-agentcore:ListPaymentManagers"]),
    st.sampled_from([MANAGER, "*", "arn:aws:s3:::b/k"]),
    st.sampled_from([ACCOUNT, OTHER]),
)
contexts = st.fixed_dictionaries(dict.fromkeys(KEYS, values))


@settings(max_examples=150, deadline=None)
@given(policy_sets, asking, contexts)
def test_a_decided_answer_holds_for_every_completion(
    sets: dict[str, Any], wanted: tuple[str | None, str, str, str], context: dict[str, Any]
) -> None:
    found = attach(**sets)
    open_keys = [key for key, value in context.items() if value is UNKNOWN]
    answer = outcome(found, asked(*wanted, context)).allowed.rank
    if not open_keys or answer == 1:
        return
    for completion in itertools.product(DOMAIN, repeat=len(open_keys)):
        complete = context | dict(zip(open_keys, completion, strict=True))
        assert outcome(found, asked(*wanted, complete)).allowed.rank == answer


@settings(max_examples=150, deadline=None)
@given(policy_sets, asking, contexts, statements(effect="Deny"), st.data())
def test_adding_a_deny_never_turns_a_deny_into_an_allow(
    sets: dict[str, Any],
    wanted: tuple[str | None, str, str, str],
    context: dict[str, Any],
    extra: Json,
    data: st.DataObject,
) -> None:
    whole = asked(*wanted, context)
    before = outcome(attach(**sets), whole).allowed.rank
    kinds = [kind for kind in ("identity", "boundary", "session") if sets.get(kind)]
    if not kinds:
        return
    kind = data.draw(st.sampled_from(kinds))
    first, *others = sets[kind]
    changed = {**first, "Statement": [*first["Statement"], extra]}
    assert outcome(attach(**{**sets, kind: [changed, *others]}), whole).allowed.rank <= before


@settings(max_examples=150, deadline=None)
@given(policy_sets, asking, contexts)
def test_a_deny_that_surely_applies_wins(
    sets: dict[str, Any], wanted: tuple[str | None, str, str, str], context: dict[str, Any]
) -> None:
    found = outcome(attach(**sets), asked(*wanted, context))
    if found.denied.rank == 2:
        assert found.allowed.rank == 0
    everything = {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}
    closed = {**sets, "resource": {"Version": "2012-10-17", "Statement": everything}}
    answer = decide(attach(**closed), asked(*wanted, context))
    assert (answer.decision, answer.detail) == ("deny", "ExplicitlyDenied")


@settings(max_examples=150, deadline=None)
@given(policy_sets, asking, contexts)
def test_whether_it_is_allowed_is_the_same_with_and_without_the_rest_of_the_outcome(
    sets: dict[str, Any], wanted: tuple[str | None, str, str, str], context: dict[str, Any]
) -> None:
    policies, request = attach(**sets), asked(*wanted, context)
    assert is_allowed(policies, request) == outcome(policies, request).allowed


def essence(answer: Decision) -> tuple[object, ...]:
    return answer.decision, answer.detail, answer.layer, answer.level, len(answer.decided_by)


@settings(max_examples=150, deadline=None)
@given(policy_sets, asking, contexts, st.randoms(use_true_random=False))
def test_the_order_of_statements_is_no_matter(
    sets: dict[str, Any],
    wanted: tuple[str | None, str, str, str],
    context: dict[str, Any],
    random: Any,
) -> None:
    whole = asked(*wanted, context)
    before = essence(decide(attach(**sets), whole))
    shuffled = dict(sets)
    for kind in ("identity", "session"):
        documents = [dict(document) for document in sets.get(kind, [])]
        for document in documents:
            document["Statement"] = random.sample(document["Statement"], len(document["Statement"]))
        random.shuffle(documents)
        shuffled[kind] = documents
    assert essence(decide(attach(**shuffled), whole)) == before


def attached_anywhere(document: Json) -> list[Policies]:
    return [
        attach(identity=[document], boundary=[document], session=[document]),
        attach(scps=[("root", [document])], rcps=[("root", [document])], identity=[document]),
        attach(resource=document, vpc_endpoint=[document]),
        attach(trust=document),
    ]


REQUESTS = [
    request(ROLE, PAY, MANAGER, context={"aws:ResourceTag/team": UNKNOWN}),
    request(SESSION, "sts:AssumeRole", ROLE, context={"aws:TagKeys": ("a", "b")}),
    request(None, "s3:GetObject", "*"),
    request("x.amazonaws.com", "kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"),
]
SEEDS = [
    {"Version": "2012-10-17", "Statement": [{**item, "Principal": {"AWS": ROLE}}]}
    for item in ({"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny"})
]


def decide_everything(document: Json) -> None:
    for policies in attached_anywhere(document):
        for wanted in REQUESTS:
            answer = decide(policies, wanted)
            assert answer.decision in {"allow", "deny", "undecided"}
            assert (answer.detail is None) == (answer.decision == "undecided")
            assert bool(answer.doubts) or answer.decision != "undecided"


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["Version", "Statement", "Id"]), JSON))
def test_any_json_object_is_decided(document: Json) -> None:
    decide_everything(document)


statement_like = st.dictionaries(
    st.sampled_from(
        ["Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"]
    ),
    JSON,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(statement_like, max_size=3), conditions | JSON)
def test_any_statement_is_decided(found: list[Json], condition: Any) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [*found, {**SEEDS[1], "Condition": condition}],
    }
    decide_everything(document)


@settings(max_examples=100, deadline=None)
@given(mutated([*SEEDS, *list(managed_policies().values())[::60]]))
def test_a_mutated_policy_is_decided(document: Any) -> None:
    if isinstance(document, dict):
        decide_everything(document)


def test_a_policy_of_megabytes_is_decided() -> None:
    long = "x*" * 500_000
    statement = {
        "Effect": "Allow",
        "Action": [long, f"a:{long}"],
        "Resource": [long, f"arn:aws:s3:::{long}", "${" * 10_000, f"arn:aws:s3:::${{{long}}}"],
        "Condition": {"StringLike": {long: long, "aws:TagKeys": [long]}, long: {"a": long}},
    }
    decide_everything({"Version": "2012-10-17", "Statement": [statement] * 3})


def test_ten_thousand_statements_are_decided() -> None:
    many = [
        {
            "Effect": "Deny" if number % 2 else "Allow",
            "Action": f"bedrock-agentcore:*{number}*",
            "Resource": f"{MANAGER}*{number}",
            "Condition": {"StringLike": {"aws:ResourceTag/team": f"*{number}*"}},
        }
        for number in range(10_000)
    ]
    found = attach(identity=[{"Version": "2012-10-17", "Statement": many}])
    answer = decide(found, request(ROLE, PAY, MANAGER, context={"aws:ResourceTag/team": UNKNOWN}))
    assert answer.detail == "ImplicitlyDenied"
    assert len(answer.because) == 10_000
