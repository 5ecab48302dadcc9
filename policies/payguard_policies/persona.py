"""The names of the personas, by themselves: their contracts are in `payguard_policies.roles`."""

PERSONAS: tuple[str, ...] = (
    "control-plane",
    "management",
    "process-payment",
    "resource-retrieval",
    "viewer",
)
