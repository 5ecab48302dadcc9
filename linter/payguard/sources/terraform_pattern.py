"""What Terraform will know only after apply, narrowed down by what it knows before."""

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import (
    CREDENTIAL_PROVIDER,
    PAYMENT_CONNECTOR,
    PAYMENT_MANAGER,
    Text,
)
from payguard.sources.terraform_resource import Resource

# Types of IAM resources that have an ARN, to what stands before the path in it.
_IN_IAM = {
    "aws_iam_role": "role",
    "aws_iam_user": "user",
    "aws_iam_group": "group",
    "aws_iam_policy": "policy",
}
_PAYMENTS = {
    f"{provider}_bedrockagentcore_{name}": kind
    for provider in ("aws", "awscc")
    for name, kind in (
        ("payment_manager", PAYMENT_MANAGER),
        ("payment_connector", PAYMENT_CONNECTOR),
        ("payment_credential_provider", CREDENTIAL_PROVIDER),
    )
}
# After the name, the service writes a hyphen and this many characters.
# https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetPaymentManager.html
_SUFFIX = "-" + "?" * 10
_WHOLE_ARNS = frozenset(
    {"arn", "payment_manager_arn", "payment_connector_arn", "credential_provider_arn"}
)


def payment_kind(resource: Resource) -> str:
    """Return the kind of a payments resource, as in PaymentResource; empty for any other."""
    return _PAYMENTS.get(resource.type, "")


def attribute(resource: Resource, name: str) -> Text:
    """Return an attribute that is a text; where it is not known, what it can be."""
    value = resource.get(name)
    if isinstance(value, str):
        return value
    why = value.why if isinstance(value, Unresolved) else MISSING
    return Unresolved(f"{resource.address}.{name}", why, _pattern(resource, name))


def mention(resource: Resource, name: str) -> str:
    """Return a pattern for a text that holds the attribute, and nothing else that is not known.

    A text with an ARN in it is taken to start with it, as ``"${x.arn}/*"`` does.
    """
    pattern = _known(attribute(resource, name))
    if pattern == "*":
        return pattern
    return f"{pattern}*" if name in _WHOLE_ARNS else f"*{pattern}*"


def _known(text: Text) -> str:
    return text.pattern if isinstance(text, Unresolved) else text


def _pattern(resource: Resource, name: str) -> str:
    if resource.type in _IN_IAM:
        return _iam_pattern(resource, name)
    kind = payment_kind(resource)
    if kind == PAYMENT_MANAGER:
        return _manager_pattern(resource, name)
    if kind == PAYMENT_CONNECTOR and name == "payment_connector_arn":
        return f"{_arn(resource, 'bedrock-agentcore')}:{_connector(resource)}"
    if kind == CREDENTIAL_PROVIDER and name == "credential_provider_arn":
        provider = _written(resource, "name")
        # The service writes acps, documentation bedrock-agentcore.
        return f"{_arn(resource, '*')}:token-vault/*/paymentcredentialprovider/{provider}"
    return "*"


def _iam_pattern(resource: Resource, name: str) -> str:
    if name == "arn":
        path = resource.get("path")
        path = path if isinstance(path, str) and path else "/"
        path = "/*" if isinstance(resource.get("path"), Unresolved) else path
        return f"arn:aws*:iam::*:{_IN_IAM[resource.type]}{path}{_iam_name(resource)}"
    return _iam_name(resource) if name in ("name", "id") else "*"


def _iam_name(resource: Resource) -> str:
    name, prefix = resource.get("name"), resource.get("name_prefix")
    if isinstance(name, str) and name:
        return name
    return f"{prefix}*" if isinstance(prefix, str) else "*"


def _manager_pattern(resource: Resource, name: str) -> str:
    # The ID, and so the ARN, starts with the name in lower case.
    manager = f"{_written(resource, 'name').lower()}{_SUFFIX}"
    if name == "payment_manager_id":
        return manager
    if name == "payment_manager_arn":
        return f"{_arn(resource, 'bedrock-agentcore')}:payment-manager/{manager}"
    return "*"


def _connector(resource: Resource) -> str:
    manager = _written(resource, "payment_manager_id")
    connector = _written(resource, "payment_connector_id")
    connector = f"*{_SUFFIX}" if connector == "*" else connector
    return f"payment-manager/{manager}/connector/{connector}"


def _written(resource: Resource, name: str) -> str:
    value = resource.get(name)
    return value if isinstance(value, str) and value else "*"


def _arn(resource: Resource, service: str) -> str:
    """Return an ARN's first fields; the AWS provider writes the region since its version 6."""
    return f"arn:aws*:{service}:{_written(resource, 'region')}:*"
