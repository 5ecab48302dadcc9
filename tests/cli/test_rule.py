"""The rule command: the list, the pages, the metadata, and a name that is none."""

import json

import pytest

from commands import Run
from payguard.rule_page import page
from payguard.rules.registry import RULES
from payguard.rules.rule import Rule
from payguard.suppression import REMARKS

IDS = sorted([*(rule.id for rule in RULES), *REMARKS])
CATEGORIES = sorted({rule.category for rule in RULES})


def listed(output: str) -> list[str]:
    return [line.split()[1] for line in output.splitlines()]


def test_without_an_id_every_id_that_a_report_can_name_is_listed(payguard: Run) -> None:
    result = payguard("rule")
    assert result.exit_code == 0
    assert listed(result.output) == IDS
    line = next(line for line in result.output.splitlines() if " unknown-action " in line)
    assert line.startswith("error  ")
    assert line.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rules_page_is_the_section_of_the_rules_page(payguard: Run, rule: type[Rule]) -> None:
    result = payguard("rule", rule.id)
    assert result.exit_code == 0
    assert result.output.rstrip() == page(rule).rstrip()


@pytest.mark.parametrize("name", sorted(REMARKS))
def test_what_is_said_about_a_suppression_has_a_page_too(payguard: Run, name: str) -> None:
    result = payguard("rule", name)
    assert result.exit_code == 0
    assert result.output.startswith(f"## {name}\n\n{REMARKS[name].summary} *")
    assert REMARKS[name].why in result.output


def test_all_prints_every_page_once(payguard: Run) -> None:
    result = payguard("rule", "--all")
    assert result.exit_code == 0
    heads = [line for line in result.output.splitlines() if line.startswith("## ")]
    assert heads == [f"## {name}" for name in IDS]


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_lists_its_rules(payguard: Run, category: str) -> None:
    result = payguard("rule", category)
    assert result.exit_code == 0
    assert listed(result.output) == sorted(r.id for r in RULES if r.category == category)


def test_no_rule_is_named_like_a_category() -> None:
    assert not set(IDS) & {*CATEGORIES, "suppression"}


def test_json_holds_what_the_page_holds(payguard: Run) -> None:
    result = payguard("rule", "unknown-action", "--output-format", "json")
    assert result.exit_code == 0
    content = json.loads(result.output)
    assert content["version"] == 1
    (rule,) = content["rules"]
    assert (rule["id"], rule["category"], rule["severity"]) == ("unknown-action", "action", "error")
    assert rule["why"]
    assert all(address.startswith("https://") for address in rule["references"])
    assert rule["bad"][0].keys() == {"text", "policy_type", "persona", "managers", "arn"}
    assert json.loads(rule["good"][0]["text"])["Statement"]


@pytest.mark.parametrize("arguments", [(), ("--all",), ("payments",), ("unused-suppression",)])
def test_every_rule_has_the_same_members_in_json(payguard: Run, arguments: tuple[str, ...]) -> None:
    rules = json.loads(payguard("rule", *arguments, "--output-format", "json").output)["rules"]
    assert {tuple(rule) for rule in rules} == {
        (
            "id",
            "category",
            "severity",
            "summary",
            "why",
            "references",
            "access_analyzer",
            "policy_types",
            "bad",
            "good",
        )
    }
    if arguments in {(), ("--all",)}:
        assert [rule["id"] for rule in rules] == IDS


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("unknown-actoin", 'did you mean "unknown-action"?'),
        ("Unknown_Action", 'did you mean "unknown-action"?'),
        ("unused-supression", 'did you mean "unused-suppression"?'),
        ("zzz", '"payguard rule" lists them'),
        ("", '"payguard rule" lists them'),
        ("\x1b[31m", '"payguard rule" lists them'),
        ("x" * 100_000, '"payguard rule" lists them'),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_an_unknown_id_is_exit_2_and_names_the_nearest(payguard: Run, name: str, hint: str) -> None:
    result = payguard("rule", name)
    assert result.exit_code == 2
    assert result.output.startswith("Error: there is no rule ")
    assert hint in result.output
    assert "\x1b" not in result.output
    assert len(result.output) < 400


def test_all_and_an_id_exclude_each_other(payguard: Run) -> None:
    result = payguard("rule", "--all", "unknown-action")
    assert result.exit_code == 2
    assert "leave out --all or the ID" in result.output
