"""Deny statements on ProcessPayment that leave payments open."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.iam.document import IDENTITY, Policy, Statement
from payguard.quotation import quote
from payguard.rules import rule
from payguard.rules.payments.money import allowing, covers_type, denied, is_named, matched, spending
from payguard.rules.payments.sub_resource import MANAGER, reaches
from payguard.rules.resource.matching import fits
from payguard.rules.rule import Example, Problem, Rule
from payguard_policies import PAYMENTS_SERVICE


class WeakPaymentDeny(Rule):
    """A Deny on ProcessPayment that names too little, or holds only under a condition."""

    id = "weak-payment-deny"
    summary = "The Deny on ProcessPayment does not close every payment manager."
    why = (
        "AWS's role for setting budgets denies ProcessPayment on every resource, so that no "
        "other policy of the role can open spending again. A Deny on sub-resources does not "
        "match a request on the manager; one on some managers, or under a condition, leaves "
        "the rest to the other policies."
    )
    severity = Severity.SUGGESTION
    category = "payments"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
    )
    policy_types = frozenset({IDENTITY})
    when = rule.DENY | rule.PAYMENTS
    bad = (
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*/session/*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": [
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij",
      "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/paymentmanager-abcdefghij/*"
    ]
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
    "Effect": "Deny",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": "*"
  }
}
"""
        ),
        Example(
            """\
{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Deny",
    "Action": "bedrock-agentcore:ProcessPayment",
    "Resource": "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/*"
  }
}
"""
        ),
    )

    def check_policy(self, policy: Policy) -> Iterator[Problem]:
        """Yield a problem for each such Deny, unless another statement denies it everywhere."""
        statements = [
            statement
            for statement in policy.statements
            if statement.effect == "Deny" and _guards_spending(statement)
        ]
        if not statements or spending()[0] in denied(policy):
            return
        # What the document allows elsewhere, a Deny cuts an exception out of: that is no guard.
        guard = not _allows_spending(policy)
        for statement in statements:
            yield from _problems(statement, guard=guard)


def _guards_spending(statement: Statement) -> bool:
    action = spending()[0]
    return any(
        action in matched(text) and is_named(text, action) for _, text in statement.texts("Action")
    )


def _problems(statement: Statement, *, guard: bool) -> Iterator[Problem]:
    named = [
        (statement.pointer + at, text)
        for at, text in statement.texts("Resource")
        if fits(text, PAYMENTS_SERVICE, MANAGER)
    ]
    reaching = [text for _, text in named if reaches(text, MANAGER)]
    if named and not reaching:
        place, text = named[0]
        yield Problem(
            f"this Deny names only what is below a payment manager ({quote(text)}), but the service "
            "reference authorizes spending on the manager, where it denies nothing",
            place,
            _MEND,
            Severity.SECURITY_WARNING,
        )
    elif reaching and guard:
        if not any(covers_type(text, PAYMENTS_SERVICE, MANAGER) for text in reaching):
            yield Problem(
                "this Deny on spending names some payment managers only: another policy of the "
                "role can open the others",
                named[0][0],
                _MEND,
            )
        elif "Condition" in statement.value:
            yield Problem(
                "this Deny on spending holds only under a condition: another policy of the role "
                "can open spending where it does not hold",
                f"{statement.pointer}/Condition",
                _MEND,
                on_key=True,
            )


def _allows_spending(policy: Policy) -> bool:
    action = spending()[0]
    return any(
        statement.not_actions
        or any(action in matched(text) for _, text in statement.texts("Action"))
        for statement in allowing(policy)
    )


_MEND = 'deny it with "Resource": "*" and without a condition'
