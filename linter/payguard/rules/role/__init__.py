"""Rules about roles: what everything that is attached to one means together."""
