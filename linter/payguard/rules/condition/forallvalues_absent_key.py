"""ForAllValues in an Allow that also holds where the key is absent."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.condition import Condition, parse_operator
from payguard.iam.context_key import GLOBAL_PREFIX, context_key, prefix_of
from payguard.iam.document import Statement
from payguard.iam.memory import remembered
from payguard.quotation import quote
from payguard.rules import rule as bits
from payguard.rules.condition.presence import chosen, demands_presence
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import PAYMENTS_SERVICE

# The tag keys of a request that passes no tags: nothing that a policy would want to refuse.
_HARMLESS = "aws:tagkeys"


class ForallvaluesAbsentKey(Rule):
    """An Allow restricted by ForAllValues alone."""

    id = "forallvalues-absent-key"
    summary = "ForAllValues also holds where the key is absent, and nothing asks that it be there."
    why = (
        "All values of an absent key match, since there are none: a request that leaves the key "
        "out is allowed. AWS recommends a Null condition beside ForAllValues in an Allow."
    )
    severity = Severity.SECURITY_WARNING
    category = "condition"
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-vpc-condition.html",
    )
    when = bits.CONDITION | bits.ALLOW
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "bedrock-agentcore:CreateAgentRuntime",
    "Resource": "*",
    "Condition": {"ForAllValues:StringEquals": {"bedrock-agentcore:subnets": "subnet-0123456789abcdef0"}}
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
    "Action": "bedrock-agentcore:CreateAgentRuntime",
    "Resource": "*",
    "Condition": {
      "ForAllValues:StringEquals": {"bedrock-agentcore:subnets": "subnet-0123456789abcdef0"},
      "Null": {"bedrock-agentcore:subnets": "false"}
    }
  }
}
"""
        ),
    )

    def hears_condition(self, condition: Condition) -> bool:
        """Tell whether the condition also holds without its key."""
        return _open(condition.operator, condition.key)

    def check_statement(self, statement: Statement) -> Iterator[Problem]:
        """Yield a problem for each ForAllValues beside which nothing demands the key."""
        for condition in chosen(statement, _open):
            if not any(map(demands_presence, _of_key(statement, condition))):
                yield Problem(
                    f"ForAllValues also holds for a request without {quote(condition.key)}",
                    at=condition.pointer,
                    help=f'add "Null": {{{quote(condition.key)}: "false"}}',
                    on_key=True,
                )


@remembered
def _open(operator: str, key: str) -> bool:
    parsed = parse_operator(operator)
    if parsed is None or parsed.quantifier != "ForAllValues" or parsed.kind == "Null":
        return False
    if prefix_of(key) not in (GLOBAL_PREFIX, PAYMENTS_SERVICE) or key.lower() == _HARMLESS:
        return False
    known = context_key(key)
    return known is not None and known.multivalued


def _of_key(statement: Statement, condition: Condition) -> Iterator[Condition]:
    wanted = condition.key.lower()
    yield from chosen(statement, lambda _operator, key: key.lower() == wanted)
