"""Policy variables where IAM does not replace them.

They may stand in the part of a resource ARN after the fifth colon and in condition values, and
nowhere else; what a condition operator has to do with it is the condition rules' question.
In the Region and account of an ARN it is a warning: the page below rules it out, but AWS's own
AmazonTimestreamInfluxDBServiceRolePolicy has a variable in an account field, so IAM takes the
document, whatever it makes of it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import Statement
from payguard.iam.principal import principals
from payguard.iam.variable import Variable, variables
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.grammar.placeholder import is_placeholder
from payguard.rules.rule import Example, Problem, Rule, Text

_FIELDS = ("prefix", "partition", "service", "Region", "account")
_ACCEPTED = ("Region", "account")
_FILLED_BEFORE = "if a tool fills it in before AWS sees it, check the policy that comes out"


class VariableNotAllowed(Rule):
    """A policy variable in an element or ARN field that takes none."""

    id = "variable-not-allowed"
    summary = "A policy variable stands where IAM does not replace variables."
    why = (
        "IAM refuses the document or takes the variable literally, and then the statement matches "
        "no request."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    )
    access_analyzer = ("VARIABLE_UNSUPPORTED_IN_ELEMENT",)
    when = rule.PRINCIPAL
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:${aws:Partition}:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
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
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_action(self, action: Text) -> Iterator[Problem]:
        """Yield a problem where an action holds a variable."""
        if "${" in action.text:
            yield _in_element(action.text, action.element, "")

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem where a variable stands before the fifth colon of an ARN."""
        text = resource.text
        if "${" not in text:
            return
        early = _early_variable(text)
        if early is not None:
            variable, field = early
            yield Problem(
                f"the policy variable {quote(variable.text)} stands in the {field} of the ARN: "
                "only the part after the fifth colon takes variables",
                help=f"write the {field} out; {_FILLED_BEFORE}",
                severity=Severity.WARNING if field in _ACCEPTED else None,
            )

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem where a principal holds a variable."""
        for element in ("Principal", "NotPrincipal"):
            for principal in principals(statement.value, element):
                if "${" in principal.text:
                    yield _in_element(principal.text, element, principal.pointer)


def _in_element(text: str, element: str, place: str) -> Problem:
    variable = next(variables(text))
    return Problem(
        f"{quote(element)} takes no policy variables such as {quote(variable.text)}",
        place,
        help=f"write the value out; {_FILLED_BEFORE}",
    )


def _early_variable(text: str) -> tuple[Variable, str] | None:
    """Return the first variable before the fifth colon, and the ARN field it stands in.

    A malformed one and a placeholder are left to the rules that have more to say about them.
    """
    variable = next(variables(text))
    colons = text.count(":", 0, text.index("${"))
    well_formed = variable.closed and variable.key.strip() and not is_placeholder(variable)
    return (variable, _FIELDS[colons]) if well_formed and colons < len(_FIELDS) else None
