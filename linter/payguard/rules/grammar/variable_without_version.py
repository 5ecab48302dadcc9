"""Policy variables in a document whose version has none."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.iam.variable import Variable, variables
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.grammar.placeholder import is_placeholder
from payguard.rules.rule import Example, Problem, Rule

_OLD = "2008-10-17"


class VariableWithoutVersion(Rule):
    """A policy variable that IAM takes as plain text, because the policy says 2008 or nothing."""

    id = "variable-without-version"
    summary = "A policy variable is plain text, because the Version is missing or 2008-10-17."
    why = (
        "Policy variables came with version 2012-10-17. In an older policy the text stands for "
        "itself and matches no real resource or value: an Allow grants nothing, a Deny does not "
        "hold."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html",
    )
    access_analyzer = ("VARIABLE_UNSUPPORTED_IN_VERSION",)
    when = rule.VARIABLE
    bad = (
        Example(
            """\
{
  "Version": "2008-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
  }
}
"""
        ),
    )
    good = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
  }
}
"""
        ),
    )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem at each text with a well-formed variable or escape."""
        if statement.version not in (None, _OLD):
            return
        has = f'has "Version": "{_OLD}"' if statement.version else 'has no "Version"'
        for place, text in _texts(statement):
            variable = next(filter(_is_meant, variables(text)), None)
            if variable is not None:
                yield Problem(
                    f"the policy variable {quote(variable.text)} is plain text: the policy {has}",
                    place,
                    help='set "Version": "2012-10-17"',
                )


def _is_meant(variable: Variable) -> bool:
    return variable.closed and not is_placeholder(variable)


def _texts(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of everything in which a variable may stand."""
    for element in ("Resource", "NotResource"):
        yield from statement.texts(element)
    for condition in statement.conditions:
        for index, value in enumerate(condition.values):
            if isinstance(value, str):
                yield condition.value_pointer(index), value
