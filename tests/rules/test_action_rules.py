"""What the action rules see beyond their own examples, and what they must let pass."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.iam.document import parse_policy
from payguard.rules.action.action_matches_nothing import ActionMatchesNothing
from payguard.rules.action.listing import clause, listed, listed_actions
from payguard.rules.action.malformed_action import MalformedAction
from payguard.rules.action.spelling import is_slip, is_well_formed, meant_service, nearest_actions
from payguard.rules.action.unknown_action import UnknownAction
from payguard.rules.action.unknown_service import UnknownService
from payguard.rules.action.wildcard_service import WildcardService
from payguard.rules.inspection import Inspector
from payguard.rules.rule import Rule, Text
from payguard_policies import catalog

ACTION_RULES = (
    ActionMatchesNothing,
    MalformedAction,
    UnknownAction,
    UnknownService,
    WildcardService,
)

AS_OF = catalog.provenance()["as_of"]


def seen(
    action: Any, *, element: str = "Action", effect: str = "Allow"
) -> list[tuple[str, str, str, str]]:
    """Rule, severity, message and help of everything the action rules say about one action."""
    statement = {"Effect": effect, element: action, "Resource": "*"}
    policy = parse_policy({"Version": "2012-10-17", "Statement": [statement]}, "identity")
    hits = Inspector([rule() for rule in ACTION_RULES]).inspect(policy)
    return [
        (rule.id, (problem.severity or rule.severity).label, problem.message, problem.help)
        for rule, _, problem in hits
    ]


@pytest.mark.parametrize(
    ("action", "rule", "severity", "message", "mend"),
    [
        (
            "bedrock-agentcore:GetPaymentSesion",
            "unknown-action",
            "error",
            '"bedrock-agentcore" has no action "GetPaymentSesion"',
            'did you mean "bedrock-agentcore:GetPaymentSession"?',
        ),
        (
            "bedrock:ProcessPayment",
            "unknown-action",
            "error",
            '"bedrock" has no action "ProcessPayment"',
            'did you mean "bedrock-agentcore:ProcessPayment"?',
        ),
        (
            "dynamodb:FrobnicateItem",
            "unknown-action",
            "warning",
            '"dynamodb" has no action "FrobnicateItem"',
            f"remove it, or look its name up in the service authorization reference (known here as of {AS_OF})",
        ),
        (
            "dynamodb:GetItm",
            "unknown-action",
            "error",
            '"dynamodb" has no action "GetItm"',
            'did you mean "dynamodb:GetItem"?',
        ),
        (
            "bedrock-agentcore:RetrieveToken",
            "unknown-action",
            "error",
            (
                '"bedrock-agentcore:RetrieveToken" is no action: no such action; the service role '
                "alone fetches payment tokens, with GetResourcePaymentToken"
            ),
            "remove it",
        ),
        (
            "BEDROCK-AGENTCORE:paymentsallowvendedlogdeliveryforresource",
            "unknown-action",
            "error",
            (
                '"BEDROCK-AGENTCORE:paymentsallowvendedlogdeliveryforresource" is no action: the '
                'action has no "Payments" in front'
            ),
            'write "bedrock-agentcore:AllowVendedLogDeliveryForResource"',
        ),
        (
            "bedrock-agentcore-control:GetPaymentManager",
            "unknown-service",
            "error",
            'AWS has no service "bedrock-agentcore-control"',
            'write "bedrock-agentcore:GetPaymentManager"',
        ),
        (
            "bedrock-agent-core:GetPaymentManager",
            "unknown-service",
            "error",
            'AWS has no service "bedrock-agent-core"',
            'write "bedrock-agentcore:GetPaymentManager"',
        ),
        (
            "nothing-like-it:Get",
            "unknown-service",
            "error",
            'AWS has no service "nothing-like-it"',
            "look the prefix up in the reference",
        ),
        (
            "agentcor?-*:Get",
            "unknown-service",
            "error",
            'no service prefix matches "agentcor?-*"',
            "write the prefix in full",
        ),
        (
            "",
            "malformed-action",
            "error",
            'the action "" is empty',
            (
                "write the service prefix, one colon and the name, such as "
                '"bedrock-agentcore:GetPaymentSession"'
            ),
        ),
        (
            "bedrock-agentcore:ProcessPayment ",
            "malformed-action",
            "error",
            'the action "bedrock-agentcore:ProcessPayment " holds white space, which no action does',
            'write "bedrock-agentcore:ProcessPayment"',
        ),
        (
            "aws:bedrock-agentcore:ProcessPayment",
            "malformed-action",
            "error",
            'the action "aws:bedrock-agentcore:ProcessPayment" has more than one colon',
            'did you mean "bedrock-agentcore:ProcessPayment"?',
        ),
        (
            "bedrock-agentcore:",
            "malformed-action",
            "error",
            'the action "bedrock-agentcore:" has nothing after its colon',
            (
                "write the service prefix, one colon and the name, such as "
                '"bedrock-agentcore:GetPaymentSession"'
            ),
        ),
        (
            "bedrock-agentcore:Process_Payment",
            "malformed-action",
            "error",
            'the action "bedrock-agentcore:Process_Payment" holds a character that no action has',
            (
                "write the service prefix, one colon and the name, such as "
                '"bedrock-agentcore:GetPaymentSession"'
            ),
        ),
        (
            "bedrock-agentcore:Mint*",
            "action-matches-nothing",
            "error",
            'no action of "bedrock-agentcore" matches "Mint*"',
            "remove it, or name the actions that are meant",
        ),
        (
            "dynamodb:Frobnicate*",
            "action-matches-nothing",
            "warning",
            'no action of "dynamodb" matches "Frobnicate*"',
            "remove it, or name the actions that are meant",
        ),
        (
            "bedrock*:GetPaymentManager",
            "wildcard-service",
            "suggestion",
            (
                'the service prefix "bedrock*" matches "bedrock", "bedrock-agentcore", '
                '"bedrock-mantle" and 1 more'
            ),
            "write one entry for each service that is meant",
        ),
    ],
)
def test_a_defective_action_is_reported_once(
    action: str, rule: str, severity: str, message: str, mend: str
) -> None:
    assert seen(action) == [(rule, severity, message, mend)]


@pytest.mark.parametrize(
    "action",
    [
        "*",
        "*:*",
        "bedrock-agentcore:*",
        "bedrock-agentcore:?etPaymentSession",
        "BedRock-AgentCore:PROCESSPAYMENT",
        "bedrock-agentcore:RotatePaymentConnectorCredentials",
        "bedrock-agentcore:CreateTokenVault",
        "vpc-lattice:AssociateViaAWSService-EventsAndStates",
        "deepracer:CreateModel",
        "builderid:Anything*",
        "${service}:GetPaymentSession",
        "s3:Get*",
    ],
)
def test_a_sound_action_is_let_pass(action: str) -> None:
    assert seen(action) == []


@pytest.mark.parametrize(
    ("effect", "element", "ending"),
    [
        ("Allow", "Action", ""),
        ("Deny", "Action", ", so the Deny denies nothing by it: a guard is missing"),
        ("Allow", "NotAction", ", so NotAction exempts nothing by it"),
        ("Deny", "NotAction", ", so NotAction exempts nothing by it"),
    ],
)
@pytest.mark.parametrize(
    "action",
    [
        "bedrock-agentcore:ProcesPayment",
        "bedrock-agentcore:UpdatePaymentSession",
        "bedrock-agentcore:Payment*",
        "agentcore:ProcessPayment",
        "ProcessPayment",
    ],
)
def test_a_finding_says_what_it_means_for_the_statement(
    action: str, effect: str, element: str, ending: str
) -> None:
    ((_, severity, message, _),) = seen(action, element=element, effect=effect)
    assert severity == "error"
    assert message.endswith(ending)
    assert ending or ", so " not in message


@pytest.mark.parametrize(
    ("effect", "element", "fires"),
    [
        ("Allow", "Action", True),
        ("Deny", "NotAction", True),
        ("Deny", "Action", False),
        ("Allow", "NotAction", False),
    ],
)
def test_a_wildcard_prefix_is_reported_only_where_it_widens_access(
    effect: str, element: str, fires: bool
) -> None:
    assert bool(seen("bedrock*:Get*", element=element, effect=effect)) is fires


def test_each_invented_action_is_explained_and_its_replacement_exists() -> None:
    for name, invented in catalog.invented_actions().items():
        ((rule, severity, message, mend),) = seen(name)
        assert (rule, severity) == ("unknown-action", "error")
        assert f'"{name}" is no action: ' in message
        assert mend == (f'write "{invented.instead}"' if invented.instead else "remove it")
        assert not invented.instead or seen(invented.instead) == []


def test_a_name_far_from_all_others_carries_the_date_of_the_catalog() -> None:
    ((_, severity, _, mend),) = seen("bedrock-agentcore:Frobnicate")
    assert severity == "error"
    assert catalog.provenance()["as_of"] in mend


def test_elements_that_are_no_text_are_passed_over() -> None:
    assert seen([None, 1, ["ProcessPayment"], {"a": 1}, True]) == []


@pytest.mark.parametrize(
    ("service", "meant"),
    [
        ("agentcore", "bedrock-agentcore"),
        ("bedrockagentcore", "bedrock-agentcore"),
        ("secretmanager", "secretsmanager"),
        ("catalog", ""),
        ("", ""),
        ("x" * 200, ""),
    ],
)
def test_the_service_that_was_meant(service: str, meant: str) -> None:
    assert meant_service(service) == meant


def test_near_names_come_from_the_service_itself() -> None:
    assert nearest_actions("secretsmanager", "GetSecretValues") == (
        "secretsmanager:GetSecretValue",
    )
    assert nearest_actions("s3", "Frobnicate") == ()


def test_another_verb_is_no_slip() -> None:
    assert is_slip("ProcesPayment", "ProcessPayment")
    assert not is_slip("GetPaymentPreferences", "ListPaymentPreferences")


def test_lists_name_three_and_count_the_rest() -> None:
    assert listed(["a"]) == '"a"'
    assert listed(["a", "b", "c"]) == '"a", "b" and "c"'
    assert listed(["a", "b", "c", "d", "e"]) == '"a", "b", "c" and 2 more'
    assert listed_actions(["s3:Get", "s3:Put"]) == '"Get" and "Put"'
    assert listed_actions(["s3:Get", "ec2:Put"]) == '"s3:Get" and "ec2:Put"'


def test_a_sentence_follows_a_colon_in_lower_case_but_names_keep_theirs() -> None:
    assert clause("The action is gone.") == "the action is gone"
    assert clause("AgentCore has none.") == "AgentCore has none"


@given(st.text(max_size=40) | st.from_regex(r"[a-z-]{1,20}:[A-Za-z*?]{1,20}", fullmatch=True))
def test_no_text_gets_more_than_one_finding_or_raises(action: str) -> None:
    assert len(seen(action)) <= 1


@given(st.text())
def test_well_formed_is_what_the_grammar_of_actions_allows(text: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*?")
    parts = text.split(":")
    assert is_well_formed(text) == (
        text == "*" or (len(parts) == 2 and all(parts) and set("".join(parts)) <= allowed)
    )


@pytest.mark.parametrize("rule", ACTION_RULES, ids=lambda rule: rule.id)
def test_a_text_of_a_megabyte_is_no_trouble(rule: type[Rule]) -> None:
    for text in ("x" * 1_000_000, "bedrock-agentcore:" + "A*" * 500_000, "x:" + "y" * 1_000_000):
        for problem in rule().check_action(Text(text, "Action", "Deny", "identity")):
            assert len(problem.message) < 1000


@pytest.mark.parametrize(
    ("effect", "element", "resource", "fires"),
    [
        ("Allow", "Resource", "arn:aws:bedrock*:us-east-1:111122223333:*", True),
        ("Allow", "Resource", "arn:aws:bedrock-agentcor?:*:*:payment-manager/*", True),
        ("Deny", "NotResource", "arn:aws:bedrock*:*:*:*", True),
        ("Deny", "Resource", "arn:aws:bedrock*:*:*:*", False),
        ("Allow", "NotResource", "arn:aws:bedrock*:*:*:*", False),
        ("Allow", "Resource", "arn:aws:*:us-east-1:111122223333:*", False),
        ("Allow", "Resource", "arn:aws:sqs:*:*:orders-*", False),
        ("Allow", "Resource", "arn:aws:${aws:PrincipalTag/s}*:*:*:*", False),
        ("Allow", "Resource", "arn:aws", False),
    ],
)
def test_a_wildcard_in_the_service_of_an_arn_is_one_in_a_service_name(
    effect: str, element: str, resource: str, fires: bool
) -> None:
    found = list(WildcardService().check_resource(Text(resource, element, effect, "identity")))
    assert bool(found) is fires
