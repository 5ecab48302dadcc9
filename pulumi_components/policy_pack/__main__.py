"""The policy pack: what the engine starts for ``pulumi preview --policy-pack <this folder>``."""

from payguard_pulumi.policy_pack import serve

serve()
