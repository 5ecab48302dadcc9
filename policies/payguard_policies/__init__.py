"""The documented truth about AgentCore payments access, as data; imports nothing of payguard."""
