"""payguard: proves who can move money in Amazon Bedrock AgentCore payments."""

__version__ = "0.1.0"
