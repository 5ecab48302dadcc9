"""The documented truth about AgentCore payments access, as data; imports nothing of payguard."""

PAYMENTS_SERVICE = "bedrock-agentcore"
# Credential provider ARNs are also written under the service that keeps the tokens.
CREDENTIAL_SERVICE = "acps"
