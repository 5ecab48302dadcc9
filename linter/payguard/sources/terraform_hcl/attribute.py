"""What is known of the attributes of resources and data sources before an apply."""

from collections.abc import Mapping
from types import MappingProxyType

from payguard.iam.unresolved import AFTER_APPLY, MISSING, Unresolved
from payguard.sources.terraform_hcl.datum import Datum, Note
from payguard.sources.terraform_hcl.view import View

ACCOUNT = "????????????"
_PAYMENTS = f"arn:aws*:bedrock-agentcore:*:{ACCOUNT}"

# Attributes that have the value of an argument.
_SAME = MappingProxyType(
    {
        ("aws_iam_group", "id"): "name",
        ("aws_iam_policy", "id"): "arn",
        ("aws_iam_role", "id"): "name",
        ("aws_iam_user", "id"): "name",
        ("aws_s3_bucket", "id"): "bucket",
        ("awscc_iam_role", "id"): "role_name",
        ("data.aws_caller_identity", "id"): "account_id",
        ("data.aws_iam_policy", "id"): "arn",
        ("data.aws_iam_role", "id"): "name",
        ("data.aws_iam_user", "id"): "user_name",
        ("data.aws_partition", "id"): "partition",
        ("data.aws_region", "id"): "region",
        ("data.aws_region", "name"): "region",
    }
)

# Supersets of what the attribute can be; {name} is the argument's value. Formats:
# https://docs.aws.amazon.com/service-authorization/latest/reference/
_PATTERNS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("aws_cloudwatch_log_group", "arn"): f"arn:aws*:logs:*:{ACCOUNT}:log-group:{{name}}",
        ("aws_dynamodb_table", "arn"): f"arn:aws*:dynamodb:*:{ACCOUNT}:table/{{name}}",
        ("aws_ecr_repository", "arn"): f"arn:aws*:ecr:*:{ACCOUNT}:repository/{{name}}",
        ("aws_iam_group", "arn"): f"arn:aws*:iam::{ACCOUNT}:group{{path}}{{name}}",
        ("aws_iam_openid_connect_provider", "arn"): f"arn:aws*:iam::{ACCOUNT}:oidc-provider/*",
        ("aws_iam_policy", "arn"): f"arn:aws*:iam::{ACCOUNT}:policy{{path}}{{name}}",
        ("aws_iam_role", "arn"): f"arn:aws*:iam::{ACCOUNT}:role{{path}}{{name}}",
        ("aws_iam_saml_provider", "arn"): f"arn:aws*:iam::{ACCOUNT}:saml-provider/{{name}}",
        ("aws_iam_user", "arn"): f"arn:aws*:iam::{ACCOUNT}:user{{path}}{{name}}",
        ("aws_kms_key", "arn"): f"arn:aws*:kms:*:{ACCOUNT}:key/*",
        ("aws_lambda_function", "arn"): f"arn:aws*:lambda:*:{ACCOUNT}:function:{{function_name}}",
        ("aws_s3_bucket", "arn"): "arn:aws*:s3:::{bucket}",
        ("aws_secretsmanager_secret", "arn"): (
            f"arn:aws*:secretsmanager:*:{ACCOUNT}:secret:{{name}}-??????"
        ),
        ("aws_sns_topic", "arn"): f"arn:aws*:sns:*:{ACCOUNT}:{{name}}",
        ("aws_sqs_queue", "arn"): f"arn:aws*:sqs:*:{ACCOUNT}:{{name}}",
        ("aws_bedrockagentcore_payment_manager", "payment_manager_arn"): (
            f"{_PAYMENTS}:payment-manager/{{name:lower}}-??????????"
        ),
        ("aws_bedrockagentcore_payment_manager", "payment_manager_id"): "{name:lower}-??????????",
        ("aws_bedrockagentcore_payment_connector", "payment_connector_arn"): (
            f"{_PAYMENTS}:payment-manager/*/connector/*"
        ),
        ("aws_bedrockagentcore_payment_credential_provider", "credential_provider_arn"): (
            f"arn:aws*:*:*:{ACCOUNT}:token-vault/*/paymentcredentialprovider/{{name}}"
        ),
        ("data.aws_caller_identity", "account_id"): ACCOUNT,
        ("data.aws_caller_identity", "arn"): f"arn:aws*:*::{ACCOUNT}:*",
        ("data.aws_iam_policy", "arn"): "arn:aws*:iam::*:policy/*{name}",
        ("data.aws_iam_role", "arn"): f"arn:aws*:iam::{ACCOUNT}:role/*{{name}}",
        ("data.aws_iam_user", "arn"): f"arn:aws*:iam::{ACCOUNT}:user/*{{user_name}}",
        ("data.aws_partition", "partition"): "aws*",
    }
)
# Names that AWS or the provider makes up, where only their start is given.
_PREFIXED = frozenset({"aws_iam_policy", "aws_iam_role", "aws_s3_bucket"})
_DEFAULTS = MappingProxyType({"path": "/"})


def attribute(view: View, name: str) -> Datum:
    """Return an attribute of a resource or data source, with what is known of it."""
    found = _found(view, name)
    return found._replace(note=found.note._replace(origin=(view.address, name)))


def _found(view: View, name: str) -> Datum:
    kind = _kind(view)
    written = view.get(name)
    if written is not None:
        return written
    if (kind, name) in _SAME:
        return _found(view, _SAME[kind, name])
    if (kind, name) == ("data.aws_iam_policy_document", "json"):
        from payguard.sources.terraform_hcl import policy_document  # noqa: PLC0415  needs views

        return policy_document.built(view)
    if kind == "data.aws_iam_policy_document" and name == "minified_json":
        return _found(view, "json")
    block = view.block
    why = MISSING if block.type == "data" else AFTER_APPLY
    unresolved = Unresolved(f"{view.address}.{name}", why, _pattern(view, kind, name))
    return Datum(unresolved, block.source, block.start, block.end, Note())


def _kind(view: View) -> str:
    kind = view.type
    if kind.startswith("awscc_bedrockagentcore_payment_"):
        kind = kind.replace("awscc_", "aws_", 1)
    return f"data.{kind}" if view.block.type == "data" else kind


def _pattern(view: View, kind: str, name: str) -> str:
    if name == "name" and kind in _PREFIXED:
        return _field(view, "name")
    template = _PATTERNS.get((kind, name), "")
    if not template:
        return "arn:aws*:*" if name == "arn" and kind.startswith("aws_") else "*"
    found = []
    for part in template.split("{"):
        field, brace, after = part.partition("}")
        found.append(f"{_field(view, field)}{after}" if brace else part)
    return "".join(found)


def _field(view: View, field: str) -> str:
    name, _, lower = field.partition(":")
    if name == "name" and view.has("connector_name"):
        name = "connector_name"
    found = pattern_of(view, name) if view.get(name) else _DEFAULTS.get(name, "*")
    if name == "name" and found == "*" and view.type in _PREFIXED:
        found = f"{pattern_of(view, 'name_prefix')}*"
    return found.lower() if lower else found


def pattern_of(view: View, name: str) -> str:
    """Return an argument as a text with wildcards for what is not known of it."""
    found = view.text(name)
    return found.pattern if isinstance(found, Unresolved) else found
