"""Policy variables that are no variables: a brace, a quote or the name itself is missing."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition
from payguard.iam.variable import Variable, variables
from payguard.quotation import quote
from payguard.rules.rule import Example, Problem, Rule, Text

# More malformed variables in one text say nothing new.
_SHOWN = 3


class MalformedVariable(Rule):
    """A ${...} that IAM cannot read as a policy variable."""

    id = "malformed-variable"
    summary = "A policy variable is malformed."
    why = (
        "IAM refuses the document, or takes the text literally so that it matches no request: an "
        "Allow is dead and, worse, a Deny does not hold."
    )
    severity = Severity.ERROR
    category = "grammar"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    )
    access_analyzer = (
        "MISSING_BRACE_IN_VARIABLE",
        "MISSING_QUOTE_IN_VARIABLE",
        "UNSUPPORTED_SPACE_IN_VARIABLE",
        "EMPTY_VARIABLE",
    )
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team"}}
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:GetPaymentSession",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*",
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team, none}"}}
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
    "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team, 'none'}"}}
  }
}
"""
        ),
    )

    def check_resource(self, resource: Text) -> Iterator[Problem]:
        """Yield a problem for each malformed variable of a resource."""
        if "${" in resource.text:
            yield from _problems(resource.text, "")

    def check_condition(self, condition: Condition) -> Iterator[Problem]:
        """Yield a problem for each malformed variable of a condition's values."""
        for index, value in enumerate(condition.values):
            if type(value) is str and "${" in value:
                yield from _problems(value, condition.value_pointer(index))


def _problems(text: str, place: str) -> Iterator[Problem]:
    shown = 0
    for variable in variables(text):
        defect = _defect(variable)
        if defect is None:
            continue
        yield Problem(defect[0], place, help=defect[1])
        shown += 1
        if shown == _SHOWN:
            return


def _defect(variable: Variable) -> tuple[str, str] | None:
    """Return what is wrong with a variable and how to mend it; None where nothing is."""
    text = quote(variable.text)
    if not variable.closed:
        return f"the policy variable {text} has no closing brace", 'add "}" behind its name'
    if not variable.key.strip():
        mend = "name a condition key between the braces, or write ${$} for a dollar sign"
        return f"the policy variable {text} names no condition key", mend
    if " " in variable.key:
        return f"the policy variable {text} has a space in its name", _space_mend(variable)
    if variable.default is not None and _is_badly_quoted(variable):
        plain = variable.default.strip("'\"\u2018\u2019\u201c\u201d ")
        mend = "write " + quote(f"${{{variable.key}, '{plain}'}}") if "'" not in plain else ""
        return f"the default of the policy variable {text} is not one text in single quotes", mend
    return None


def _is_badly_quoted(variable: Variable) -> bool:
    return not variable.quoted or "'" in (variable.default or "")


def _space_mend(variable: Variable) -> str:
    key = variable.key.strip()
    if " " in key:
        return "remove the space; a tag key with a space cannot be named in a variable"
    default = f", '{variable.default}'" if variable.default is not None else ""
    return "write " + quote(f"${{{key}{default}}}")
