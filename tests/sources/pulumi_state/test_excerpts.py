"""Pieces of files that other people's programs gave."""

from payguard.iam.document import IDENTITY, TRUST
from payguard.iam.unresolved import SECRET
from sources.pulumi_state.stacks import fixture, gaps, only

SERVICES = {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}


def test_unchanged_resources_have_their_identity_from_the_state_before() -> None:
    found = fixture("excerpts/unchanged-preview.json")
    role = only(found)
    assert role.name == "docsHandler-9eca035"
    assert role.arn == "arn:aws:iam::941377148201:role/docsHandler-9eca035"
    assert role.managed == (
        "arn:aws:iam::aws:policy/CloudWatchEventsFullAccess",
        "arn:aws:iam::aws:policy/AWSLambda_FullAccess",
    )
    assert (role.gaps, found.gaps, role.identity) == ((), (), ())
    assert role.trust is not None
    principal = role.trust.value["Statement"][0]["Principal"]
    assert principal == {"Service": "lambda.amazonaws.com"}


def test_a_secret_trust_policy_of_a_checkpoint_is_a_gap() -> None:
    found = fixture("excerpts/secret-checkpoint.json")
    role = only(found)
    what = "assumeRolePolicy of aws:iam/role:Role countDown_watcher-iamrole"
    assert gaps(role.gaps) == [(what, SECRET, TRUST)]
    assert role.trust is None
    assert role.managed == ("arn:aws:iam::aws:policy/AWSLambdaFullAccess",)
    assert found.documents == ()


def test_documents_of_an_export_are_read_as_written() -> None:
    found = fixture("excerpts/role-export.json")
    role = only(found)
    assert role.trust is not None
    assert role.trust.value["Id"] == "comprehensive-policy-id"
    assert [each["Principal"] for each in role.trust.value["Statement"]][1] == SERVICES
    (policy,) = role.identity
    assert policy.policy_type == IDENTITY
    assert policy.value["Version"] == "2008-10-17"
    deny = policy.value["Statement"][1]
    assert deny["NotAction"] == "s3:GetBucketLocation"
    assert deny["NotResource"] == "arn:aws:s3:::test-bucket-24922bd/logs/*"
    assert (role.gaps, found.gaps) == ((), ())
