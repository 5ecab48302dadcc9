import pytest

from payguard.finding import Finding, InputError, Location, Report, Severity, Span
from payguard.reporters import Options


@pytest.fixture
def options() -> Options:
    return Options(color=False, statistics=False, quiet=False, verbose=False, version="1.2.3")


@pytest.fixture
def misspelt() -> Finding:
    return Finding(
        rule="unknown-action",
        severity=Severity.ERROR,
        message='the action "bedrock-agentcore:Pay" does not exist',
        help='write "bedrock-agentcore:ProcessPayment"',
        reference="https://docs.aws.amazon.com/actions.html",
        location=Location(
            "policies/admin role.json",
            Span(12, 8, 12, 31),
            "/Statement/0/Action/1",
            "aws_iam_policy.admin",
        ),
        source='       "bedrock-agentcore:Pay",',
    )


@pytest.fixture
def broad() -> Finding:
    return Finding(
        rule="spend-anywhere",
        severity=Severity.SECURITY_WARNING,
        message='Allow of ProcessPayment on "*"',
        help="",
        reference="",
        location=Location("policies/b.yaml", Span(3, 5, 4, 9)),
        source="    Resource: '*'  ",
    )


@pytest.fixture
def report(misspelt: Finding, broad: Finding) -> Report:
    """One of everything: errors of input, an undecided question, a suppressed finding."""
    question = Finding(
        rule="unknown-value",
        severity=Severity.WARNING,
        message="the role is known only after apply",
        help="",
        reference="",
        location=Location("plan.json", Span(1, 1, 1, 1), "/Statement", "aws_iam_role.r"),
    )
    return Report(
        findings=(misspelt, broad),
        errors=(
            InputError("broken.json", 'trailing comma before "]"', 3, 4),
            InputError("gone.json", "no such file or folder"),
        ),
        documents=3,
        files=2,
        suppressed=1,
        undecided=(question,),
    )
