"""AgentCore payments, IAM and STS on loopback, for smoke tests without an account.

The extra ``payguard[emulator]`` brings what it needs: moto, and werkzeug with it. The public names
are loaded when they are first asked for.
"""

import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payguard.emulator.emulator import ACCOUNT, LIMITS, REGION, Emulator
    from payguard.emulator.fault import FaultError

__all__ = ["ACCOUNT", "LIMITS", "REGION", "Emulator", "FaultError", "is_installed"]

_HOMES = {
    "ACCOUNT": "emulator",
    "LIMITS": "emulator",
    "REGION": "emulator",
    "Emulator": "emulator",
    "FaultError": "fault",
}


def is_installed() -> bool:
    """Tell whether the extra is installed, without loading it."""
    return all(importlib.util.find_spec(name) for name in ("moto", "werkzeug"))


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{_HOMES[name]}", fromlist=(name,))
    globals()[name] = getattr(module, name)
    return globals()[name]
