"""Whatever a template holds: no crash, no policy lost in silence, and an end within bounds."""

import copy
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payguard.finding import InputError
from payguard.infrastructure import Infrastructure
from payguard.sources.cloudformation import read_template, recognises, yaml_tree
from sources.cloudformation.templates import FIXTURES, as_json, gaps_of, read, shown

RECOGNISED: dict[str, tuple[Any, bool]] = {
    "a version": ({"AWSTemplateFormatVersion": "2010-09-09"}, True),
    "resources": ({"Resources": {"A": {"Type": "AWS::IAM::Role"}}}, True),
    "resources of which one has a type": (
        {"Resources": {"A": 1, "B": {"Type": "Custom::X"}}},
        True,
    ),
    "resources without types": ({"Resources": {"A": {"type": "x"}}}, False),
    "resources of another dialect": ({"Resources": {"A": {"Type": "role"}}}, False),
    "a list of resources": ({"Resources": [{"Type": "AWS::IAM::Role"}]}, False),
    "a policy": ({"Version": "2012-10-17", "Statement": []}, False),
    "no object": ([{"AWSTemplateFormatVersion": ""}], False),
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_a_template_is_recognised_by(name: str) -> None:
    value, expected = RECOGNISED[name]
    assert recognises(value) is expected


REFUSED: dict[str, tuple[str, str, tuple[int, int]]] = {
    "nothing": ("", "the file is empty", (0, 0)),
    "no object": ("- a\n", "this is no template: the top level is no object", (1, 1)),
    "no resources": ("A: b\n", 'this is no template: "Resources" is missing', (1, 1)),
    "resources that are a list": (
        "A: b\nResources: []\n",
        'this is no template: "Resources" is no object',
        (2, 12),
    ),
    "broken YAML": ("Resources: {a: [}\n", "not YAML: did not find expected node content", (1, 17)),
    "broken JSON": ('{"Resources": {},}', 'trailing comma before "}"', (1, 17)),
    "a key twice": (
        "Resources: {}\nResources: {}\n",
        'the key "Resources" stands twice in one mapping (first on line 1): one of them would be lost',
        (2, 1),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_template_is_one_error(name: str) -> None:
    text, message, place = REFUSED[name]
    found = read_template("t.yaml", text)
    assert found == InputError("t.yaml", message, *place)


WRONG: dict[str, tuple[str, list[tuple[str, int]]]] = {
    "a resource that is text": ("  A: x", [('"A" of "Resources" is no object', 2)]),
    "a resource without a type": ("  A: {}", [('the resource "A" has no type that is text', 2)]),
    "a resource in a function": (
        "  A: !If [C, {Type: AWS::IAM::Role}, x]",
        [('the resource "A" has no type that is text', 2)],
    ),
    "a type that is a list": (
        "  A: {Type: [x]}",
        [('the resource "A" has no type that is text', 2)],
    ),
    "properties that are a list": (
        "  A:\n    Type: AWS::IAM::Role\n    Properties: []",
        [('the properties of "A" are no object', 4)],
    ),
    "properties in a function": (
        "  A:\n    Type: AWS::IAM::Role\n    Properties: !If [C, {}, {}]",
        [('the properties of "A" are no object', 4)],
    ),
    "properties beside Properties": (
        "  A:\n    Type: AWS::IAM::Policy\n    PolicyDocument: {}\n    Properties: {PolicyDocument: {}}",
        [('"A" has no attribute "PolicyDocument": is it a property?', 4)],
    ),
    "a policy without a document": (
        "  A: {Type: AWS::IAM::Policy, Properties: {Roles: [r]}}",
        [('"A" has no PolicyDocument', 2)],
    ),
    "a document that is a list": (
        "  A:\n    Type: AWS::IAM::Policy\n    Properties: {Roles: [r], PolicyDocument: []}",
        [('a policy of "A" cannot be read: it is no object', 4)],
    ),
    "an empty name": (
        "  A: {Type: AWS::IAM::Policy, Properties: {Roles: [''], PolicyDocument: {}}}",
        [('an empty name of a role in "A"', 2)],
    ),
    "a name that is a list": (
        "  A: {Type: AWS::IAM::Policy, Properties: {Roles: [[r]], PolicyDocument: {}}}",
        [('expected text in "A"', 2)],
    ),
    "a reference to itself": (
        "  A: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref A, AssumeRolePolicyDocument: {}}}",
        [('"A" refers to itself: A -> A', 2)],
    ),
    "an inline policy of its own ARN": (
        (
            "  A:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n"
            "      Policies: [{PolicyDocument: {Statement: [{Resource: !GetAtt A.Arn}]}}]"
        ),
        [('"A" refers to itself: A -> A', 2)],
    ),
    "resources that wait for each other": (
        (
            "  A: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Id: !Sub '${B.Arn}'}}}\n"
            "  B: {Type: AWS::IAM::Role, DependsOn: A, Properties: {AssumeRolePolicyDocument: {}}}"
        ),
        [('"A" refers to itself: A -> B -> A', 2)],
    ),
    "names that wait for each other": (
        (
            "  A: {Type: AWS::IAM::Role, Properties: {RoleName: !If [C, !Ref B, x], AssumeRolePolicyDocument: {}}}\n"
            "  B: {Type: AWS::IAM::Role, Properties: {RoleName: !If [C, !Ref A, x], AssumeRolePolicyDocument: {}}}\n"
            "Conditions: {C: !Equals [!Ref AWS::Region, r]}"
        ),
        [('"A" refers to itself: A -> B -> A', 2)],
    ),
    "a loop that is none": (
        "  Fn::ForEach::L: [x]",
        [('"Fn::ForEach::L" is no loop: expected a name, a list and an object', 2)],
    ),
    "a resource declared twice": (
        "  A: {Type: AWS::IAM::User}\n  Fn::ForEach::L: [X, [A], {'${X}': {Type: AWS::IAM::User}}]",
        [('"A" is declared twice', 3)],
    ),
    "a second document": (
        "  A: {Type: AWS::IAM::User}\n---\nResources: {}",
        [("a template is one YAML document: this further one is not read", 4)],
    ),
    "sections of a wrong type": (
        "  A: {Type: AWS::IAM::User}\nParameters: []\nMappings: {M: 1}\nConditions: x\nTransform: {a: b}",
        [
            ('"Parameters" is no object', 3),
            ('"M" of "Mappings" is no object', 4),
            ('"Conditions" is no object', 5),
            ('"Transform" names no macro', 6),
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_template_is_told_with_its_place(name: str) -> None:
    written, expected = WRONG[name]
    found = read(f"Resources:\n{written}\n")
    assert [(error.message, error.line) for error in found.errors] == expected


def test_what_can_be_read_beside_an_error_is_read() -> None:
    found = read(
        """
        Resources:
          Broken: []
          Agent: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
        """
    )
    assert [role.address for role in found.roles] == ["Agent"]
    assert [document.address for document in found.documents] == ["Agent"]
    assert [error.line for error in found.errors] == [3]


GAPS: dict[str, tuple[str, list[str]]] = {
    "a macro": (
        "Transform: [AWS::LanguageExtensions, Own]",
        ["what the macro Own makes of the template"],
    ),
    "an include": (
        "Transform: {Name: AWS::Include}",
        ["what the macro AWS::Include makes of the template"],
    ),
}
RESOURCE_GAPS: dict[str, tuple[str, list[str]]] = {
    "a nested stack": (
        "S: {Type: AWS::CloudFormation::Stack}",
        ["the resources of S (AWS::CloudFormation::Stack)"],
    ),
    "a module": (
        "M: {Type: 'Our::Pay::Role::MODULE'}",
        ["the resources of M (Our::Pay::Role::MODULE)"],
    ),
    "a transform among resources": ("Fn::Transform: {Name: AWS::Include}", ["Fn::Transform"]),
    "a transform in properties": (
        "A: {Type: AWS::S3::Bucket, Properties: {Fn::Transform: {Name: X}}}",
        ["what Fn::Transform adds to A"],
    ),
    "a loop over what is not known": (
        "Fn::ForEach::L: [X, !Ref AWS::NotificationARNs, {'A${X}': {Type: AWS::IAM::User}}]",
        ["Fn::ForEach::L"],
    ),
}


@pytest.mark.parametrize("name", [*GAPS, *RESOURCE_GAPS])
def test_what_the_template_leaves_to_others_is_a_gap(name: str) -> None:
    head, expected = GAPS.get(name, ("", []))
    resource, more = RESOURCE_GAPS.get(name, ("A: {Type: AWS::S3::Bucket}", []))
    found = read(f"{head}\nResources:\n  {resource}\n")
    assert [gap.unresolved.what for gap in found.gaps] == expected + more


def test_loops_are_written_out() -> None:
    found = read(
        """
        Transform: AWS::LanguageExtensions
        Resources:
          Fn::ForEach::Stages:
            - Stage
            - [dev, prod-eu]
            - Fn::ForEach::Kinds:
                - Kind
                - !Split [",", "pay,view"]
                - "&{Stage}${Kind}Role":
                    Type: AWS::IAM::Role
                    Properties:
                      RoleName: !Sub "${Stage}-${Kind}"
                      AssumeRolePolicyDocument:
                        Statement:
                          - Sid: !Ref Kind
                            Condition:
                              Fn::ForEach::Keys: [K, [a, b], {"Op${K}": {x: "${Stage}"}}]
        """
    )
    assert [(role.address, role.name) for role in found.roles] == [
        ("devpayRole", "dev-pay"),
        ("devviewRole", "dev-view"),
        ("prodeupayRole", "prod-eu-pay"),
        ("prodeuviewRole", "prod-eu-view"),
    ]
    trusts = [role.trust.value["Statement"] for role in found.roles if role.trust]
    assert trusts == [
        [{"Sid": kind, "Condition": {"Opa": {"x": stage}, "Opb": {"x": stage}}}]
        for stage in ("dev", "prod-eu")
        for kind in ("pay", "view")
    ]
    assert (found.errors, found.gaps) == ((), ())


def test_a_template_in_json_does_not_pay_for_yaml() -> None:
    path = FIXTURES / "cdk-four-roles.template.json"
    program = (
        "import sys; from payguard.sources.cloudformation import read_template, recognises;"
        f"found = read_template('t', open({str(path)!r}).read());"
        "assert len(found.roles) == 3; print('yaml' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


def test_what_a_loop_in_a_policy_hides_is_not_known() -> None:
    found = read(
        """
        Resources:
          P:
            Type: AWS::IAM::Policy
            Properties:
              Roles: [r]
              PolicyDocument:
                Statement:
                  - Effect: Allow
                    Condition:
                      Fn::ForEach::K: [K, !Ref AWS::NotificationARNs, {"Op${K}": {a: b}}]
                  - Effect: Deny
                    Condition: {"Fn::ForEach::L": [x], StringEquals: {a: b}}
        """
    )
    (document,) = found.documents
    assert [(at, one.what) for at, one in document.unresolved] == [
        ("/Statement/0/Condition", "Fn::ForEach::K"),
        ("/Statement/1/Condition", "Fn::ForEach::L"),
    ]
    assert [(gap.unresolved.what, gap.location.address) for gap in found.gaps] == [
        ("Fn::ForEach::K", "P")
    ]
    assert [error.message for error in found.errors] == [
        '"Fn::ForEach::L" in "P" is no loop: expected a name, a list and an object'
    ]


# Mutations of templates that are right

TEXTS = {path.name: path.read_text("utf-8") for path in sorted(FIXTURES.iterdir())}


def _marked(value: Any, marks: Iterator[int]) -> Any:
    """Give each statement of a policy an identifier of its own."""
    if isinstance(value, dict):
        found = {key: _marked(one, marks) for key, one in value.items()}
        if "Effect" in value or "Action" in value:
            found["Sid"] = f"Mark{next(marks)}x"
        return found
    return [_marked(one, marks) for one in value] if isinstance(value, list) else value


def _template(name: str) -> Any:
    return _marked(yaml_tree.parse(TEXTS[name])[0].value, iter(range(10_000)))


TEMPLATES = {name: _template(name) for name in TEXTS}


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in items:
        yield from _places(one, (*at, key))


PLACES = {name: list(_places(template)) for name, template in TEMPLATES.items()}
NO_VALUE = {"Ref": "AWS::NoValue"}
WRAPS: list[Any] = [
    lambda value: {"Fn::If": ["HasRole", value, NO_VALUE]},
    lambda value: {"Fn::If": ["HasBoundary", NO_VALUE, value]},
    lambda value: {"Fn::If": ["IsProd", {"Fn::If": ["HasBoundary", value, []]}, value]},
    lambda value: {"Fn::If": ["Nope", value, value]},
    lambda value: {"Fn::If": ["HasRole", value]},
    lambda value: {"Fn::Select": [0, [value]]},
    lambda value: {"Fn::Transform": {"Name": "AWS::Include", "Parameters": value}},
    lambda value: {"Fn::Sub": value},
    lambda value: {"Fn::Join": ["", [value]]},
    lambda value: {"Fn::Join": value},
    lambda value: {"Fn::Split": [",", value]},
    lambda value: {"Fn::ToJsonString": value},
    lambda value: {"Fn::FindInMap": [value, value, value]},
    lambda value: {"Fn::GetAtt": value},
    lambda value: {"Fn::ImportValue": value},
    lambda value: {"Fn::Length": value},
    lambda value: {"Fn::ForEach::L": ["X", ["a", "b"], value]},
    lambda value: {"Ref": value},
    lambda value: {"Fn::New": value},
    lambda value: {"Fn::If": ["IsProd", value, value], "Other": value},
    lambda value: [value],
    lambda value: [value, value],
    lambda value: {"k": value},
    json.dumps,
]
_SCALAR = st.sampled_from(
    [None, True, 5, 1.5, "", "x", "Fn::If", "AWS::IAM::Role", "{{resolve:ssm:x}}", "${"]
)
_JSON = st.recursive(
    _SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Ref", "Fn::If", "Fn::Sub", "Statement", "Type", "k"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=6,
)


def _get(value: Any, at: tuple[Any, ...]) -> Any:
    for key in at:
        value = value[key]
    return value


def _changed(template: Any, at: tuple[Any, ...], to: Any) -> Any:
    changed = copy.deepcopy(template)
    _get(changed, at[:-1])[at[-1]] = to
    return changed


def _told(found: Infrastructure) -> list[str]:
    """Return everything that is said about what is not known or wrong."""
    gaps = [*found.gaps, *(gap for role in found.roles for gap in role.gaps)]
    said = [f"{gap.unresolved.what} {gap.location.address} {gap.location.pointer}" for gap in gaps]
    said += [f"{one.address} {what}" for one in found.documents for _, what in one.unresolved]
    return said + [error.message for error in found.errors]


def _assert_nothing_is_lost(template: Any, found: Infrastructure | InputError) -> None:
    """Find each marked statement in a document, or its whereabouts in what is said."""
    if isinstance(found, InputError):
        return
    read_ = json.dumps([shown(document.value) for document in found.documents])
    told = " ".join(_told(found))
    for at in _places(template):
        value = _get(template, at)
        if at[0] != "Resources" or not isinstance(value, str) or "Mark" not in value:
            continue
        if "Fn::Length" in at:
            continue  # a number is all that is left of it
        marks = [part.split("x")[0] for part in value.split("Mark")[1:]]
        lost = [mark for mark in marks if f"Mark{mark}x" not in read_]
        is_loop = str(at[1]).startswith("Fn::ForEach")
        names = [str(key).replace("${Persona}", "Viewer") for key in at[1 : 4 if is_loop else 2]]
        assert not lost or any(name in told for name in names), (at, told)


_ANYWHERE = st.sampled_from(sorted(TEXTS)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(PLACES[name]))
)


@settings(max_examples=150, deadline=None)
@given(_ANYWHERE, st.sampled_from(WRAPS))
def test_no_function_around_anything_loses_a_policy(place: tuple[str, Any], wrap: Any) -> None:
    name, at = place
    changed = _changed(TEMPLATES[name], at, wrap(_get(TEMPLATES[name], at)))
    found = read_template("t.json", json.dumps(changed))
    if at[0] == "Resources":  # a condition or a parameter may rightly unmake a resource
        _assert_nothing_is_lost(changed, found)


@settings(max_examples=150, deadline=None)
@given(_ANYWHERE, _JSON)
def test_nothing_put_anywhere_loses_another_policy(place: tuple[str, Any], to: Any) -> None:
    name, at = place
    changed = _changed(TEMPLATES[name], at, to)
    found = read_template("t.json", json.dumps(changed))
    if at[0] == "Resources":  # a condition or a parameter may rightly unmake a resource
        _assert_nothing_is_lost(changed, found)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(TEXTS)), st.integers(0, 30_000), st.integers(0, 40), st.text(max_size=6)
)
def test_changed_text_is_read_or_refused(name: str, at: int, length: int, to: str) -> None:
    text = TEXTS[name]
    at %= len(text)
    found = read_template("t", text[:at] + to + text[at + length :])
    assert isinstance(found, Infrastructure | InputError)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["A", "B", "Fn::ForEach::L", "Fn::Transform"]), _JSON))
def test_any_resources_are_read(resources: dict[str, Any]) -> None:
    found = read_template("t", json.dumps({"Resources": resources}))
    assert isinstance(found, Infrastructure)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_template_read_twice_is_the_same(name: str) -> None:
    first, second = (_plain(read(TEXTS[name])) for _ in range(2))
    assert first == second


def _plain(found: Infrastructure) -> Infrastructure:
    """Return what was found without the source maps, which are equal to none but themselves."""
    roles = tuple(
        role._replace(
            identity=tuple(one._replace(source=None) for one in role.identity),  # type: ignore[arg-type]
            boundary=None,
            trust=None,
        )
        for role in found.roles
    )
    documents = tuple(one._replace(source=None) for one in found.documents)  # type: ignore[arg-type]
    return found._replace(documents=documents, roles=roles)


# Bounds

ROLES = """\
  Agent{0}:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${{AWS::StackName}}-agent-{0}"
      AssumeRolePolicyDocument:
        Statement:
          - {{Effect: Allow, Principal: {{AWS: !Sub "arn:aws:iam::${{AWS::AccountId}}:root"}}, Action: "sts:AssumeRole"}}
      Policies:
        - PolicyName: pay
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [bedrock-agentcore:ProcessPayment, bedrock-agentcore:GetPaymentSession]
                Resource: [!GetAtt Manager.PaymentManagerArn, !Sub "${{Manager.PaymentManagerArn}}/*"]
              - {{Effect: Deny, Action: bedrock-agentcore:CreatePaymentSession, Resource: "*"}}
"""
MANAGER = (
    "Resources:\n  Manager: {Type: AWS::BedrockAgentCore::PaymentManager, Properties: {Name: a}}\n"
)


def _seconds(text: str) -> float:
    started = time.process_time()
    read_template("t", text)
    return time.process_time() - started


def test_a_thousand_roles_are_read_in_time() -> None:
    text = MANAGER + "".join(ROLES.format(index) for index in range(1000))
    found = read(text)
    assert (len(found.roles), len(found.documents), found.errors) == (1000, 2000, ())
    assert _seconds(text) < 4  # half of it here; machines differ
    assert _seconds(as_json(text)) < 2


CHAIN = {
    f"R{i}": {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": {"Fn::Join": ["", [{"Ref": f"R{i + 1}"}] * 10]}},
    }
    for i in range(500)
}
DOUBLING = {f"C{i}": {"Fn::And": [{"Condition": f"C{i + 1}"}] * 10} for i in range(9)}
NESTED: Any = "x"
for _ in range(300):
    NESTED = [{"Fn::If": ["C", NESTED, "y"]}]
_ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
LARGE: dict[str, Any] = {
    "one line of ten megabytes": {
        "R": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyDocument": {"Statement": [{"Resource": ["arn:aws:x"] * 700_000}]}
            },
        }
    },
    "names that double": CHAIN,
    "functions within functions": {
        "R": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": NESTED,
                "Policies": NESTED,
                "RoleName": NESTED,
            },
        }
    },
    "loops within loops": {
        "Fn::ForEach::A": [
            "X",
            ["x"] * 300,
            {"Fn::ForEach::B": ["Y", ["y"] * 300, {"R${X}${Y}": _ROLE}]},
        ]
    },
    "half a variable": {
        "R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Fn::Sub": "${" * 500_000}}}
    },
    "dynamic references without an end": {
        "R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "{{resolve:" * 200_000}}
    },
}


@pytest.mark.parametrize("name", LARGE)
def test_a_hostile_template_comes_to_an_end(name: str) -> None:
    assert _seconds(json.dumps({"Resources": LARGE[name]})) < 8


def test_conditions_that_multiply_come_to_an_end() -> None:
    last = {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}
    template = {
        "Conditions": {**DOUBLING, "C9": last},
        "Resources": {"R": {**_ROLE, "Condition": "C0"}},
    }
    assert _seconds(json.dumps(template)) < 2


def test_aliases_that_multiply_come_to_an_end() -> None:
    lines = "".join(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 10)}]\n" for i in range(12))
    started = time.process_time()
    found = read_template("t", f"Resources: {{}}\na0: &a0 [x]\n{lines}")
    assert isinstance(found, InputError)
    assert found.message == "more values than a template can hold (aliases that multiply?)"
    assert time.process_time() - started < 4


def test_a_secret_is_in_nothing_that_is_said() -> None:
    found = read(
        """
        Parameters:
          Key: {Type: String, NoEcho: true, Default: hunter2, AllowedValues: [hunter2]}
        Resources:
          Agent:
            Type: AWS::IAM::Role
            Properties:
              RoleName: !Ref Key
              AssumeRolePolicyDocument: {Statement: [{Sid: !Sub "x-${Key}"}]}
              PermissionsBoundary: !Ref Key
        """
    )
    assert "hunter2" not in repr(found)
    assert gaps_of(found.roles[0]) == [("parameter Key", "boundary")]
