"""Payments resources, and ARNs and IDs of payments that stand by themselves."""

from payguard.iam.unresolved import AFTER_APPLY, MISSING, Unresolved
from sources.terraform_hcl.configurations import read_texts

ACCOUNT = "????????????"
MANAGER = "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5"


def test_payments_resources_are_found() -> None:
    found = read_texts(
        """
        resource "aws_iam_role" "service" { name = "retrieval" }
        resource "aws_bedrockagentcore_payment_manager" "m" {
          name            = "ShopAssistant"
          authorizer_type = "AWS_IAM"
          role_arn        = aws_iam_role.service.arn
        }
        resource "awscc_bedrockagentcore_payment_manager" "n" {
          name     = var.name
          role_arn = "arn:aws:iam::111122223333:role/x"
        }
        resource "awscc_bedrockagentcore_payment_connector" "c" {
          connector_name     = "coinbase"
          payment_manager_id = aws_bedrockagentcore_payment_manager.m.payment_manager_id
        }
        resource "aws_bedrockagentcore_payment_credential_provider" "p" { name = "vault-key" }
        variable "name" {}
        """
    )
    manager, other, connector, provider = found.resources
    assert (manager.kind, manager.address) == (
        "payment-manager",
        "aws_bedrockagentcore_payment_manager.m",
    )
    assert manager.name == "ShopAssistant"
    assert manager.arn == Unresolved(
        "aws_bedrockagentcore_payment_manager.m.payment_manager_arn",
        AFTER_APPLY,
        f"arn:aws*:bedrock-agentcore:*:{ACCOUNT}:payment-manager/shopassistant-??????????",
    )
    assert manager.role_arn == found.roles[0].arn
    assert (manager.location.span.line, manager.location.address) == (3, manager.address)
    assert (other.name, other.role_arn) == (
        Unresolved("var.name", MISSING),
        "arn:aws:iam::111122223333:role/x",
    )
    assert isinstance(other.arn, Unresolved)
    assert other.arn.pattern.endswith(":payment-manager/*-??????????")
    assert (connector.kind, connector.name, connector.role_arn) == (
        "payment-connector",
        "coinbase",
        "",
    )
    assert isinstance(provider.arn, Unresolved)
    assert provider.kind == "credential-provider"
    assert provider.arn.pattern.endswith(":token-vault/*/paymentcredentialprovider/vault-key")


VALUES = f"""\
variable "manager" {{
  default = "{MANAGER}"
}}
locals {{
  session = ["payment-session-A1b2C3d4E5f6G7h"]
  other   = "arn:aws:s3:::payment-manager"
}}
output "manager" {{ value = "{MANAGER}/x" }}
resource "aws_lambda_function" "f" {{
  environment {{
    variables = {{ MANAGER = "{MANAGER}" }}
  }}
}}
resource "aws_iam_policy" "p" {{
  policy = jsonencode({{ Statement = [{{ Resource = ["{MANAGER}", "${{var.manager}}/*"] }}] }})
}}
"""


SECRETS = f"""\
variable "a" {{
  default   = "{MANAGER}"
  sensitive = true
}}
output "b" {{
  value     = "{MANAGER}"
  sensitive = true
}}
locals {{ c = sensitive("{MANAGER}") }}
"""


def test_secret_values_are_left_out() -> None:
    texts = {"main.tf": SECRETS, "terraform.tfvars": f'a = "{MANAGER}"\n'}
    assert read_texts(texts).values == ()


def test_values_of_payments_are_found_outside_of_policies() -> None:
    found = read_texts({"main.tf": VALUES, "terraform.tfvars": f'other = "{MANAGER}"\n'})
    assert [
        (value.location.address, value.location.span.line, value.text) for value in found.values
    ] == [
        ("var.manager", 2, MANAGER),
        ("local.session", 5, "payment-session-A1b2C3d4E5f6G7h"),
        ("output.manager", 8, f"{MANAGER}/x"),
        ("aws_lambda_function.f", 11, MANAGER),
        ("var.other", 1, MANAGER),
    ]
    first = found.values[0]
    span = first.location.span
    assert first.source[span.column - 1 : span.end_column - 1] == f'"{MANAGER}"'
