from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.finding import Finding, InputError, Location, Report, Severity, Span
from payguard.reporters import Options, render

EXPECTED = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="payguard" tests="6" failures="2" errors="2" skipped="1" time="0">
<testsuite name="payguard" tests="6" failures="2" errors="2" skipped="1" time="0">
<testcase classname="payguard.inputs" name="broken.json" file="broken.json" line="3" time="0">
<error message="trailing comma before &quot;]&quot;" type="input">\
broken.json:3:4: trailing comma before &quot;]&quot;
</error>
</testcase>
<testcase classname="payguard.inputs" name="gone.json" file="gone.json" time="0">
<error message="no such file or folder" type="input">gone.json: no such file or folder
</error>
</testcase>
<testcase classname="payguard" name="plan.json" file="plan.json" line="1" time="0">
<skipped message="1 undecided" type="undecided">\
plan.json:1:1: undecided[unknown-value] the role is known only after apply
  at: aws_iam_role.r /Statement
</skipped>
</testcase>
<testcase classname="payguard" name="policies/admin role.json" file="policies/admin role.json" \
line="12" time="0">
<failure message="1 error" type="error">\
policies/admin role.json:12:8: error[unknown-action] \
the action &quot;bedrock-agentcore:Pay&quot; does not exist
  at: aws_iam_policy.admin /Statement/0/Action/1
  help: write &quot;bedrock-agentcore:ProcessPayment&quot;
  see: https://docs.aws.amazon.com/actions.html
</failure>
</testcase>
<testcase classname="payguard" name="policies/b.yaml" file="policies/b.yaml" line="3" time="0">
<failure message="1 security-warning" type="security-warning">\
policies/b.yaml:3:5: security-warning[spend-anywhere] Allow of ProcessPayment on &quot;*&quot;
</failure>
</testcase>
<testcase classname="payguard" name="policies/good.json" file="policies/good.json" time="0"/>
</testsuite>
</testsuites>
"""


def text(report: Report, options: Options) -> str:
    return "".join(render(report, "junit", options))


def suite(report: Report, options: Options) -> ET.Element:
    root = ET.fromstring(text(report, options))  # noqa: S314  our own output
    assert root.tag == "testsuites"
    (found,) = root
    return found


def outcomes(report: Report, options: Options) -> list[tuple[str, str]]:
    """Return the name of each test and what becomes of it."""
    found = []
    for case in suite(report, options):
        states = [child.tag for child in case if child.tag != "system-out"]
        found.append((case.attrib["name"], states[0] if states else "passed"))
    return found


def at(finding: Finding, path: str, line: int = 1) -> Finding:
    return finding._replace(location=Location(path, Span(line, 1, line, 2)))


def test_each_file_is_a_test_and_what_passes_is_named(report: Report, options: Options) -> None:
    checked = ("policies/admin role.json", "policies/b.yaml", "policies/good.json")
    assert text(report, options._replace(checked=checked)) == EXPECTED


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        (Severity.SUGGESTION, "failure"),
        (Severity.WARNING, "failure"),
        (Severity.SECURITY_WARNING, "passed"),
        (Severity.ERROR, "passed"),
    ],
)
def test_a_finding_fails_its_file_from_the_threshold_on_and_is_told_below(
    broad: Finding, options: Options, fail_on: Severity, expected: str
) -> None:
    report = Report((broad._replace(severity=Severity.WARNING),), (), 1, 1)
    how = options._replace(fail_on=fail_on)
    assert outcomes(report, how) == [("policies/b.yaml", expected)]
    (case,) = suite(report, how)
    assert "warning[spend-anywhere]" in "".join(case.itertext())


def test_all_that_is_wrong_with_a_file_stands_in_one_failure(
    broad: Finding, misspelt: Finding, options: Options
) -> None:
    minor = broad._replace(severity=Severity.SUGGESTION, rule="minor")
    findings = (at(misspelt, "a.json", 2), at(broad, "a.json", 3), at(broad, "a.json", 4))
    report = Report((*findings, at(minor, "a.json", 5)), (), 1, 1, 0, (at(broad, "a.json", 6),))
    (case,) = suite(report, options)
    failure, output = case
    assert failure.attrib == {
        "message": "1 error, 2 security-warnings, 1 undecided",
        "type": "error",
    }
    heads = [line for line in (failure.text or "").splitlines() if line.startswith("a.json")]
    assert [head.split("]")[0] for head in heads] == [
        "a.json:2:1: error[unknown-action",
        "a.json:3:1: security-warning[spend-anywhere",
        "a.json:4:1: security-warning[spend-anywhere",
        "a.json:6:1: undecided[spend-anywhere",
    ]
    assert (output.tag, output.text) == (
        "system-out",
        'a.json:5:1: suggestion[minor] Allow of ProcessPayment on "*"\n',
    )


def test_a_file_that_is_partly_unreadable_has_a_test_of_its_own_for_that(
    broad: Finding, options: Options
) -> None:
    errors = (InputError("a.tf", "first", 3, 1), InputError("a.tf", "second", 9, 1))
    report = Report((at(broad, "a.tf"),), errors, 1, 1)
    cases = list(suite(report, options))
    assert [(case.attrib["classname"], case[0].tag) for case in cases] == [
        ("payguard", "failure"),
        ("payguard.inputs", "error"),
    ]
    assert cases[1][0].attrib["message"] == "first (and 1 more)"
    assert cases[1][0].text == "a.tf:3:1: first\na.tf:9:1: second\n"


def test_a_run_of_which_no_file_is_known_by_name_is_one_test(options: Options) -> None:
    assert outcomes(Report((), (), 3, 2), options) == [("payguard lint", "passed")]
    (case,) = suite(Report((), (), 3, 2), options)
    assert "".join(case.itertext()).strip() == "All 3 policies in 2 files pass."


def test_a_run_that_checked_nothing_does_not_pass(options: Options) -> None:
    assert outcomes(Report((), (), 0, 0), options) == [("payguard lint", "error")]


PIECES = ("\0", "\x1b[0m", "\ud800", "\uffff", "\ufffe", "]]>", "<!--", "&#0;", "&", '"', "\n", "é", "日", "##[x]", "::x")  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=5).map("".join)
SPANS = st.builds(Span, st.integers(1, 9), st.integers(1, 9), st.just(9), st.just(9))
FINDINGS = st.builds(
    Finding,
    rule=TEXT,
    severity=st.sampled_from(Severity),
    message=TEXT,
    help=TEXT,
    reference=TEXT,
    location=st.builds(Location, TEXT, SPANS, TEXT, TEXT),
)
REPORTS = st.builds(
    Report,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    errors=st.lists(st.builds(InputError, TEXT, TEXT), max_size=2).map(tuple),
    documents=st.integers(0, 2),
    files=st.just(1),
    undecided=st.lists(FINDINGS, max_size=2).map(tuple),
)


@given(REPORTS, st.lists(TEXT, max_size=2).map(tuple), st.sampled_from(Severity))
def test_whatever_a_text_holds_the_xml_is_well_formed_and_its_counts_are_true(
    report: Report, checked: tuple[str, ...], fail_on: Severity
) -> None:
    options = Options(False, False, False, False, "1", fail_on, checked)  # noqa: FBT003  positions
    written = text(report, options)
    assert written.isascii()
    found = suite(report, options)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(found.attrib[name]) == len(found.findall(f"testcase/{tag}"))
    assert int(found.attrib["tests"]) == len(found) > 0
    keys = [(case.attrib["classname"], case.attrib["name"]) for case in found]
    assert len(keys) == len(set(keys))
    for case in found:
        assert len([child for child in case if child.tag != "system-out"]) <= 1
