"""What Ref and Fn::GetAtt give for a resource, as far as that can be told before the deploy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from payguard.iam.unresolved import MISSING
from payguard.infrastructure import GROUP, ROLE, USER
from payguard.sources.cloudformation.partial import Known, Partial, pattern_of, unknown
from payguard.sources.cloudformation.template import Resource
from payguard_policies import PAYMENTS_SERVICE

if TYPE_CHECKING:
    from payguard.sources.cloudformation.view import View

MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
MANAGER = "AWS::BedrockAgentCore::PaymentManager"
CONNECTOR = "AWS::BedrockAgentCore::PaymentConnector"
PROVIDER = "AWS::BedrockAgentCore::PaymentCredentialProvider"
STACK = "AWS::CloudFormation::Stack"
KINDS: Mapping[str, str] = {
    "AWS::IAM::Role": ROLE,
    "AWS::IAM::User": USER,
    "AWS::IAM::Group": GROUP,
}
NAMES: Mapping[str, str] = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    MANAGED_POLICY: "ManagedPolicyName",
}
# SAM's resources for which it makes a role, if none is given, and who then assumes it.
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
WITH_ROLE: Mapping[str, str] = {
    "AWS::Serverless::Function": "lambda.amazonaws.com",
    "AWS::Serverless::StateMachine": "states.amazonaws.com",
}

# The partition and the account are not known before the deploy, nor is the region.
_GLOBAL = "arn:aws*:{}::????????????:{}"
_REGIONAL = "arn:aws*:{}:*:????????????:{}"
# Other resources whose ARNs tell them from those of payments: service, resource part, property
# that names it.
_ARNS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("AWS::DynamoDB::Table", "Arn"): ("dynamodb", "table/*"),
    ("AWS::KMS::Key", "Arn"): ("kms", "key/*"),
    ("AWS::Lambda::Function", "Arn"): ("lambda", "function:*"),
    ("AWS::Logs::LogGroup", "Arn"): ("logs", "log-group:*"),
    ("AWS::SNS::Topic", ""): ("sns", "*"),
    ("AWS::SQS::Queue", "Arn"): ("sqs", "*"),
    ("AWS::SecretsManager::Secret", ""): ("secretsmanager", "secret:*"),
    ("AWS::SecretsManager::Secret", "Id"): ("secretsmanager", "secret:*"),
    ("AWS::Serverless::Function", "Arn"): ("lambda", "function:*"),
    ("AWS::Serverless::StateMachine", ""): ("states", "stateMachine:*"),
    ("AWS::Serverless::StateMachine", "Arn"): ("states", "stateMachine:*"),
    ("AWS::StepFunctions::StateMachine", ""): ("states", "stateMachine:*"),
    ("AWS::StepFunctions::StateMachine", "Arn"): ("states", "stateMachine:*"),
}
_BUCKET = ("AWS::S3::Bucket", "Arn")


def attribute(view: View, address: str, name: str) -> Known | None:
    """Return an attribute of a resource, its Ref where ``name`` is empty.

    None where the template neither has such a resource nor makes one.
    """
    resource = view.template.resources.get(address)
    if resource is None:
        return _implied(view, address, name)
    describe = _DESCRIBED.get(resource.type)
    if describe is not None:
        return describe(view, resource, name)
    what = f"{address}.{name}" if name else address
    if resource.type == STACK and name:
        return unknown(what, MISSING)
    if (resource.type, name) == _BUCKET:
        return unknown(what, pattern="arn:aws*:s3:::*")
    service, part = _ARNS.get((resource.type, name), ("", ""))
    return unknown(what, pattern=_REGIONAL.format(service, part) if service else "*")


def implied_role(view: View, address: str) -> Resource | None:
    """Return the resource for which SAM makes the role at ``address``; None if there is none."""
    owner = view.template.resources.get(address.removesuffix("Role"))
    wanted = owner is not None and owner.type in WITH_ROLE and address.endswith("Role")
    return owner if wanted and view.template.is_serverless else None


def _implied(view: View, address: str, name: str) -> Known | None:
    """Return an attribute of what a macro may have made."""
    owner = implied_role(view, address)
    if owner is not None:
        return _identity(view, owner, address, name)
    if not view.template.transforms:
        return None
    return unknown(f"{address}.{name}" if name else address, MISSING)


def _property(view: View, resource: Resource, name: str) -> Known | None:
    """Return a property that is text; None where there is none."""
    if name not in resource.properties:
        return None
    found = view.text(resource.properties[name], resource.at(name))
    return found if isinstance(found, str | Partial) else None


def _described_identity(view: View, resource: Resource, name: str) -> Known:
    return _identity(view, resource, resource.address, name)


def _identity(view: View, resource: Resource, address: str, name: str) -> Known:
    """Describe a role, user or group, or the role that SAM makes for a resource."""
    given = _property(view, resource, NAMES.get(resource.type, ""))
    if not name:
        return given or unknown(address)
    if name != "Arn":
        return unknown(f"{address}.{name}")
    path = _property(view, resource, "RolePath" if resource.type in WITH_ROLE else "Path")
    kind = KINDS.get(resource.type, ROLE)
    part = f"{kind}{_path(path)}{pattern_of(given) if given else '*'}"
    return unknown(f"{address}.{name}", pattern=_GLOBAL.format("iam", part))


def _path(path: Known | None) -> str:
    """Return the path of an identity as pattern, with its slashes."""
    return pattern_of(path) if path else "/"


def _policy(view: View, resource: Resource, name: str) -> Known:
    """Describe a managed policy; its Ref is its ARN."""
    what = f"{resource.address}.{name}" if name else resource.address
    if name not in {"", "PolicyArn"}:
        return unknown(what)
    given = _property(view, resource, NAMES[resource.type])
    part = f"policy{_path(_property(view, resource, 'Path'))}{pattern_of(given) if given else '*'}"
    return unknown(f"{resource.address}.PolicyArn", pattern=_GLOBAL.format("iam", part))


def _manager(view: View, resource: Resource, name: str) -> Known:
    """Describe a payment manager; its Ref is its ARN.

    Its ID is the name in lower case, a hyphen and ten characters; the workload identity's name
    starts like it. Live observations, in AWS's samples too.
    """
    given = _property(view, resource, "Name")
    identifier = f"{pattern_of(given).lower() if given else '*'}-??????????"
    patterns = {
        "PaymentManagerArn": _REGIONAL.format(PAYMENTS_SERVICE, f"payment-manager/{identifier}"),
        "PaymentManagerId": identifier,
        "WorkloadIdentityDetails.WorkloadIdentityArn": _REGIONAL.format(
            PAYMENTS_SERVICE,
            f"workload-identity-directory/*/workload-identity/{identifier[:-10]}*",
        ),
    }
    wanted = name or "PaymentManagerArn"
    return unknown(f"{resource.address}.{wanted}", pattern=patterns.get(wanted, "*"))


def _connector(view: View, resource: Resource, name: str) -> Known:
    """Describe a payment connector; its Ref is its ARN."""
    manager = _property(view, resource, "PaymentManagerId")
    wanted = name or "PaymentConnectorArn"
    if wanted == "PaymentConnectorId":
        return unknown(f"{resource.address}.{wanted}", pattern="*-??????????")
    if wanted != "PaymentConnectorArn":
        return unknown(f"{resource.address}.{wanted}")
    part = f"payment-manager/{pattern_of(manager) if manager else '*'}/connector/*-??????????"
    return unknown(f"{resource.address}.{wanted}", pattern=_REGIONAL.format(PAYMENTS_SERVICE, part))


def _provider(view: View, resource: Resource, name: str) -> Known:
    """Describe a credential provider, whose ARN AWS writes under either of two services."""
    given = _property(view, resource, "Name")
    wanted = name or "CredentialProviderArn"
    if wanted.endswith("SecretArn"):
        return unknown(
            f"{resource.address}.{wanted}", pattern=_REGIONAL.format("secretsmanager", "secret:*")
        )
    if wanted != "CredentialProviderArn":
        return unknown(f"{resource.address}.{wanted}")
    part = f"token-vault/*/paymentcredentialprovider/{pattern_of(given) if given else '*'}"
    return unknown(f"{resource.address}.{wanted}", pattern=_REGIONAL.format("*", part))


_DESCRIBED: Mapping[str, Callable[[View, Resource, str], Known]] = {
    **dict.fromkeys(KINDS, _described_identity),
    MANAGED_POLICY: _policy,
    MANAGER: _manager,
    CONNECTOR: _connector,
    PROVIDER: _provider,
}
