import re
import subprocess
import sys

import pytest

from payguard.finding import Finding, InputError, Report, Severity
from payguard.reporters import FORMATS, Options, render

FULL = """\
error[unknown-action]: the action "bedrock-agentcore:Pay" does not exist
  --> policies/admin role.json:12:8  aws_iam_policy.admin /Statement/0/Action/1
   |
12 |        "bedrock-agentcore:Pay",
   |        ^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write "bedrock-agentcore:ProcessPayment"
   = see: https://docs.aws.amazon.com/actions.html

security-warning[spend-anywhere]: Allow of ProcessPayment on "*"
 --> policies/b.yaml:3:5
  |
3 |     Resource: '*'  
  |     ^^^^^^^^^^^^^

undecided[unknown-value]: the role is known only after apply
 --> plan.json:1:1  aws_iam_role.r /Statement

error: broken.json:3:4: trailing comma before "]"
error: gone.json: no such file or folder

Found 1 error, 1 security warning, 1 undecided in 3 policies (1 suppressed); 2 inputs could not be checked.
"""  # noqa: W291  the source line's own trailing space

CONCISE = """\
policies/admin role.json:12:8: error[unknown-action] the action "bedrock-agentcore:Pay" does not exist
policies/b.yaml:3:5: security-warning[spend-anywhere] Allow of ProcessPayment on "*"
plan.json:1:1: undecided[unknown-value] the role is known only after apply
broken.json:3:4: error: trailing comma before "]"
gone.json: error: no such file or folder
Found 1 error, 1 security warning, 1 undecided in 3 policies (1 suppressed); 2 inputs could not be checked.
"""


def text(report: Report, output_format: str, options: Options) -> str:
    return "".join(render(report, output_format, options))


@pytest.mark.parametrize(("output_format", "expected"), [("full", FULL), ("concise", CONCISE)])
def test_text_holds_findings_then_questions_then_errors_then_the_summary(
    report: Report, options: Options, output_format: str, expected: str
) -> None:
    assert text(report, output_format, options) == expected


def test_quiet_leaves_out_the_summary_and_nothing_else(report: Report, options: Options) -> None:
    quiet = text(report, "concise", options._replace(quiet=True))
    assert quiet == "".join(CONCISE.splitlines(keepends=True)[:-1])
    assert text(Report((), (), 5, 5), "full", options._replace(quiet=True)) == ""


def test_colours_mark_severities_and_are_the_only_difference(
    report: Report, options: Options
) -> None:
    colored = text(report, "full", options._replace(color=True))
    assert "\x1b[1;31merror[unknown-action]\x1b[0m" in colored
    assert "\x1b[1;35m^^^^^^^^^^^^^\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]+m", "", colored) == FULL


def test_statistics_count_each_rule_most_frequent_first(
    misspelt: Finding, broad: Finding, options: Options
) -> None:
    softer = broad._replace(severity=Severity.WARNING)
    report = Report((misspelt, *[broad] * 10, softer), (), 1, 1)
    lines = text(report, "concise", options._replace(statistics=True)).splitlines()
    assert lines[-4:-1] == [
        "10  security-warning[spend-anywhere]",
        " 1  error[unknown-action]",
        " 1  warning[spend-anywhere]",
    ]


def test_statistics_of_nothing_say_nothing(options: Options) -> None:
    shown = text(Report((), (), 2, 2), "full", options._replace(statistics=True))
    assert shown == "All 2 policies pass.\n"


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (Report((), (), 12, 10), "All 12 policies in 10 files pass.\n"),
        (Report((), (), 12, 1), "All 12 policies in 1 file pass.\n"),
        (Report((), (), 1, 1), "The policy passes.\n"),
        (Report((), (), 2, 2, suppressed=3), "All 2 policies in 2 files pass (3 suppressed).\n"),
        (Report((), (), 0, 0), ""),
    ],
)
def test_a_run_without_findings_says_what_passed(
    report: Report, options: Options, expected: str
) -> None:
    assert text(report, "full", options._replace(verbose=True)) == expected


def test_a_run_with_unreadable_inputs_never_says_that_all_pass(options: Options) -> None:
    errors = (InputError("a.json", "the file is empty"),)
    shown = text(Report((), errors, 3, 3), "concise", options)
    assert shown == (
        "a.json: error: the file is empty\n"
        "No findings in 3 policies; 1 input could not be checked.\n"
    )
    assert text(Report((), errors, 0, 0), "full", options) == "error: a.json: the file is empty\n"


def test_a_run_with_undecided_questions_never_says_that_all_pass(
    report: Report, options: Options
) -> None:
    shown = text(Report((), (), 2, 2, 0, report.undecided), "concise", options)
    assert shown.endswith("Found 1 undecided in 2 policies.\n")


def test_findings_outside_any_policy_are_summed_up_without_policies(
    broad: Finding, options: Options
) -> None:
    twice = (broad._replace(severity=Severity.SUGGESTION),) * 2
    assert text(Report(twice, (), 0, 0), "concise", options).endswith("\nFound 2 suggestions.\n")


def test_a_finding_without_source_has_no_frame_but_its_notes(
    misspelt: Finding, options: Options
) -> None:
    report = Report((misspelt._replace(source=""),), (), 1, 1)
    assert text(report, "full", options._replace(quiet=True)).splitlines()[2:] == [
        "   |",
        '   = help: write "bedrock-agentcore:ProcessPayment"',
        "   = see: https://docs.aws.amazon.com/actions.html",
    ]


def test_a_very_long_pointer_is_shortened_in_the_middle(
    misspelt: Finding, options: Options
) -> None:
    at = misspelt.location._replace(pointer="/Statement/0/Condition/" + "x" * 10_000)
    shown = text(Report((misspelt._replace(location=at),), (), 1, 1), "full", options)
    assert max(map(len, shown.splitlines())) < 300
    assert "/Statement/0/Condition/xxx" in shown


def test_an_unknown_format_is_refused(report: Report, options: Options) -> None:
    with pytest.raises(ValueError, match="no such format"):
        render(report, "html", options)


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_output_is_the_same_each_time(
    report: Report, options: Options, output_format: str
) -> None:
    assert text(report, output_format, options) == text(report, output_format, options)


def test_only_the_chosen_format_is_loaded() -> None:
    code = (
        "import sys; from payguard.reporters import Options, render; "
        "from payguard.finding import Report; "
        "''.join(render(Report((), (), 1, 1), 'full', Options(False, False, False, False, '')));"
        "print([m for m in ('json', 'hashlib', 'payguard.reporters.sarif', 'unicodedata')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
