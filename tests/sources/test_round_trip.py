"""The same roles, whatever form they are written in: what is read is the same, and what is found.

Each form is written, or was made by Terraform, from the roles of ``fixtures/round_trip/scenario``;
a run over it must see those roles and no others, and say of them exactly what is listed here.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fixtures.round_trip import make, templates, terraform
from fixtures.round_trip.forms import FORMS, PLANS, Form, hcl, loose
from fixtures.round_trip.scenario import MANAGER, SCENARIOS, Planned
from payguard import configuration, run, subjects
from payguard.finding import Finding, Report
from payguard.infrastructure import ROLE, Document, Role
from payguard.sources.text_file import discover

Linted = Callable[[Form, str, str], "Ran"]


# What the configuration says: of each role its persona and manager, its name alone, or nothing.
ALL, NAMES, NOTHING = "all", "names", "nothing"
MANAGEMENT, PAYMENT = "ShopPaymentsManagement", "ShopProcessPayment"


class Said(NamedTuple):
    """A finding without its place."""

    rule: str
    severity: str
    role: str
    message: str


def broken(deny: str, beyond: str, missing: str, *, inferred: str = "", where: str = "") -> Any:
    """Return what is found in the broken roles.

    Args:
        deny: how bad it is that there is no Deny.
        beyond: how bad it is that a role can do more than its persona.
        missing: how bad it is that it can do less.
        inferred: what is said of a persona that nobody told.
        where: on which manager, where it is told.
    """
    management = f"{MANAGEMENT}, as management{inferred}"
    payment = f"{PAYMENT}, as process-payment{inferred}"
    not_denied = (
        f"{management}, has no Deny that keeps ProcessPayment shut on every payment manager: "
        "one more policy could open it"
    )
    forbidden = (
        f"{management}, can ProcessPayment, which it must not: Whoever sets the budget must not "
        "spend it"
    )
    needed = (
        f"{payment}, may never call GetPaymentInstrumentBalance and GetPaymentSession{where}: "
        "the call ends in AccessDenied"
    )
    both = (
        f"{MANAGEMENT} can open a budget (CreatePaymentSession) and spend from it "
        f'(ProcessPayment) on "{MANAGER}"'
    )
    return [
        Said("payment-deny-missing", deny, MANAGEMENT, not_denied),
        Said("permission-beyond-contract", beyond, MANAGEMENT, forbidden),
        Said("required-permission-missing", missing, PAYMENT, needed),
        Said("separation-of-duties", "security-warning", MANAGEMENT, both),
    ]


TOLD = ("warning", "security-warning", "error")
EXPECTED: dict[tuple[str, str], list[Said]] = {
    ("documented", ALL): [],
    ("documented", NAMES): [],
    ("documented", NOTHING): [],
    ("broken", ALL): broken(*TOLD, where=f' on "{MANAGER}"'),
    ("broken", NAMES): broken(*TOLD),
    ("broken", NOTHING): broken("suggestion", "warning", "warning", inferred=" (inferred)"),
}


def configure(scenario: str, folder: Path, told: str = ALL, *, is_loose: bool = False) -> None:
    """Write ``payguard.toml``."""
    lines = []
    for role in SCENARIOS[scenario] if told != NOTHING else ():
        lines += ["[[role]]", *(f"{key} = {json.dumps(value)}" for key, value in _said(role, told))]
        if is_loose:
            lines += [f"{key} = {json.dumps(value)}" for key, value in _parts(role)]
    if is_loose:
        lines += ["[[document]]", 'path = "*.boundary.json"', 'type = "boundary"']
    (folder / "payguard.toml").write_text("\n".join(lines) + "\n")


def _said(role: Planned, told: str) -> Iterator[tuple[str, Any]]:
    yield "name", role.name
    if told == ALL:
        yield "persona", role.persona
        yield "manager-arns", [MANAGER]


def _parts(role: Planned) -> Iterator[tuple[str, Any]]:
    """Yield which files make up a role; the ARN as well, as nothing else can tell it."""
    yield "arn", role.arn
    yield "identity", [f"{role.name}.{name}.json" for name in {**role.inline, **role.attached}]
    yield "trust", f"{role.name}.trust.json"
    if role.boundary:
        yield "boundary", f"{role.name}.boundary.json"


class Ran(NamedTuple):
    """What a run saw and said."""

    roles: list[Role]
    report: Report

    def found(self, *, in_boundaries: bool) -> list[Said]:
        """Return what was found in boundaries, or elsewhere."""
        owners = dict(self._owners())
        confined = {
            (role.boundary.path, role.boundary.address) for role in self.roles if role.boundary
        }
        return sorted(
            Said(one.rule, one.severity.label, owners[_place(one)], one.message)
            for one in self.report.findings
            if (_place(one) in confined) == in_boundaries
        )

    def undecided(self) -> list[tuple[str, str]]:
        """Return what could not be decided: rule and role."""
        owners = dict(self._owners())
        return sorted((one.rule, owners[_place(one)]) for one in self.report.undecided)

    def _owners(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Yield the places that belong to a role, with its name."""
        for role in self.roles:
            assert isinstance(role.name, str)
            yield (role.location.path, role.address), role.name
            for document in (*role.identity, role.boundary, role.trust):
                if document is not None:
                    yield (document.path, document.address), role.name


def _place(finding: Finding) -> tuple[str, str]:
    return finding.location.path, finding.location.address


def lint(folder: Path) -> Ran:
    """Lint a folder, and note the roles that rules are asked about."""
    roles: list[Role] = []
    cases = subjects.cases

    def noted(found: Sequence[Role], *rest: Any) -> list[subjects.Case]:
        roles.extend(found)
        return cases(found, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(subjects, "cases", noted)
        report = run.lint(list(discover(["."])), configuration.load("."))
    assert (report.errors, report.suppressed) == ((), 0)
    return Ran(roles, report)


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Linted:
    """Return what lints the roles of a scenario in a form, each once."""

    @cache
    def linted(form: Form, scenario: str, told: str) -> Ran:
        folder = tmp_path_factory.mktemp("roles")
        form.write(scenario, folder)
        configure(scenario, folder, told, is_loose=form.is_loose)
        return lint(folder)

    return linted


def plain(value: Any) -> Any:
    """Return a policy with its lists of texts in one order, and a list of one as its element."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if not all(isinstance(one, str) for one in value):
        return [plain(one) for one in value]
    return value[0] if len(value) == 1 else sorted(value)


def in_order(policies: Sequence[Any], form: Form) -> list[Any]:
    """Return policies as a form may tell them; what is attached to a role has no order."""
    told = (plain(policy) if form.lists else policy for policy in policies)
    return sorted(told, key=lambda policy: json.dumps(policy, sort_keys=True))


def values(*documents: Document | None) -> list[Any]:
    return [document.value for document in documents if document is not None]


def assert_same(ran: Ran, scenario: str, form: Form) -> None:
    """The roles of a run are those of the scenario, in every part that IAM knows of."""
    roles = {role.name: role for role in ran.roles}
    planned = {role.name: role for role in SCENARIOS[scenario]}
    assert sorted(map(str, roles)) == sorted(planned)
    assert len(ran.roles) == ran.report.roles == len(planned)
    documents = 0
    for name, role in planned.items():
        read = roles[name]
        attached = [*role.inline.values(), *role.attached.values()]
        assert in_order(values(*read.identity), form) == in_order(attached, form)
        confining = list(role.boundary.values())
        assert in_order(values(read.boundary), form) == in_order(confining, form)
        assert in_order(values(read.trust), form) == in_order([role.trust], form)
        assert (read.kind, read.managed, read.boundary_arn, read.gaps) == (ROLE, (), "", ())
        arn = read.arn if isinstance(read.arn, str) else read.arn.pattern
        assert arn == (f"{form.arn}{name}" if form.arn else role.arn), form.why
        documents += len(attached) + len(confining) + 1
    assert ran.report.documents == documents


def each(*told: str) -> pytest.MarkDecorator:
    """Return a mark that asks for every scenario in every form, with what is told of the roles."""
    return pytest.mark.parametrize(
        ("form", "scenario", "told"),
        [
            pytest.param(form, scenario, how, id=f"{form.name}-{scenario}-{how}")
            for form in FORMS
            for scenario in SCENARIOS
            for how in told
            if not (form.is_loose and how == NOTHING)  # without a word there are no roles
        ],
    )


@each(ALL)
def test_the_roles_are_the_same(form: Form, scenario: str, told: str, linted: Linted) -> None:
    assert_same(linted(form, scenario, told), scenario, form)


@each(ALL, NAMES, NOTHING)
def test_the_findings_are_the_same(form: Form, scenario: str, told: str, linted: Linted) -> None:
    ran = linted(form, scenario, told)
    assert ran.found(in_boundaries=False) == EXPECTED[scenario, told]
    assert ran.undecided() == []


@each(ALL)
def test_a_boundary_is_not_blamed_for_what_it_lets_pass(
    form: Form, scenario: str, told: str, linted: Linted
) -> None:
    """It gives nothing to anybody, so that it may name every action and every resource."""
    assert linted(form, scenario, told).found(in_boundaries=True) == []


def test_the_boundary_of_a_role_of_the_configuration_needs_no_second_table(tmp_path: Path) -> None:
    loose("documented", tmp_path)
    configure("documented", tmp_path, is_loose=True)
    file = tmp_path / "payguard.toml"
    file.write_text(file.read_text().partition("[[document]]")[0])
    ran = lint(tmp_path)
    assert ran.report.findings == ()
    assert_same(ran, "documented", FORMS[0])


@pytest.mark.parametrize("told", [ALL, NAMES, NOTHING])
def test_the_account_of_the_deploy_may_be_any(told: str, tmp_path: Path) -> None:
    """A template that names its own account by ``AWS::AccountId`` says as much as any other."""
    (tmp_path / "roles.json").write_text(templates.anywhere(SCENARIOS["broken"]))
    configure("broken", tmp_path, told)
    ran = lint(tmp_path)
    assert ran.found(in_boundaries=False) == EXPECTED["broken", told]
    assert ran.undecided() == []


@pytest.mark.parametrize("told", [ALL, NAMES, NOTHING])
def test_what_hangs_on_a_manager_to_come_is_found_or_undecided(told: str, tmp_path: Path) -> None:
    """A stack with the manager in it knows less of its ARN; what hangs on that never passes."""
    (tmp_path / "roles.json").write_text(templates.with_manager(SCENARIOS["broken"]))
    configure("broken", tmp_path, told)
    ran = lint(tmp_path)
    said = {(one.rule, one.role) for one in ran.found(in_boundaries=False)}
    said |= set(ran.undecided())
    assert said == {(one.rule, one.role) for one in EXPECTED["broken", told]}


@pytest.mark.parametrize("style", terraform.STYLES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_plan_of_terraform_today_is_the_same(scenario: str, style: str, tmp_path: Path) -> None:
    """Terraform plans the configuration by itself; it needs no account for that."""
    plugins = os.environ.get("PAYGUARD_TF_PLUGINS")
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    if not plugins:
        pytest.skip("PAYGUARD_TF_PLUGINS names no folder with the AWS provider")
    folder = tmp_path / ".terraform"  # which a run passes over
    folder.mkdir()
    hcl(style)(scenario, folder)
    (tmp_path / "plan.json").write_text(make.plan(folder, plugins))
    configure(scenario, tmp_path)
    ran = lint(tmp_path)
    assert_same(ran, scenario, PLANS[style])
    assert ran.found(in_boundaries=False) == EXPECTED[scenario, ALL]
