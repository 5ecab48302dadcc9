"""The lint command: what it reads, what it prints, and how it ends."""

import json
import os
from pathlib import Path

import pytest

from commands import Run

MANAGER = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"
GOOD = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "bedrock-agentcore:GetPaymentSession",
            "Resource": [MANAGER, f"{MANAGER}/*"],
        },
    }
)
BAD = GOOD.replace("GetPaymentSession", "UpdatePaymentSession")

BROKEN: list[tuple[str, bytes, str]] = [
    ("syntax.json", b'{"Statement" []}', "syntax.json:1:14: not JSON: expecting ':' delimiter"),
    ("comma.json", b'{"Statement": [],}', 'comma.json:1:17: trailing comma before "}"'),
    ("bom.json", b"\xef\xbb\xbf" + GOOD.encode(), "byte order mark"),
    ("utf16.json", GOOD.encode("utf-16"), "the file is UTF-16: save it as UTF-8"),
    ("utf16le.json", GOOD.encode("utf-16-le"), "the file is UTF-16 or binary"),
    ("latin.json", b'{"Statement": "\xe9"}', "latin.json:1:16: the file is not UTF-8"),
    ("nul.json", GOOD.encode() + b"\n\0", "nul.json:2:1: the file holds a NUL byte"),
    ("empty.json", b"", "empty.json: the file is empty"),
    ("deep.json", b'{"Statement": ' + b"[" * 100_000, "nested too deeply"),
    ("digits.json", b'{"Statement": ' + b"9" * 100_000 + b"}", "too many digits"),
    ("twice.json", b'{"Statement": [], "Statement": []}', 'the key "Statement" stands twice'),
    ("list.json", b'[{"Effect": "Allow"}]', "the top level is a list"),
    ("deep.yaml", b"Statement: {Effect: " + b"[" * 100_000, "nested too deeply"),
    ("twice.yaml", b"Statement: []\nStatement: []\n#Effect", 'twice.yaml:2:1: the key "Statement"'),
]


@pytest.mark.parametrize(("name", "content", "expected"), BROKEN, ids=[b[0] for b in BROKEN])
@pytest.mark.parametrize("named", [True, False], ids=["named", "in a folder"])
def test_bad_input_gets_one_clear_line_and_exit_2_and_the_others_are_linted(
    payguard: Run, folder: Path, name: str, content: bytes, expected: str, named: bool
) -> None:
    (folder / name).write_bytes(content)
    (folder / "zz-bad.json").write_text(BAD)
    result = payguard("lint", *([name, "zz-bad.json"] if named else ["."]))
    assert result.exit_code == 2
    lines = [line for line in result.output.splitlines() if name in line]
    assert len(lines) == 1
    assert expected in lines[0]
    assert "UpdatePaymentSession" in result.output


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--manager-arn", "shop", '"shop" is no ARN'),
        ("--manager-arn", "", "an ARN is expected"),
        ("--manager-arn", "arn:aws:s3:::b", "no payment manager matches it"),
        ("--role-arn", "agent", "is no ARN of a role or user"),
        ("--role-arn", "", "is no ARN of a role or user"),
    ],
)
def test_what_nothing_can_be_held_against_is_refused(
    payguard: Run, folder: Path, option: str, value: str, message: str
) -> None:
    (folder / "good.json").write_text(GOOD)
    result = payguard("lint", "good.json", option, value)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_a_broken_link_is_reported_and_the_others_are_linted(payguard: Run, folder: Path) -> None:
    (folder / "gone.json").symlink_to("nowhere.json")
    (folder / "good.json").write_text(GOOD)
    result = payguard("lint", ".")
    assert result.exit_code == 2
    assert 'gone.json: the link leads nowhere ("nowhere.json")' in result.output


def test_what_cannot_be_read_is_counted_once(payguard: Run, folder: Path) -> None:
    (folder / "good.json").write_text(GOOD)
    (folder / "role.tf").symlink_to(folder / "nowhere.tf")
    result = payguard("lint", ".", "--output-format", "concise")
    assert result.exit_code == 2
    assert result.stdout.count("role.tf: error: the link leads nowhere") == 1
    assert "1 input could not be checked" in result.stdout


def test_a_folder_without_permission_is_reported(
    payguard: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "closed").mkdir()
    (folder / "good.json").write_text(GOOD)
    scan = os.scandir

    def refuse(path: str) -> object:
        if "closed" in str(path):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything: ask the system to refuse
    result = payguard("lint", ".")
    assert result.exit_code == 2
    assert "closed: no permission to read it" in result.output


def test_a_file_beyond_the_limit_is_refused_without_being_read(payguard: Run, folder: Path) -> None:
    with (folder / "huge.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (folder / "good.json").write_text(GOOD)
    result = payguard("lint", ".")
    assert result.exit_code == 2
    assert "huge.json: 100 MB is more than the 32 MB read at most" in result.output


def test_a_file_that_does_not_exist_is_exit_2(payguard: Run) -> None:
    result = payguard("lint", "missing.json")
    assert result.exit_code == 2
    assert "missing.json: no such file or folder" in result.output


def test_json_that_is_no_policy_is_passed_over_in_a_folder(payguard: Run, folder: Path) -> None:
    (folder / "package.json").write_text('{"name": "x", "version": "1.0"}')
    (folder / "list.json").write_text("[1, 2]")
    (folder / "tsconfig.json").write_text('{\n  // comments are not JSON\n  "a": 1\n}')
    (folder / "workflow.yaml").write_text("on: push\njobs: {}\n")
    (folder / "chart.yaml").write_text("a: {{ .Values.x }}\n")
    (folder / "good.json").write_text(GOOD)
    result = payguard("lint", ".")
    assert result.exit_code == 0, result.output
    assert result.output == "The policy passes.\n"


@pytest.mark.parametrize("text", ['{"name": "x"}', "[1]", "5", '"x"', "null"])
def test_json_that_is_no_policy_is_refused_when_it_is_named(
    payguard: Run, folder: Path, text: str
) -> None:
    (folder / "other.json").write_text(text)
    result = payguard("lint", "other.json")
    assert result.exit_code == 2
    assert "other.json:1:1: " in result.output


def test_a_folder_without_policies_has_nothing_to_check(payguard: Run, folder: Path) -> None:
    (folder / "package.json").write_text("{}")
    result = payguard("lint", ".")
    assert result.exit_code == 2
    assert "nothing to check" in result.output


def test_a_good_policy_passes_and_a_bad_one_fails(payguard: Run, folder: Path) -> None:
    (folder / "good.json").write_text(GOOD)
    (folder / "bad.json").write_text(BAD)
    assert payguard("lint", "good.json").exit_code == 0
    assert payguard("lint", "bad.json").exit_code == 1
    assert payguard("lint", "bad.json", "--exit-zero").exit_code == 0
    assert payguard("lint", "bad.json", "--ignore", "unknown-action").exit_code == 0
    assert payguard("lint", "bad.json", "--select", "unknown-service").exit_code == 0
    assert payguard("lint", "bad.json", "--select", "action").exit_code == 1


def test_standard_input_is_linted_under_the_name_given(payguard: Run) -> None:
    result = payguard("lint", "-", "--stdin-filename", "role.json", input=BAD)
    assert result.exit_code == 1
    assert "role.json:1:" in result.output


def test_json_on_standard_input_is_not_taken_for_yaml(payguard: Run) -> None:
    result = payguard("lint", "-", input=GOOD[:-1] + ",}")
    assert result.exit_code == 2
    assert 'trailing comma before "}"' in result.output


@pytest.mark.parametrize("chunk", [1, 250])
def test_a_policy_that_a_configuration_reads_is_looked_at_as_part_of_its_role(
    payguard: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """By itself it would let both be done; the role has a Deny beside it."""
    monkeypatch.setattr("payguard.run._CHUNK", chunk)
    both = {
        "Effect": "Allow",
        "Action": ["bedrock-agentcore:CreatePaymentSession", "bedrock-agentcore:ProcessPayment"],
        "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5",
    }
    guard = {"Effect": "Deny", "Action": "bedrock-agentcore:ProcessPayment", "Resource": "*"}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    (folder / "policies").mkdir()
    for name, statement in (("both", both), ("guard", guard), ("trust", trust)):
        document = {"Version": "2012-10-17", "Statement": [statement]}
        (folder / "policies" / f"{name}.json").write_text(json.dumps(document))
    inline = "".join(
        f'  inline_policy {{\n    policy = file("policies/{name}.json")\n  }}\n'
        for name in ("both", "guard")
    )
    role = f'name = "r"\n  assume_role_policy = file("policies/trust.json")\n{inline}'
    (folder / "main.tf").write_text(f'resource "aws_iam_role" "r" {{\n  {role}}}\n')
    wanted = ("--select", "separation-of-duties", "--output-format", "json")
    result = payguard("lint", ".", *wanted)
    assert (result.exit_code, json.loads(result.stdout)["findings"]) == (0, [])
    assert payguard("lint", "policies", *wanted).exit_code == 1
    (folder / "main.tf").write_text(
        f'resource "aws_iam_role" "r" {{\n  {role.replace("guard", "no")}}}\n'
    )
    assert "r can open a budget" in payguard("lint", ".", *wanted).stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04\x14\0\x08\0", "plan:1:1: error: the file is an archive"),
        (
            b'{"@level":"info","type":"version"}\n{"@level":"info","type":"planned_change"}\n',
            "plan:1:1: error: this is what terraform plan -json tells of its work, not the plan",
        ),
    ],
    ids=["saved", "the log"],
)
def test_what_is_taken_for_a_plan_is_told_from_one(
    payguard: Run, folder: Path, content: bytes, message: str
) -> None:
    (folder / "plan").write_bytes(content)
    result = payguard("lint", "plan", "--output-format", "concise")
    assert result.exit_code == 2
    assert message in result.output
    assert "terraform show -json" in result.output


def test_a_template_in_yaml_is_told_by_its_content(payguard: Run, folder: Path) -> None:
    """``cdk synth`` prints one to standard output; others have the suffix ``.template``."""
    text = (
        "# of a stack\nResources:\n  Pay:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n"
        f"      PolicyDocument: {BAD}\n"
    )
    (folder / "stack.template").write_text(text)
    for result in (payguard("lint", "-", input=text), payguard("lint", "stack.template")):
        assert result.exit_code == 1, result.output
        assert ":6:" in result.stdout
    (folder / "broken.json").write_text(text)
    assert payguard("lint", "broken.json").exit_code == 2


def test_several_documents_in_yaml_may_be_empty_and_each_is_named_by_its_line(
    payguard: Run, folder: Path
) -> None:
    (folder / "two.yaml").write_text(f"---\n{GOOD}\n---\n---\n{GOOD}\n---\n")
    result = payguard("lint", "two.yaml")
    assert (result.exit_code, result.stdout) == (0, "All 2 policies pass.\n")
    (folder / "other.yaml").write_text(f"---\n{GOOD}\n---\nkind: other\n")
    result = payguard("lint", "other.yaml")
    assert result.exit_code == 2
    assert "other.yaml:4:1: this is no policy document" in result.output


def test_yaml_of_any_suffix_is_read(payguard: Run, folder: Path) -> None:
    text = "Version: 2012-10-17\nStatement:\n- {Effect: Allow, Action: 's3:*', Resource: '*'}\n"
    (folder / "role.policy").write_text(text)
    assert payguard("lint", "role.policy").exit_code == 0
    assert payguard("lint", "-", input=text).exit_code == 0


def test_gitignored_and_foreign_folders_are_passed_over_unless_they_are_named(
    payguard: Run, folder: Path
) -> None:
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("build/\n*.gen.json\n!keep.gen.json\n")
    for name in ("build/a.json", "x.gen.json", "node_modules/b.json", "src/build/c.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(BAD)
    (folder / "keep.gen.json").write_text(GOOD)
    assert payguard("lint", "--show-files").output == "keep.gen.json\n"
    assert payguard("lint", "--show-files", "build").output == "build/a.json\n"
    assert payguard("lint", "build/a.json").exit_code == 1


def test_files_are_listed_once_and_in_a_stable_order(payguard: Run, folder: Path) -> None:
    for name in ("b/x.json", "a/y.json", "c.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(GOOD)
    result = payguard("lint", "--show-files", ".", "c.json")
    assert result.output.splitlines() == ["c.json", "a/y.json", "b/x.json"]


def test_a_suppression_in_the_configuration_needs_a_reason_and_silences(
    payguard: Run, folder: Path
) -> None:
    (folder / "bad.json").write_text(BAD)
    entry = '[[ignore]]\npath = "bad.json"\nrule = "unknown-action"\n'
    (folder / "payguard.toml").write_text(entry + 'reason = "kept until the SDK is updated"\n')
    result = payguard("lint", "bad.json")
    assert result.exit_code == 0
    assert "1 suppressed" in result.output
    (folder / "payguard.toml").write_text(entry)
    assert payguard("lint", "bad.json").exit_code == 2
    assert payguard("lint", "bad.json", "--isolated").exit_code == 1


def test_an_unknown_configuration_key_names_the_nearest(payguard: Run, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.payguard]\nfail-onn = 'error'\n")
    (folder / "good.json").write_text(GOOD)
    result = payguard("lint", "good.json")
    assert result.exit_code == 2
    assert '"fail-on"' in result.output


def test_a_comment_silences_its_line_in_yaml(payguard: Run, folder: Path) -> None:
    text = (
        "Version: 2012-10-17\n"
        "Statement:\n"
        "  - Effect: Allow\n"
        "    Action: bedrock-agentcore:UpdatePaymentSession"
        "  # payguard: ignore[unknown-action] kept until the SDK is updated\n"
        f"    Resource: ['{MANAGER}', '{MANAGER}/*']\n"
    )
    (folder / "role.yaml").write_text(text)
    assert payguard("lint", "role.yaml").exit_code == 0
    (folder / "role.yaml").write_text(text.replace("payguard:", "nobody:"))
    assert payguard("lint", "role.yaml").exit_code == 1


def test_several_processes_find_what_one_finds(payguard: Run, folder: Path) -> None:
    for index in range(40):
        (folder / f"p{index:02}.json").write_text(BAD if index % 3 else GOOD)
    (folder / "p99.json").write_text("{")
    from payguard import run
    from payguard.configuration import Settings
    from payguard.sources.text_file import discover

    alone = run.lint(list(discover(["."])), Settings(), workers=1)
    together = run.lint(list(discover(["."])), Settings(), workers=3)
    assert alone == together
    assert len(alone.findings) == 26


def test_the_report_is_written_to_a_file(payguard: Run, folder: Path) -> None:
    (folder / "bad.json").write_text(BAD)
    result = payguard("lint", "bad.json", "--format", "json", "-o", "report.json")
    assert result.exit_code == 1
    assert result.output == ""
    assert json.loads((folder / "report.json").read_text())["version"] == 1
    assert payguard("lint", "bad.json", "-o", "no/such/folder").exit_code == 2


def test_color_follows_the_option_and_the_environment(
    payguard: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bad.json").write_text(BAD)
    assert "\x1b[" not in payguard("lint", "bad.json").output
    assert "\x1b[" in payguard("lint", "bad.json", "--color", "always", color=True).output
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in payguard("lint", "bad.json", color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in payguard("lint", "bad.json", color=True).output


def test_show_settings_prints_what_is_in_force(payguard: Run, folder: Path) -> None:
    (folder / "payguard.toml").write_text("fail-on = 'error'\n")
    result = payguard("lint", "--show-settings", "--ignore", "unknown-action")
    assert result.exit_code == 0
    assert "fail-on = error\n" in result.output
    assert "ignore = unknown-action\n" in result.output
