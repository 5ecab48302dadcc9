"""Linting files of any kind, and named files that hold nothing to check."""

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import Run
from payguard import run
from payguard.configuration import Settings
from payguard.sources.text_file import MAX_BYTES, Candidate, Wanted, discover

FIXTURES = Path(__file__).parents[1] / "fixtures"
ARN = "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager"
MANAGER = f"{ARN}/shop-a1b2c3d4e5"
WRONG = f"{ARN}/Shop-a1b2c3d4e5"
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "bedrock-agentcore:UpdatePaymentSession",
        "Resource": [MANAGER, f"{MANAGER}/*"],
    },
}
BAD = json.dumps(POLICY)
GOOD = BAD.replace("UpdatePaymentSession", "GetPaymentSession")


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def places(result: Result) -> list[str]:
    """Return place and rule of every line of a concise report."""
    lines = result.stdout.splitlines()
    return [line.split("] ")[0] + "]" for line in lines if "[" in line and ": " in line]


def scanned(payguard: Run, *paths: str) -> list[str]:
    return places(payguard("lint", "--scan", "--isolated", "--format", "concise", *paths))


# What is found in which kind of file


VALUE: list[tuple[str, str | bytes, str]] = [
    (".env", f"PAYMENT_MANAGER_ARN={WRONG}\n", "1:21"),
    ("deploy.sh", f'#!/bin/sh\nexport MANAGER="{WRONG}"\n', "2:17"),
    ("settings.toml", f'manager = "{WRONG}"\n', "1:12"),
    ("Dockerfile", f"ENV PAYMENT_MANAGER_ARN={WRONG}\n", "1:25"),
    ("app.ts", f"const arn = '{WRONG}';\n", "1:14"),
    ("guide.md", f"Use `{WRONG}`.\n", "1:6"),
    ("config.json", f'{{"manager": "{WRONG}"}}', "1:14"),
    ("values.yaml", f"payments:\n  manager: {WRONG}\n", "2:12"),
    ("prod.tfvars", f'manager_arn = "{WRONG}"\n', "1:16"),
    ("bom.ps1", b"\xef\xbb\xbf$arn = '" + WRONG.encode() + b"'\r\n", "1:9"),
    ("latin.rb", b"# \xe9t\xe9\narn = '" + WRONG.encode() + b"'\n", "2:8"),
    ("no suffix", f"{WRONG}\n", "1:1"),
]


@pytest.mark.parametrize(("name", "content", "place"), VALUE, ids=[case[0] for case in VALUE])
@pytest.mark.parametrize("named", [True, False], ids=["named", "in a folder"])
def test_a_malformed_value_is_found_in_a_file_of_any_kind(
    payguard: Run, folder: Path, name: str, content: str | bytes, place: str, named: bool
) -> None:
    write(folder, {name: content})
    expected = [f"{name}:{place}: error[malformed-payment-value]"]
    assert scanned(payguard, name if named else ".") == expected


def test_without_the_option_only_files_of_known_kinds_are_looked_at(
    payguard: Run, folder: Path
) -> None:
    write(folder, {name: content for name, content, _ in VALUE})
    result = payguard("lint", "--isolated")
    assert (result.exit_code, "nothing to check" in result.output) == (2, True)


def test_a_policy_is_found_in_code_and_asked_about_like_any_other(
    payguard: Run, folder: Path
) -> None:
    text = json.dumps(POLICY, indent=2)
    write(folder, {"role.py": f"POLICY = {text}\n", "guide.md": f"```json\n{text}\n```\n"})
    assert scanned(payguard) == [
        "guide.md:6:15: error[unknown-action]",
        "role.py:5:15: error[unknown-action]",
    ]


def test_a_policy_that_cannot_be_read_in_code_is_undecided_not_passed(
    payguard: Run, folder: Path
) -> None:
    text = (
        'x = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow" if a else "Deny" }, f(]}\n'
    )
    write(folder, {"role.py": text})
    result = payguard("lint", "--scan", "--isolated")
    assert result.exit_code == 3
    assert "undecided[policy-not-known]" in result.output


def test_a_file_that_a_reader_reads_is_not_scanned_again(payguard: Run, folder: Path) -> None:
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Manager": {"Value": WRONG}},
    }
    write(
        folder,
        {
            "policy.json": BAD,
            "shop.template.json": json.dumps(template, indent=1),
            "main.tf": f'output "m" {{\n  value = "{WRONG}"\n}}\n',
            "terraform.tfvars": f'unused = "{WRONG}"\n',
            "prod.auto.tfvars": f'other = "{WRONG}"\n',
        },
    )
    assert scanned(payguard) == [
        "main.tf:2:11: error[malformed-payment-value]",
        "policy.json:1:70: error[unknown-action]",
        "prod.auto.tfvars:1:9: error[malformed-payment-value]",
        "shop.template.json:10:13: error[malformed-payment-value]",
        "terraform.tfvars:1:10: error[malformed-payment-value]",
    ]


def test_what_a_reader_holds_back_as_secret_is_not_scanned(payguard: Run, folder: Path) -> None:
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"outputs": {"m": {"sensitive": True, "value": WRONG}}},
        "configuration": {"root_module": {}},
    }
    write(folder, {"plan.json": json.dumps(plan), "plan.out": json.dumps(plan)})
    result = payguard("lint", "--scan", "--isolated")
    assert "Shop-a1b2c3d4e5" not in result.output


def test_a_state_of_any_suffix_is_read_as_what_it_is(payguard: Run, folder: Path) -> None:
    state = (FIXTURES / "terraform" / "terraform.tfstate").read_bytes()
    write(folder, {"shop.tfstate": state, "state.backup": state})
    found = scanned(payguard)
    assert [place for place in found if "separation-of-duties" in place] == [
        "shop.tfstate:190:52: security-warning[separation-of-duties]",
        "state.backup:190:52: security-warning[separation-of-duties]",
    ]


# Which files are looked at


def test_binary_and_huge_files_are_passed_over_silently_in_a_folder(
    payguard: Run, folder: Path
) -> None:
    write(folder, {"image.png": b"\x89PNG\0" + WRONG.encode(), "utf16.ps1": WRONG.encode("utf-16")})
    write(folder, {"late.bin": WRONG.encode() + b" " * 9000 + b"\0", "ok.env": f"A={MANAGER}\n"})
    with (folder / "huge.log").open("wb") as file:
        file.write(WRONG.encode())
        file.truncate(MAX_BYTES + 1)
    result = payguard("lint", "--scan", "--isolated")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("image.png", b"\x89PNG\0" + WRONG.encode(), "holds a NUL byte"),
        ("policy.json", b"\0" + BAD.encode(), "holds a NUL byte"),
        ("policy.json", BAD.encode() + b",", "not JSON"),
    ],
)
def test_what_the_user_names_and_cannot_be_read_is_said(
    payguard: Run, folder: Path, name: str, content: bytes, message: str
) -> None:
    write(folder, {name: content})
    result = payguard("lint", "--scan", "--isolated", name)
    assert result.exit_code == 2
    assert message in result.output


def test_a_file_of_a_known_kind_that_cannot_be_read_is_an_error_as_without_the_option(
    payguard: Run, folder: Path
) -> None:
    write(folder, {"policy.json": BAD + ",", "ok.env": f"A={MANAGER}\n"})
    result = payguard("lint", "--scan", "--isolated")
    assert result.exit_code == 2
    assert "policy.json:1:" in result.output


def test_a_pipe_and_a_dangling_link_in_a_folder_stop_nobody(payguard: Run, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "pipe.json")
    (folder / "gone").symlink_to("nowhere")
    write(folder, {"a.env": f"A={WRONG}\n"})
    (folder / "linked").symlink_to("a.env")
    assert scanned(payguard) == [
        "a.env:1:3: error[malformed-payment-value]",
        "linked:1:3: error[malformed-payment-value]",
    ]


def test_ignored_excluded_and_foreign_files_are_passed_over(payguard: Run, folder: Path) -> None:
    bad = f"A={WRONG}\n"
    (folder / ".git").mkdir()
    names = ["src/a.env", "build/b.env", "c.log", "node_modules/d.js", "docs/e.md", ".venv/f.py"]
    write(folder, {**dict.fromkeys(names, bad), ".gitignore": "build/\n*.log\n"})
    write(folder, {"payguard.toml": 'exclude = ["docs/"]\n'})
    result = payguard("lint", "--scan", "--format", "concise")
    assert places(result) == ["src/a.env:1:3: error[malformed-payment-value]"]
    shown = payguard("lint", "--scan", "--show-files").output.splitlines()
    assert shown == [".gitignore", "payguard.toml", "src/a.env"]


def test_nothing_about_payments_anywhere_is_nothing_to_check(payguard: Run, folder: Path) -> None:
    write(folder, {"a.py": "print(1)\n", "b.md": "# Text\n"})
    result = payguard("lint", "--scan", "--isolated")
    assert (result.exit_code, "nothing to check" in result.output) == (2, True)
    assert payguard("lint", "--scan", "--pass-over", "--isolated").exit_code == 0


def test_a_right_value_is_something_that_was_checked(payguard: Run, folder: Path) -> None:
    write(folder, {"a.env": f"PAYMENT_MANAGER_ARN={MANAGER}\n"})
    result = payguard("lint", "--scan", "--isolated")
    assert (result.exit_code, result.output) == (0, "")


def test_standard_input_is_scanned_under_the_name_given(payguard: Run, folder: Path) -> None:
    result = payguard(
        *("lint", "--scan", "--isolated", "--format", "concise", "-", "--stdin-filename", "x.sh"),
        input=f"A={WRONG}\n",
    )
    assert places(result) == ["x.sh:1:3: error[malformed-payment-value]"]


@pytest.mark.parametrize(
    "option",
    [
        ("--source", "policy"),
        ("--persona", "viewer"),
        ("--manager-arn", MANAGER),
        ("--role-arn", "arn:aws:iam::999988887777:role/x"),
    ],
    ids=lambda option: option[0],
)
def test_what_says_of_all_files_what_they_are_is_refused(
    payguard: Run, folder: Path, option: tuple[str, str]
) -> None:
    write(folder, {"a.env": f"A={MANAGER}\n"})
    result = payguard("lint", "--scan", *option)
    assert result.exit_code == 2
    assert option[0] in result.output


def test_several_processes_find_what_one_finds(payguard: Run, folder: Path) -> None:
    for index in range(30):
        write(folder, {f"f{index:02}.env": f"A={WRONG if index % 3 else MANAGER}\n"})
    inputs = list(discover(["."], Wanted(every=True)))
    alone = run.lint(inputs, Settings(), scan=True, workers=1)
    assert alone == run.lint(inputs, Settings(), scan=True, workers=3)
    assert len(alone.findings) == 20


def test_a_megabyte_of_source_code_takes_no_time(folder: Path) -> None:
    line = (
        "const x = { Statement: y, Effect: z, Action: `a`, arn: 'arn:aws:bedrock-agentcore:' };\n"
    )
    write(folder, {"bundle.js": line * 12_000})
    start = time.perf_counter()
    run.lint(list(discover(["."], Wanted(every=True))), Settings(), scan=True, workers=1)
    assert time.perf_counter() - start < 20


PIECES = st.sampled_from(
    [WRONG, MANAGER, BAD, "{", "[", '"', "'", "\n", "Statement:", "Effect: Allow", "# payguard: "]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(PIECES | st.text(max_size=8), max_size=8).map("".join),
    st.sampled_from(["a.py", "a.json", "a.yaml", "a.ipynb", "a.jsonl", "a", "a.tfvars"]),
)
def test_any_text_under_any_name_is_scanned_without_a_failure(text: str, name: str) -> None:
    candidate = Candidate(name, named=True, piped=True)
    data = text.encode("utf-8", "surrogatepass")
    report = run.lint([candidate], Settings(), scan=True, standard_input=lambda: data, workers=1)
    assert not [error for error in report.errors if "report it" in error.message]


# Named files that hold nothing to check


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("package.json", '{"name": "x"}'),
        ("list.json", "[1, 2]"),
        ("values.yaml", "a: 1\n"),
        ("chart.yaml", "a: {{ .Values.x }}\n"),
        ("empty.yaml", ""),
        ("main.tf", 'resource "aws_s3_bucket" "b" {}\n'),
        ("notes.txt", "nothing here\n"),
    ],
)
def test_a_named_file_without_anything_to_check_is_passed_over(
    payguard: Run, folder: Path, name: str, content: str
) -> None:
    write(folder, {name: content, "good.json": GOOD})
    result = payguard("lint", "--isolated", "--pass-over", name)
    assert (result.exit_code, result.output) == (0, "")
    assert payguard("lint", "--isolated", name).exit_code == 2
    both = payguard("lint", "--isolated", "--pass-over", name, "good.json")
    assert (both.exit_code, both.output) == (0, "The policy passes.\n")


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("bad.json", BAD, 1),
        ("broken.json", BAD + ",", 2),
        ("cut.yaml", "Statement: [{Effect: Allow", 2),
        ("broken.tf", 'resource "aws_iam_role" {\n', 2),
        ("missing.json", None, 2),
    ],
)
def test_a_named_file_with_something_to_check_is_checked_as_ever(
    payguard: Run, folder: Path, name: str, content: str | None, status: int
) -> None:
    write(folder, {} if content is None else {name: content})
    assert payguard("lint", "--isolated", "--pass-over", name).exit_code == status


def test_a_named_file_that_the_configuration_excludes_is_passed_over(
    payguard: Run, folder: Path
) -> None:
    write(folder, {"old/bad.json": BAD, "payguard.toml": 'exclude = ["old/"]\n'})
    assert payguard("lint", "old/bad.json").exit_code == 1
    assert payguard("lint", "--pass-over", "old/bad.json").exit_code == 0


def test_an_input_with_nothing_but_what_is_not_known_is_undecided(
    payguard: Run, folder: Path
) -> None:
    """A role without a document, and a gap that belongs to no role, are something to check."""
    checkpoint = FIXTURES / "pulumi" / "excerpts" / "secret-checkpoint.json"
    assert payguard("lint", "--isolated", str(checkpoint)).exit_code == 3
    inner = FIXTURES / "terraform_hcl" / "wide" / "modules" / "role" / "inner"
    assert payguard("lint", "--isolated", str(inner)).exit_code == 3
