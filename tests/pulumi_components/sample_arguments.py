"""Arguments of the component that tests start from."""

from typing import Any

ACCOUNT = "123456789012"
HOME = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}"
MANAGER = f"{HOME}:payment-manager/shop-a1b2c3d4e5"
OTHER_MANAGER = f"{HOME}:payment-manager/till-f6g7h8i9j0"
PROVIDER = f"{HOME}:token-vault/default/paymentcredentialprovider/wallet"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:wallet-A1b2C3"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def principal(name: str, account: str = ACCOUNT) -> str:
    """The ARN of a role that may assume others."""
    return f"arn:aws:iam::{account}:role/{name}"


def callers(**changed: Any) -> dict[str, Any]:
    """The roles of people and agents, on one manager, apart from those that are changed."""
    return {
        "payment_manager_arns": [MANAGER],
        "management_principals": [principal("budget-desk")],
        "process_payment_principals": [principal("agent")],
        "viewer_principals": [principal("ci")],
        **changed,
    }


def everything(**changed: Any) -> dict[str, Any]:
    """All roles, with all that can be said about them, apart from what is changed."""
    return {
        **callers(),
        "payment_manager_arns": [MANAGER, OTHER_MANAGER],
        "control_plane_principals": [principal("administrator")],
        "create_service_role": True,
        "credential_provider_arns": [PROVIDER],
        "secret_arns": [SECRET],
        "kms_key_arn": KEY,
        "external_id": "shop-42",
        "path": "/payments/",
        "name_prefix": "shop-",
        "max_session_duration": 7200.0,
        "tags": {"team": "shop"},
        "coinbase_marketplace": False,
        **changed,
    }
