import pytest

from payguard.finding import Finding, Report, Severity
from payguard.reporters import Options, render

EXPECTED = """\
::error file=policies/admin role.json,line=12,col=8,endLine=12,endColumn=31,title=error[unknown-action]\
::the action "bedrock-agentcore:Pay" does not exist%0Aaws_iam_policy.admin /Statement/0/Action/1\
%0Awrite "bedrock-agentcore:ProcessPayment"%0Ahttps://docs.aws.amazon.com/actions.html
::error file=policies/b.yaml,line=3,col=5,endLine=4,endColumn=9,title=security-warning[spend-anywhere]\
::Allow of ProcessPayment on "*"
::warning file=plan.json,line=1,col=1,endLine=1,endColumn=1,title=undecided[unknown-value]\
::the role is known only after apply%0Aaws_iam_role.r /Statement
::error file=broken.json,line=3,col=4,title=payguard could not check this\
::trailing comma before "]"
::error file=gone.json,title=payguard could not check this::no such file or folder
"""


def text(report: Report, options: Options) -> str:
    return "".join(render(report, "github", options))


def test_each_finding_question_and_error_is_one_command(report: Report, options: Options) -> None:
    assert text(report, options) == EXPECTED


@pytest.mark.parametrize(
    ("severity", "command"),
    [
        (Severity.ERROR, "error"),
        (Severity.SECURITY_WARNING, "error"),
        (Severity.WARNING, "warning"),
        (Severity.SUGGESTION, "notice"),
    ],
)
def test_a_severity_has_its_command(
    broad: Finding, options: Options, severity: Severity, command: str
) -> None:
    report = Report((broad._replace(severity=severity),), (), 1, 1)
    assert text(report, options).startswith(f"::{command} file=")


def test_values_cannot_end_a_property_or_a_command(broad: Finding, options: Options) -> None:
    at = broad.location._replace(path="a,line=1::b%.json\r\n::set-output name=x::y")
    hostile = broad._replace(location=at, message="100%\r\n::add-mask::a, b: c\x1b[0m ##[group]")
    assert text(Report((hostile,), (), 1, 1), options) == (
        "::error file=a%2Cline=1%3A%3Ab%25.json\\r\\n%3A%3Aset-output name=x%3A%3Ay,line=3,col=5,"
        "endLine=4,endColumn=9,title=security-warning[spend-anywhere]"
        "::100%25\\r\\n::add-mask::a, b: c\\x1b[0m \\x23#[group]\n"
    )
