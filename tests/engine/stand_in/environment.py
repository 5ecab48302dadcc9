"""What a workspace tells the providers that the engine starts for it."""

# The address of IAM.
ENDPOINT_VARIABLE = "PAYGUARD_STAND_IN_IAM"
# A file with "before N" or "after N": the provider is killed at the Nth creation.
FUSE_VARIABLE = "PAYGUARD_STAND_IN_FUSE"
