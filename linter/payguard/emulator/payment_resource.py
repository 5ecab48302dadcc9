"""What the calls of payments are authorized on.

The service authorization reference decides, save where reports of the live service contradict it:
see ``manager-creation-resource`` and ``connector-resource`` among payguard's disagreements. There
either resource is enough.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock-agentcore.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from payguard.emulator.ledger import Ledger, tail

VAULT = "token-vault/default"
PROVIDER = f"{VAULT}/paymentcredentialprovider"
_IDENTITY = "workload-identity-directory/default/workload-identity"


def named(ledger: Ledger, operation: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ARNs that an input names, for the resource types of the reference."""
    if "paymentManagerArn" in given:
        yield given["paymentManagerArn"]
    elif "paymentManagerId" in given:
        yield ledger.arn(f"payment-manager/{given['paymentManagerId']}")
    elif "CredentialProvider" in operation:
        yield ledger.arn(f"{PROVIDER}/{given.get('name', '*')}")
    elif "resourceCredentialProviderName" in given:
        yield ledger.arn(f"{PROVIDER}/{given['resourceCredentialProviderName']}")
    elif "workloadName" in given:
        yield ledger.arn(f"{_IDENTITY}/{given['workloadName']}")


def reported(ledger: Ledger, operation: str, given: Mapping[str, Any]) -> str | None:
    """Return the resource on which the live service was seen to authorize instead.

    The reference has no resource for the creation and the list of managers, and the manager for
    every call about a connector.
    """
    if operation == "CreatePaymentManager":
        return coming(ledger, operation, given["name"])
    if operation == "ListPaymentManagers":
        return ledger.arn("payment-manager/*")
    if "paymentManagerId" in given and "paymentConnectorId" in given:
        manager = ledger.arn(f"payment-manager/{given['paymentManagerId']}")
        return f"{manager}/connector/{given['paymentConnectorId']}"
    return None


def coming(ledger: Ledger, operation: str, name: str) -> str:
    """Return an ARN that the manager or credential provider to be created could get."""
    if "PaymentManager" in operation:
        return ledger.arn(f"payment-manager/{name.lower()}-{tail(10)}")
    return ledger.arn(f"{PROVIDER}/{name}")
