"""AWS's own policies are the false-alarm corpus: what is said about them must be true."""

import json
from collections import Counter

import pytest

from corpus import DOCUMENTED, lint_text, lint_value, managed_policies
from payguard.finding import Severity
from payguard_policies import roles

# Every error on an AWS managed policy that is not about its size, with the reason why it is true.
TRUE_ERRORS: dict[tuple[str, str], str] = {
    ("AIOpsAssistantPolicy", "operator-type-mismatch"): (
        "compares aws:ViaAWSService, which is true or false, with the name of a service"
    ),
    ("AWSRefactoringToolkitFullAccess", "malformed-arn-account"): (
        "a KMS ARN with an empty account, which no key has"
    ),
    ("AmazonBedrockFullAccess", "malformed-arn-account"): "the same",
    ("AmazonBedrockLimitedAccess", "malformed-arn-account"): "the same",
    ("AmazonDevOpsGuruOrganizationsAccess", "malformed-arn"): (
        "an ARN of Organizations with an empty resource, which nothing there has"
    ),
}


@pytest.fixture(scope="module")
def findings() -> dict[str, list[tuple[str, Severity, str]]]:
    found = {}
    for name, document in managed_policies().items():
        report = lint_value(document)
        assert not report.errors, (name, report.errors)
        found[name] = [(f.rule, f.severity, f.message) for f in report.findings]
    return found


def test_the_corpus_is_the_whole_of_it() -> None:
    assert len(managed_policies()) >= 1580


@pytest.mark.parametrize("name", sorted(managed_policies())[::400])
def test_each_finding_names_its_place_and_its_reason(name: str) -> None:
    for finding in lint_value(managed_policies()[name]).findings:
        assert finding.message
        assert finding.reference.startswith("https://")
        assert finding.location.pointer or finding.rule == "policy-too-large"


def test_every_error_on_an_aws_policy_is_true(
    findings: dict[str, list[tuple[str, Severity, str]]],
) -> None:
    errors = {
        (name, rule)
        for name, found in findings.items()
        for rule, severity, _ in found
        if severity == Severity.ERROR and rule != "policy-too-large"
    }
    assert errors == set(TRUE_ERRORS)


def test_aws_writes_policies_larger_than_its_customers_may(
    findings: dict[str, list[tuple[str, Severity, str]]],
) -> None:
    too_large = [
        name
        for name, found in findings.items()
        if ("policy-too-large", Severity.ERROR) in {(rule, severity) for rule, severity, _ in found}
    ]
    for name in too_large:  # AWS's own managed policies are not bound by the quotas of customers
        compact = json.dumps(managed_policies()[name], separators=(",", ":"))
        assert len(compact) > 10_240
    assert 30 <= len(too_large) <= 60


def test_findings_on_aws_policies_are_rare(
    findings: dict[str, list[tuple[str, Severity, str]]],
) -> None:
    noisy = Counter(rule for found in findings.values() for rule in {rule for rule, _, _ in found})
    del noisy["policy-too-large"]  # AWS's own are not bound by it: see above
    assert all(count <= 45 for count in noisy.values()), noisy.most_common(3)
    clean = sum(not found for found in findings.values())
    assert clean / len(findings) > 0.9
    failing = sum(
        any(severity >= Severity.SECURITY_WARNING for rule, severity, _ in found)
        for found in findings.values()
    )
    assert failing < 100


def documented(text: str) -> list[tuple[str, str, str]]:
    return sorted(
        (path.stem, finding.severity.label, finding.rule)
        for path in sorted((DOCUMENTED / text).glob("*.json"))
        for finding in lint_text(path.read_text(), path.name).findings
    )


def test_the_newest_documented_text_has_no_error_and_the_two_warnings_that_are_known() -> None:
    """Connector and provider statements name sub-resources only, against the service reference."""
    assert documented("five-role") == [
        ("control-plane.permissions", "warning", "manager-not-in-resource"),
        ("control-plane.permissions", "warning", "token-vault-not-in-resource"),
    ]


def test_the_older_documented_text_misses_the_manager_in_its_data_plane_statements() -> None:
    """Lists on sub-resources are an error, everything else on sub-resources a warning."""
    assert documented("four-role") == [
        ("control-plane.permissions", "warning", "manager-not-in-resource"),
        ("control-plane.permissions", "warning", "token-vault-not-in-resource"),
        ("management.permissions", "error", "manager-not-in-resource"),
        ("process-payment.permissions", "warning", "manager-not-in-resource"),
        ("process-payment.permissions", "warning", "manager-not-in-resource"),
    ]


MANAGERS = (
    "arn:aws:bedrock-agentcore:us-east-1:111122223333:payment-manager/shop-a1b2c3d4e5",
    "arn:aws:bedrock-agentcore:eu-central-1:111122223333:payment-manager/travel-z9y8x7w6v5",
)
VAULT = "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default"


@pytest.mark.parametrize("persona", roles.PERSONAS)
@pytest.mark.parametrize("managers", [MANAGERS[:1], MANAGERS], ids=["one manager", "two managers"])
def test_what_payguard_renders_is_silent_under_every_rule(
    persona: str, managers: tuple[str, ...]
) -> None:
    account = "arn:aws:iam::111122223333"
    parameters = roles.Parameters(
        manager_arns=managers,
        service_role_arn=f"{account}:role/AgentCorePaymentsResourceRetrievalRole",
        credential_provider_arns=(f"{VAULT}/paymentcredentialprovider/coinbase",),
        secret_arns=("arn:aws:secretsmanager:us-east-1:111122223333:secret:wallet-AbCdEf",),
        kms_key_arn="arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
    for build in (roles.permissions, roles.trust):
        report = lint_value(build(persona, parameters))
        assert not report.errors
        assert [(finding.rule, finding.message) for finding in report.findings] == []
