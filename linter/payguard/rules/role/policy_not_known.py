"""Roles of which the input does not tell everything."""

from collections.abc import Iterator

from payguard.finding import Severity
from payguard.rules.role.naming import listed
from payguard.rules.rule import Example, RoleProblem, Rule
from payguard.rules.subject import Subject


class PolicyNotKnown(Rule):
    """A role with a policy that is known only after apply, secret, or not in the input."""

    id = "policy-not-known"
    summary = "Part of what the role may do, or of whom it lets in, is not known before the deploy."
    why = (
        "What cannot be read is not checked, and no proof about the role stands. A policy whose "
        "text hangs on a value of the deploy, a secret one, or an attached one that the input "
        "does not hold may allow anything. The run ends with 3, unless that is accepted."
    )
    severity = Severity.WARNING
    category = "role"
    references = (
        "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/payments-security-best-practices.html",
    )
    bad = (
        Example(
            """\
Resources:
  Agent:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !ImportValue AgentPolicy
"""
        ),
    )
    good = (
        Example(
            """\
Resources:
  Agent:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
"""
        ),
    )

    def check_role(self, subject: Subject) -> Iterator[RoleProblem]:
        """Yield what is not known, once for a role; never a finding, always an open question.

        The trust policy apart: what a role may do does not hang on it, and whom it lets in does.
        """
        gaps = list(dict.fromkeys(subject.actor.gaps))
        if gaps:
            yield RoleProblem(
                f"what {subject.name} may do is not known in full: {listed(gaps)}",
                help="give what is missing, or accept it with --allow-undecided",
                decided=False,
            )
        trust = list(dict.fromkeys(subject.trust_gaps))
        if trust:
            yield RoleProblem(
                f"who may assume {subject.name} is not known in full: {listed(trust)}",
                help="give what is missing, or accept it with --allow-undecided",
                decided=False,
            )
