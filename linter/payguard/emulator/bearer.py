"""The bearer of a token, for managers with CUSTOM_JWT: its claims are read, not its signature.

To verify it, the keys of the identity provider would have to be fetched: the emulator fetches
nothing.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from payguard.emulator.failure import ServiceError
from payguard.emulator.ledger import Manager

_PREFIX = "Bearer "
_MISMATCH = (
    "Authorization method mismatch. The payment manager is configured for a different "
    "authorization method than what was used in your request."
)


def is_bearer(authorization: str) -> bool:
    """Tell whether a header presents a token."""
    return authorization.startswith(_PREFIX)


def mismatch() -> ServiceError:
    """Return the refusal of SigV4 for a manager with CUSTOM_JWT, and of a token for the others."""
    return ServiceError("AccessDeniedException", _MISMATCH, 403)


def user_of(authorization: str, manager: Manager | None, now: float) -> str:
    """Return the user whom a token names.

    Args:
        authorization: the header.
        manager: that the call is about; None if there is none.
        now: in seconds since 1970.

    Raises:
        ServiceError: The manager takes no tokens, or not this one.
    """
    if manager is None or manager.authorizer != "CUSTOM_JWT":
        raise mismatch()
    claims = _claims(authorization.removeprefix(_PREFIX))
    wanted = (manager.authorizer_configuration or {}).get("customJWTAuthorizer", {})
    expires, subject = claims.get("exp"), claims.get("sub")
    valid = (
        isinstance(subject, str)
        and isinstance(expires, (int, float))
        and expires > now
        and _is_one_of(claims.get("aud"), wanted.get("allowedAudience"))
        and _is_one_of(claims.get("client_id"), wanted.get("allowedClients"))
    )
    if not valid or not subject:
        raise ServiceError("AccessDeniedException", "Invalid Bearer token", 403)
    return str(subject)


def _claims(token: str) -> Mapping[str, Any]:
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        value = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_one_of(claim: object, allowed: list[str] | None) -> bool:
    claimed = claim if isinstance(claim, list) else [claim]
    return not allowed or any(item in allowed for item in claimed)
