"""Principals that one role lets in to open budgets, and another to spend."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.quotation import quote
from payguard.rules.role.naming import listed
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject, witness

_TEMPLATE = """\
Resources:
  Budget:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop-budget
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::999988887777:role/%s"}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: budget
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: bedrock-agentcore:CreatePaymentSession
                Resource: "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/*"
  Spend:
    Type: AWS::IAM::Role
    Properties:
      RoleName: shop-spend
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::999988887777:role/agent"}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: spend
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: bedrock-agentcore:ProcessPayment
                Resource: "arn:aws:bedrock-agentcore:us-east-1:999988887777:payment-manager/*"
"""


class PrincipalWithBothDuties(Rule):
    """A role, user or session, not in the input, that may assume a role for each duty."""

    id = "principal-with-both-duties"
    summary = "One principal may assume the role that opens budgets and the one that spends."
    why = (
        "Two roles separate nothing if one and the same principal may assume both: it raises its own "
        "budget as the one and spends it as the other. A role of the input that may do so is reported by "
        "`separation-by-another-role`; this is about principals of which only the trust policies tell. "
        "That they may call sts:AssumeRole is taken for granted. Whole accounts are not reported: the "
        "policies there decide."
    )
    severity = Severity.SECURITY_WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-iam-roles.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    )
    bad = (Example(_TEMPLATE % "agent"),)
    good = (Example(_TEMPLATE % "budget-desk"),)

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield a problem for each principal, in the trust policy of the role that spends."""
        for guest in subject.guests:
            roles = [step.note.removeprefix("becomes ") for step in guest.steps if step.note]
            yield RoleProblem(
                f"{quote(guest.arn)} may assume {listed(roles)}, and so can both open a budget and "
                "spend from it",
                guest.place,
                guest.at,
                help="let somebody else assume one of the two roles",
                witness=witness(guest.steps),
            )
