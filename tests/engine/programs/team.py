"""Roles of a team around one payment manager, by hand: what the configuration asks for, and more.

``faulty``: a role that both opens budgets and spends, by two attached policies; ``native``: one of
aws-native that does so in itself. ``late``: the effect of a statement about a manager that this program
makes. ``secret``: the same, of a manager whose ARN is a secret.
"""

import json
from typing import Any

import pulumi
from pulumi_aws import iam

from payguard_policies import roles

ACCOUNT = "arn:aws:iam::123456789012"
MANAGER = "arn:aws:bedrock-agentcore:us-west-2:123456789012:payment-manager/shop-a1b2c3d4e5"
GIVEN = roles.Parameters(manager_arns=(MANAGER,), principal_arns=(f"{ACCOUNT}:role/app",))
DESK = roles.Parameters(manager_arns=(MANAGER,), principal_arns=(f"{ACCOUNT}:role/desk",))
config = pulumi.Config()


def under(parent: pulumi.Resource) -> pulumi.ResourceOptions:
    """Say whose child a resource is."""
    return pulumi.ResourceOptions(parent=parent)


class TeamRole(pulumi.ComponentResource):
    """A team's own wrapper: the role is its child, the policy the role's child."""

    def __init__(self, persona: str, **arguments: Any) -> None:
        super().__init__("shop:index:TeamRole", persona, None, None)
        # Who lets the app pay is not the app: whoever may assume both roles has both duties.
        trust = json.dumps(roles.trust(persona, DESK if persona == "management" else GIVEN))
        self.role = iam.Role(persona, assume_role_policy=trust, opts=under(self), **arguments)
        policy = json.dumps(roles.permissions(persona, GIVEN))
        iam.RolePolicy(persona, role=self.role.name, policy=policy, opts=under(self.role))
        self.register_outputs({"arn": self.role.arn})


def policy(*actions: str) -> str:
    """Return the text of a policy that allows actions of the manager."""
    names = [f"bedrock-agentcore:{action}" for action in actions]
    statement = {"Effect": "Allow", "Action": names, "Resource": [MANAGER, f"{MANAGER}/*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def looking(arn: str, effect: str) -> str:
    """Return the text of a policy about the sessions of the manager ``arn``."""
    return policy("ListPaymentSessions").replace(MANAGER, arn).replace("Allow", effect)


BOTH = {"spend": "ProcessPayment", "budget": "CreatePaymentSession"}
TRUST = json.dumps(roles.trust("viewer", GIVEN))
TeamRole("management", max_session_duration=7200)
TeamRole("process-payment")
viewing = iam.Policy("viewing", policy=json.dumps(roles.permissions("viewer", GIVEN)))
viewer = iam.Role("viewer", name="PaymentsViewer", assume_role_policy=TRUST)
iam.RolePolicyAttachment("viewing", role=viewer.name, policy_arn=viewing.arn)
if config.get_bool("faulty"):
    agent = iam.Role("agent", name="AgentRuntime", assume_role_policy=TRUST)
    for label, actions in BOTH.items():
        made = iam.Policy(label, policy=policy(actions))
        iam.RolePolicyAttachment(f"agent-{label}", role=agent.name, policy_arn=made.arn)
if config.get_bool("native"):
    documents = {label: json.loads(policy(actions)) for label, actions in BOTH.items()}
    inline = [{"policyName": label, "policyDocument": each} for label, each in documents.items()]
    trust = json.loads(TRUST)
    inputs = {"roleName": "NativeAgent", "assumeRolePolicyDocument": trust, "policies": inline}
    pulumi.CustomResource("aws-native:iam:Role", "native", inputs)
late, secret = config.get("late") or "", config.get("secret") or ""
if late:
    manager = pulumi.CustomResource(
        "aws-native:bedrockagentcore:PaymentManager",
        "late",
        {"name": "lateManager", "authorizerType": "AWS_IAM", "paymentManagerArn": None},
    )
    arn = pulumi.Output.from_input(manager.paymentManagerArn)  # type: ignore[attr-defined]
    watcher = iam.Role("late", name="LateWatcher", assume_role_policy=TRUST)
    text = arn.apply(lambda known: looking(known, late))
    iam.RolePolicy("late", role=watcher.name, policy=text)
if secret:
    hidden = iam.Role("hidden", name="SecretScope", assume_role_policy=TRUST)
    text = pulumi.Output.secret(MANAGER).apply(lambda known: looking(known, secret))
    iam.RolePolicy("hidden", role=hidden.name, policy=text)
