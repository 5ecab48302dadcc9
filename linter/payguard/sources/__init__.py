"""Readers: files in, policy documents with positions out."""

# What `--source` names: "terraform" is the folder of a configuration.
SOURCES = ("policy", "terraform-plan", "cloudformation", "pulumi", "account-details", "terraform")
