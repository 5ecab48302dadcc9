"""Roles that the configuration or the user makes out of files, and what rules say of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from payguard import run
from payguard.authorization.actor import Actor
from payguard.authorization.answer import Answer
from payguard.authorization.prove import never_both
from payguard.configuration import load
from payguard.finding import Report, Severity
from payguard.sources.text_file import discover
from payguard.tally import NOTHING, Asked
from payguard_policies import roles

ACCOUNT = "999988887777"
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/shop-a1b2c3d4e5"
BOTH = [MANAGER, f"{MANAGER}/*"]
OPENS: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreatePaymentSession",
    "Resource": BOTH,
}
SPENDS: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": BOTH,
}


def write(path: Path, *statements: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def documented(persona: str) -> str:
    return json.dumps(roles.permissions(persona, roles.Parameters(manager_arns=(MANAGER,))))


def linted(asked: Asked = NOTHING) -> Report:
    return run.lint(list(discover(["."])), load("."), asked=asked)


def role_findings(report: Report) -> list[tuple[str, str]]:
    category = {
        "access-outside-managers",
        "payment-deny-missing",
        "permission-beyond-contract",
        "principal-with-both-duties",
        "required-permission-missing",
        "separation-by-another-role",
        "separation-of-duties",
        "token-outside-service-role",
    }
    return [(f.rule, f.severity.label) for f in report.findings if f.rule in category]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_two_policies_that_are_harmless_alone_are_a_finding_as_one_role(tmp_path: Path) -> None:
    write(tmp_path / "agent" / "opens.json", OPENS)
    write(tmp_path / "agent" / "spends.json", SPENDS)
    assert role_findings(linted()) == []
    (tmp_path / "payguard.toml").write_text(
        '[[role]]\nname = "agent"\nidentity = ["agent/*.json"]\n'
    )
    report = linted()
    assert role_findings(report) == [("separation-of-duties", "security-warning")]
    (finding,) = [f for f in report.findings if f.rule == "separation-of-duties"]
    assert finding.message.startswith("agent can open a budget")
    assert [step.action.partition(":")[2] for step in finding.witness] == [
        "CreatePaymentSession",
        "ProcessPayment",
    ]
    assert report.roles == 1


def test_one_policy_that_does_both_is_a_finding_by_itself(tmp_path: Path) -> None:
    write(tmp_path / "agent.json", OPENS, SPENDS)
    assert role_findings(linted()) == [("separation-of-duties", "security-warning")]


def test_a_boundary_of_the_configuration_keeps_a_role_separate(tmp_path: Path) -> None:
    write(tmp_path / "agent.json", OPENS, SPENDS)
    not_spending = {"Effect": "Allow", "NotAction": SPENDS["Action"], "Resource": "*"}
    write(tmp_path / "boundary.json", not_spending)
    (tmp_path / "payguard.toml").write_text(
        '[[role]]\nname = "agent"\nidentity = ["agent.json"]\nboundary = "boundary.json"\n'
        '[[document]]\npath = "boundary.json"\ntype = "boundary"\n'
    )
    assert role_findings(linted()) == []


def test_roles_of_the_configuration_are_held_against_each_other(tmp_path: Path) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/spender"
    write(
        tmp_path / "budget.json",
        OPENS,
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn},
    )
    write(tmp_path / "spender.json", SPENDS)
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    write(tmp_path / "trust.json", trust)
    (tmp_path / "payguard.toml").write_text(
        f'[[role]]\nname = "budget"\nidentity = ["budget.json"]\narn = "{arn[:-7]}budget"\n'
        f'[[role]]\nname = "spender"\nidentity = ["spender.json"]\narn = "{arn}"\ntrust = "trust.json"\n'
    )
    report = linted()
    assert role_findings(report) == [("separation-by-another-role", "security-warning")]
    assert report.roles == 2


BUDGETS, SPENDER, AGENT = (
    f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("budgets", "spender", "agent")
)


def let_in(*arns: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": "sts:AssumeRole"}


def two_duties(folder: Path, budgets: str, spender: str, *agent: dict[str, Any]) -> None:
    """Two roles with a duty each and whom they let in; and an agent with statements, if any."""
    tables = []
    for arn, statement, trusted in ((BUDGETS, OPENS, budgets), (SPENDER, SPENDS, spender)):
        name = arn.rpartition("/")[2]
        write(folder / f"{name}.json", statement)
        write(folder / f"{name}-trust.json", let_in(trusted))
        tables.append(
            f'[[role]]\nname = "{name}"\nidentity = ["{name}.json"]\narn = "{arn}"\n'
            f'trust = "{name}-trust.json"\n'
        )
    if agent:
        write(folder / "agent.json", *agent)
        tables.append(f'[[role]]\nname = "agent"\nidentity = ["agent.json"]\narn = "{AGENT}"\n')
    (folder / "payguard.toml").write_text("".join(tables))


LISTS = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
BECOMES = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": [BUDGETS, SPENDER]}
WRITES = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*"}
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.mark.parametrize(
    ("trusted", "statement"), [(ROOT, BECOMES), (AGENT, BECOMES), (AGENT, LISTS)]
)
def test_a_role_with_no_duty_that_assumes_a_role_for_each_is_found(
    tmp_path: Path, trusted: str, statement: dict[str, Any]
) -> None:
    two_duties(tmp_path, trusted, trusted, statement)
    (finding,) = linted().findings
    assert (finding.rule, finding.severity.label) == (
        "separation-by-another-role",
        "security-warning",
    )
    assert "agent becomes budgets and becomes spender, and so can both" in finding.message
    assert [step.action for step in finding.witness][:2] == ["sts:AssumeRole"] * 2


@pytest.mark.parametrize(
    ("budgets", "spender", "agent"),
    [(ROOT, ROOT, LISTS), (ROOT, ROOT, WRITES), (AGENT, f"{AGENT}-of-another", BECOMES)],
    ids=[
        "a role that assumes none",
        "an administrator of roles",
        "a role that one of the two does not let in",
    ],
)
def test_a_role_with_no_duty_that_cannot_assume_both_is_none_of_payments_business(
    tmp_path: Path, budgets: str, spender: str, agent: dict[str, Any]
) -> None:
    two_duties(tmp_path, budgets, spender, agent)
    assert role_findings(linted()) == []


@pytest.mark.parametrize(
    ("budgets", "spender", "rules"),
    [
        (AGENT, AGENT, ["principal-with-both-duties"]),
        (f"arn:aws:iam::{ACCOUNT}:user/ada", f"arn:aws:iam::{ACCOUNT}:user/ada", ["principal-with-both-duties"]),
        ("arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/a", ["principal-with-both-duties"]),
        (AGENT, f"{AGENT}-of-another", []),
        (ROOT, ROOT, []),
        (ROOT, AGENT, []),
    ],
)  # fmt: skip
def test_a_principal_that_only_trust_policies_tell_of_has_both_duties_where_both_name_it(
    tmp_path: Path, budgets: str, spender: str, rules: list[str]
) -> None:
    two_duties(tmp_path, budgets, spender)
    found = linted().findings
    assert [finding.rule for finding in found] == rules
    for finding in found:
        assert f'"{spender}" may assume budgets and spender' in finding.message
        assert finding.location.path.endswith("spender-trust.json")
        assert finding.location.pointer == "/Statement/0/Principal/AWS/0"


def test_of_a_role_with_both_duties_it_is_not_said_as_well_who_may_assume_it(
    tmp_path: Path,
) -> None:
    two_duties(tmp_path, AGENT, AGENT, BECOMES)
    write(tmp_path / "budgets.json", OPENS, SPENDS)
    assert role_findings(linted()) == [("separation-of-duties", "security-warning")]


@pytest.mark.parametrize("persona", ["management", "process-payment", "viewer"])
def test_the_documented_policies_are_silent_as_what_they_are(tmp_path: Path, persona: str) -> None:
    (tmp_path / "policy.json").write_text(documented(persona))
    report = linted(Asked(persona, (MANAGER,)))
    assert [(f.rule, f.message) for f in report.findings] == []
    assert report.undecided == ()


def test_the_persona_of_the_command_line_is_what_the_role_is_held_against(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(documented("process-payment"))
    found = role_findings(linted(Asked("viewer", (MANAGER,))))
    assert ("required-permission-missing", "error") in found
    assert ("permission-beyond-contract", "security-warning") in found


def test_the_managers_of_a_role_of_no_persona_are_what_it_is_held_against(tmp_path: Path) -> None:
    write(tmp_path / "policy.json", SPENDS)
    assert role_findings(linted(Asked(managers=(MANAGER,)))) == []
    found = role_findings(linted(Asked(managers=(f"{MANAGER[:-1]}6",))))
    assert found == [("access-outside-managers", "security-warning")]
    (tmp_path / "payguard.toml").write_text(
        f'[[role]]\nname = "agent"\nidentity = ["policy.json"]\nmanager-arns = ["{MANAGER[:-1]}6"]\n'
    )
    assert role_findings(linted()) == found


def template(name: str, *statements: dict[str, Any]) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        },
    }
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": trust,
        "Policies": [{"PolicyName": "p", "PolicyDocument": policy}],
    }
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Agent": role}})


def test_a_persona_that_only_the_name_suggests_lowers_the_severity_and_is_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "t.json").write_text(template("ShopProcessPaymentRole", OPENS))
    report = linted()
    assert ("required-permission-missing", "warning") in role_findings(report)
    assert ("permission-beyond-contract", "warning") in role_findings(report)
    assert all("(inferred)" in f.message for f in report.findings if f.rule.startswith("required"))


def test_a_pattern_of_the_configuration_says_what_the_roles_of_a_template_are(
    tmp_path: Path,
) -> None:
    (tmp_path / "t.json").write_text(template("shop-agent", SPENDS))
    assert role_findings(linted()) == []
    (tmp_path / "payguard.toml").write_text(
        f'[[role]]\nname = "*-agent"\npersona = "process-payment"\nmanager-arns = ["{MANAGER[:-1]}6"]\n'
    )
    found = role_findings(linted())
    assert ("access-outside-managers", "security-warning") in found
    assert ("required-permission-missing", "error") in found


def test_a_finding_about_a_role_can_be_accepted(tmp_path: Path) -> None:
    write(tmp_path / "agent.json", OPENS, SPENDS)
    (tmp_path / "payguard.toml").write_text(
        '[[ignore]]\npath = "agent.json"\nrule = "separation-of-duties"\nreason = "SEC-12"\n'
    )
    report = linted()
    assert role_findings(report) == []
    assert report.suppressed == 1


def test_rules_about_roles_can_be_left_out(tmp_path: Path) -> None:
    write(tmp_path / "agent.json", OPENS, SPENDS)
    (tmp_path / "payguard.toml").write_text('extend-ignore = ["role"]\n')
    assert role_findings(linted()) == []


def test_an_administrator_says_what_it_is(tmp_path: Path) -> None:
    write(tmp_path / "admin.json", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    assert role_findings(linted()) == []


def test_a_rule_that_fails_on_a_role_is_no_clean_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from payguard.rules.role.separation_of_duties import SeparationOfDuties

    def fail(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(SeparationOfDuties, "check_role", fail)
    write(tmp_path / "agent.json", OPENS, SPENDS)
    report = linted()
    assert [
        "separation-of-duties failed on the role" in error.message for error in report.errors
    ] == [True]
    assert Severity.ERROR.label == "error"


def test_what_a_role_is_asked_about_by_itself_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that comes to no answer takes as long as it may: twice is too long."""
    asked: list[str] = []

    def counted(one: Actor, first: str, second: str, *_: object) -> Answer:
        asked.append(one.name)
        return never_both(one, first, second)

    for module in ("payguard.rules.subject", "payguard.authorization.closure"):
        monkeypatch.setattr(f"{module}.never_both", counted)
    session = dict(OPENS, Resource=f"{MANAGER}/session/*")
    write(tmp_path / "agent.json", session, SPENDS, {**SPENDS, "Action": "iam:PassRole"})
    assert [found.rule for found in linted().undecided if "separation" in found.rule]
    assert len(asked) == 1


def test_what_a_persona_may_lack_is_an_open_question(tmp_path: Path) -> None:
    """A condition that IAM does not document decides: neither allowed nor denied for sure."""
    policy = json.loads(documented("process-payment"))
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            statement["Condition"] = {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "x"}}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    report = linted(Asked("process-payment", (MANAGER,)))
    (found,) = [f for f in report.undecided if f.rule == "required-permission-missing"]
    assert "ProcessPayment" in found.message
    assert "which it has to, is not known" in found.message
    assert "required-permission-missing" not in [f.rule for f in report.findings]


IMPORTED = {"Fn::ImportValue": "somebody-elses"}


def test_an_arn_that_nobody_knows_may_be_another_payment_manager(tmp_path: Path) -> None:
    """It is taken for the role's own only where it is plain that it is that of a manager."""
    (tmp_path / "t.json").write_text(template("shop-agent", {**SPENDS, "Resource": IMPORTED}))
    (tmp_path / "payguard.toml").write_text(
        f'[[role]]\nname = "*-agent"\npersona = "process-payment"\nmanager-arns = ["{MANAGER}"]\n'
    )
    said = [one.message for one in linted().undecided if one.rule == "access-outside-managers"]
    assert len(said) == 1
    assert "reaches a payment manager that is not its own is not known" in said[0]
    assert "somebody-elses" in said[0]


def test_a_deny_that_hangs_on_what_nobody_knows_may_be_none(tmp_path: Path) -> None:
    shut = {"Effect": "Deny", "Action": SPENDS["Action"], "Resource": IMPORTED}
    (tmp_path / "t.json").write_text(template("shop-agent", OPENS, shut))
    (tmp_path / "payguard.toml").write_text('[[role]]\nname = "*-agent"\npersona = "management"\n')
    said = [one.message for one in linted().undecided if one.rule == "payment-deny-missing"]
    assert len(said) == 1
    assert "has a Deny that keeps ProcessPayment shut" in said[0]
