"""The Pulumi side of payguard: roles for AgentCore payments."""
