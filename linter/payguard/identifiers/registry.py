"""The kinds of identifiers that payguard knows, by hand, and who demands what of each."""

import functools

from payguard.identifiers.kind import (
    Kind,
    below_manager,
    by_template,
    integer,
    model,
    resource,
)
from payguard.identifiers.shape import Bounds, Shape
from payguard.identifiers.template import sub_resource_template
from payguard_policies import CREDENTIAL_SERVICE, PAYMENTS_SERVICE

_ACCOUNT = "us-east-1:111122223333"
_MANAGER = f"arn:aws:bedrock-agentcore:{_ACCOUNT}:payment-manager/paymentmanager-a1b2c3d4e5"
_VAULT = f"arn:aws:bedrock-agentcore:{_ACCOUNT}:token-vault/default"
_IDENTITY = "paymentmanager-a1b2c3d4e5"
_UUID = "01234567-89ab-cdef-0123-456789abcdef"
_CONNECTOR_ID = "coinbaseconnector-f6g7h8i9j0"
_INSTRUMENT_ID = "payment-instrument-A1b2C3d4E5f6G7h"
_SESSION_ID = "payment-session-A1b2C3d4E5f6G7h"

_ARNS = (
    Kind(
        "payment-manager-arn",
        "payment manager ARN",
        _MANAGER,
        ("paymentManagerArn",),
        "arn",
        "manager-arn",
        (model("data", "PaymentManagerArn"),),
        (
            model("control", "PaymentManagerArn"),
            model("other", "CloudFormationPaymentManagerArn"),
        ),
        resource(PAYMENTS_SERVICE, "payment-manager"),
        (PAYMENTS_SERVICE,),
    ),
    Kind(
        "payment-connector-arn",
        "payment connector ARN",
        f"{_MANAGER}/connector/{_CONNECTOR_ID}",
        ("PaymentConnectorArn",),
        "arn",
        "connector-arn",
        (
            below_manager("data", "connector", "PaymentConnectorId"),
            below_manager("control", "connector", "PaymentConnectorId"),
            model("other", "PaymentConnectorArn"),
        ),
        (),
        functools.partial(sub_resource_template, "connector"),
        (PAYMENTS_SERVICE,),
    ),
    Kind(
        "payment-instrument-arn",
        "payment instrument ARN",
        f"{_MANAGER}/instrument/{_INSTRUMENT_ID}",
        (),
        "arn",
        "instrument-arn",
        (below_manager("data", "instrument", "PaymentInstrumentId"),),
        (),
        functools.partial(sub_resource_template, "instrument"),
        (PAYMENTS_SERVICE,),
    ),
    Kind(
        "payment-session-arn",
        "payment session ARN",
        f"{_MANAGER}/session/{_SESSION_ID}",
        (),
        "arn",
        "session-arn",
        (below_manager("data", "session", "PaymentSessionId"),),
        (),
        functools.partial(sub_resource_template, "session"),
        (PAYMENTS_SERVICE,),
    ),
    Kind(
        "credential-provider-arn",
        "payment credential provider ARN",
        f"{_VAULT}/paymentcredentialprovider/coinbase-provider",
        ("credentialProviderArn",),
        "arn",
        "provider-arn",
        (model("control", "PaymentCredentialProviderArn"),),
        (model("other", "CloudFormationPaymentCredentialProviderArn"),),
        resource(PAYMENTS_SERVICE, "paymentcredentialprovider"),
        (PAYMENTS_SERVICE, CREDENTIAL_SERVICE),
    ),
    Kind(
        "token-vault-arn",
        "token vault ARN",
        _VAULT,
        (),
        "arn",
        "vault-arn",
        (
            model("control", "TaggableResourcesArn"),
            by_template("token-vault", TokenVaultId=("control", "TokenVaultIdType")),
        ),
        (),
        resource(PAYMENTS_SERVICE, "token-vault"),
        (PAYMENTS_SERVICE,),
    ),
    Kind(
        "workload-identity-arn",
        "workload identity ARN",
        f"arn:aws:bedrock-agentcore:{_ACCOUNT}:workload-identity-directory/default"
        f"/workload-identity/{_IDENTITY}",
        ("workloadIdentityArn",),
        "arn",
        "workload-identity-arn",
        (
            model("control", "WorkloadIdentityArn"),
            model("control", "TaggableResourcesArn"),
            by_template(
                "workload-identity",
                WorkloadIdentityName=("control", "WorkloadIdentityNameType"),
            ),
        ),
        (),
        resource(PAYMENTS_SERVICE, "workload-identity"),
        (PAYMENTS_SERVICE,),
    ),
    Kind(
        "role-arn",
        "IAM role ARN",
        "arn:aws:iam::111122223333:role/AgentCorePaymentsResourceRetrievalRole",
        ("roleArn",),
        "arn",
        "role-arn",
        (model("control", "RoleArn"), model("other", "IamRoleArn")),
        (),
        resource("iam", "role"),
        ("iam",),
    ),
    Kind(
        "kms-key-arn",
        "KMS key ARN",
        f"arn:aws:kms:{_ACCOUNT}:key/{_UUID}",
        ("kmsKeyArn",),
        "arn",
        "key-arn",
        (model("control", "KmsKeyArn"),),
        (),
        resource("kms", "key"),
        ("kms",),
    ),
    Kind(
        "secret-arn",
        "secret ARN",
        f"arn:aws:secretsmanager:{_ACCOUNT}:secret:wallet/coinbase-A1b2C3",
        ("secretArn",),
        "arn",
        "secret-arn",
        (model("control", "SecretArn"), model("other", "SecretsManagerSecretArn")),
        (),
        resource("secretsmanager", "Secret"),
        ("secretsmanager",),
    ),
)

_IDS = (
    Kind(
        "payment-manager-id",
        "payment manager ID",
        "paymentmanager-a1b2c3d4e5",
        ("paymentManagerId",),
        "suffixed",
        "manager-id",
        (model("control", "PaymentManagerId"),),
    ),
    Kind(
        "payment-connector-id",
        "payment connector ID",
        _CONNECTOR_ID,
        ("paymentConnectorId",),
        "suffixed",
        "connector-id",
        (model("data", "PaymentConnectorId"), model("control", "PaymentConnectorId")),
    ),
    Kind(
        "payment-instrument-id",
        "payment instrument ID",
        _INSTRUMENT_ID,
        ("paymentInstrumentId",),
        "prefixed",
        "instrument-id",
        (model("data", "PaymentInstrumentId"),),
        probe=-1,
    ),
    Kind(
        "payment-session-id",
        "payment session ID",
        _SESSION_ID,
        ("paymentSessionId",),
        "prefixed",
        "session-id",
        (model("data", "PaymentSessionId"),),
        probe=-1,
    ),
    Kind(
        "process-payment-id",
        "process payment ID",
        _UUID,
        ("processPaymentId",),
        "uuid",
        "process-payment-id",
        (model("data", "ProcessPaymentId"),),
    ),
)

_NAMES = (
    Kind(
        "payment-manager-name",
        "payment manager name",
        "paymentManager",
        ("name",),
        "name",
        "manager-name",
        (model("control", "PaymentManagerName"),),
    ),
    Kind(
        "payment-connector-name",
        "payment connector name",
        "coinbase_connector",
        ("name", "connectorName"),
        "name",
        "connector-name",
        (model("control", "PaymentConnectorName"),),
    ),
    Kind(
        "credential-provider-name",
        "credential provider name",
        "coinbase-provider",
        ("name", "resourceCredentialProviderName"),
        "name",
        "provider-name",
        (model("control", "CredentialProviderName"),),
    ),
    Kind(
        "token-vault-id",
        "token vault ID",
        "default",
        ("tokenVaultId",),
        "name",
        "token-vault-id",
        (model("control", "TokenVaultIdType"),),
    ),
    Kind(
        "workload-identity-name",
        "workload identity name",
        _IDENTITY,
        ("name", "workloadIdentities"),
        "name",
        "workload-identity-name",
        (model("control", "WorkloadIdentityNameType"),),
    ),
)

_VALUES = (
    Kind(
        "user-id",
        "user ID",
        "user-42",
        ("userId",),
        "text",
        "user-id",
        (model("data", "UserId"),),
    ),
    Kind(
        "agent-name",
        "agent name",
        "shopping-agent",
        ("agentName",),
        "text",
        "agent-name",
        (model("data", "PaymentAgentName"),),
    ),
    Kind(
        "next-token",
        "pagination token",
        "AAMA-EFRSURBSGdN",
        ("nextToken",),
        "token",
        "next-token",
        (model("data", "NextToken"), model("control", "NextToken")),
    ),
    Kind(
        "max-results",
        "page size",
        "20",
        ("maxResults",),
        "number",
        "max-results",
        (
            integer("data", "Integer", "a list of the data plane"),
            integer("control", "MaxResults", "a list of the control plane"),
        ),
        (
            integer(
                "control",
                "ListPaymentCredentialProvidersRequestMaxResultsInteger",
                "ListPaymentCredentialProviders",
            ),
        ),
    ),
    Kind(
        "client-token",
        "client token",
        _UUID,
        ("clientToken",),
        "token",
        "client-token",
        (model("data", "ClientToken"), model("control", "ClientToken")),
    ),
)

KINDS = {kind.name: kind for kind in (*_ARNS, *_IDS, *_NAMES, *_VALUES)}


@functools.cache
def required_shapes(name: str) -> tuple[Shape | Bounds, ...]:
    """Return the demands that an identifier of the kind must meet.

    Raises:
        KeyError: there is no kind of that name; kinds are named in code, never by input.
    """
    return tuple(demand() for demand in KINDS[name].required)


@functools.cache
def advisory_shapes(name: str) -> tuple[Shape | Bounds, ...]:
    """Return the demands that somebody else makes of the kind; errors as in `required_shapes`."""
    return tuple(demand() for demand in KINDS[name].advisory)


def accepted(name: str, text: str) -> bool:
    """Tell whether ``text`` meets every required demand of the kind."""
    return all(shape.accepts(text) for shape in required_shapes(name))
