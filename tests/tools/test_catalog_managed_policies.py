"""The table of AWS's managed policies: the reduction, its exactness, and what it refuses."""

import importlib
import json
import sys
from collections.abc import Iterator
from importlib import metadata
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.iam.action import matches_action

Json = dict[str, Any]


@pytest.fixture(scope="module")
def managed(beside: None) -> Iterator[ModuleType]:
    """The module, loaded anew: its InputError has to be the one of the other scripts."""
    sys.modules.pop("catalog_managed_policies", None)
    yield importlib.import_module("catalog_managed_policies")
    sys.modules.pop("catalog_managed_policies", None)


def statement(**elements: Any) -> Json:
    return {"Effect": "Allow", "Resource": "*", **elements}


def entry(*statements: Json, path: str = "/", version: str = "2012-10-17") -> Json:
    document = {"Version": version, "Statement": list(statements)}
    return {
        "Path": path,
        "DefaultVersionId": "v3",
        "Document": document,
        "UpdateDate": "2026-01-02T03:04:05+00:00",
    }


# Reduction


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"Action": "s3:*"}, {}),
        ({"Action": ["s3:*", "ec2:Describe*"]}, {}),
        ({"Action": ["kms:Decrypt", "s3:*", "IAM:Get*"]}, {"Action": ["kms:Decrypt", "IAM:Get*"]}),
        ({"Action": ["s3:*", "kms:Decrypt"]}, {"Action": ["kms:Decrypt"]}),
        ({"Action": "*"}, {"Action": "*"}),
        ({"Action": ["s3*", "se*:Get", "s?:Get", "Get"]}, None),
        ({"NotAction": ["iam:*", "s3:*"]}, {"NotAction": ["iam:*"]}),
        ({"NotAction": ["s3:*", "ec2:*"]}, {"NotAction": ["s3:*"]}),
        ({"NotAction": "s3:*"}, {"NotAction": "s3:*"}),
    ],
)
def test_actions_of_other_services_are_left_out(
    managed: ModuleType, written: Json, kept: Json | None
) -> None:
    """Of what has a wildcard in the service, or before any colon, nothing is left out."""
    reduced = managed.reduced_statement("Some", statement(**written))
    assert reduced == (written if kept is None else kept)


def test_all_else_of_a_statement_stays_as_it_is_but_for_what_goes_without_saying(
    managed: ModuleType,
) -> None:
    written = {
        "Sid": "Pay",
        "Effect": "Deny",
        "Action": "sts:AssumeRole",
        "Resource": ["arn:aws:iam::*:role/x", "*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert managed.reduced_statement("Some", written) == written
    plain = {"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": "*"}
    assert managed.reduced_statement("Some", plain) == {
        "Action": "sts:AssumeRole",
        "NotResource": "*",
    }


ACTIONS = st.one_of(
    st.sampled_from(["*", "**", "iam", "iam*", "*:Get", "I?M:*", "s3:Get*", "sts:*", ":", ""]),
    st.from_regex(r"(iam|sts|kms|s3|lambda|ec2|k\*|\?ms|[a-z]{1,4}):[GP*?]?[et*?]{0,3}", fullmatch=True),
    st.text("iamstk*?:sGet3", max_size=8),
)  # fmt: skip


@given(
    entries=st.lists(ACTIONS, min_size=1, max_size=5),
    element=st.sampled_from(["Action", "NotAction"]),
    service=st.sampled_from(["iam", "IAM", "sts", "kms", "lambda", "bedrock-agentcore"]),
    name=st.sampled_from(["Get", "Put", "G", "get", "NotYetInvented"]),
)
def test_the_reduced_statement_matches_the_same_actions_even_those_that_nobody_lists(
    managed: ModuleType, entries: list[str], element: str, service: str, name: str
) -> None:
    written = statement(**{element: entries})
    assert matched(managed.reduced_statement("Some", written), f"{service}:{name}") == matched(
        written, f"{service}:{name}"
    )


def matched(found: Json, action: str) -> bool:
    if "NotAction" in found:
        return not any(matches_action(pattern, action) for pattern in found["NotAction"])
    return any(matches_action(pattern, action) for pattern in found.get("Action", ()))


# Refusals: what is said of AWS's texts as a whole has to be true of every one of them


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"Resource": "*", "Effect": "Allow"}, "without one of Action and NotAction"),
        (statement(Action="*", NotAction="*"), "without one of Action and NotAction"),
        ({"Action": "*", "Effect": "Allow"}, "without one of Resource and NotResource"),
        (statement(Action="*", NotResource="*"), "without one of Resource and NotResource"),
    ],
)
def test_a_statement_that_is_not_written_as_expected_is_refused(
    managed: ModuleType, written: Json, complaint: str
) -> None:
    catalog_tables = importlib.import_module("catalog_tables")
    with pytest.raises(catalog_tables.InputError, match=f"^Some has a statement {complaint}$"):
        managed.policy_table({"Some": entry(written)})


def test_another_version_of_the_policy_language_is_refused(managed: ModuleType) -> None:
    catalog_tables = importlib.import_module("catalog_tables")
    with pytest.raises(catalog_tables.InputError, match=r"^Some has the version 2008-10-17, not"):
        managed.policy_table({"Some": entry(version="2008-10-17")})


def test_another_moto_is_said_clearly(managed: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog_tables = importlib.import_module("catalog_tables")
    monkeypatch.setattr(managed, "MOTO_VERSION", "0.0.1")
    with pytest.raises(catalog_tables.InputError) as caught:
        managed.moto_text()
    assert "is installed, the catalog is built from 0.0.1" in str(caught.value)
    assert "moto[iam]==0.0.1" in str(caught.value)


def test_a_missing_moto_is_said_clearly(
    managed: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    catalog_tables = importlib.import_module("catalog_tables")
    monkeypatch.setattr(managed.metadata, "version", missing)
    with pytest.raises(catalog_tables.InputError, match=r"^moto is not installed: install moto\["):
        managed.moto_text()


def test_the_generator_reports_it_as_any_other_input_with_exit_2(
    managed: ModuleType,
    tool: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tool.managed_policies is managed
    botocore = pytest.importorskip("botocore")
    monkeypatch.setattr(tool, "BOTOCORE_VERSION", botocore.__version__)
    monkeypatch.setattr(managed, "MOTO_VERSION", "0.0.1")
    assert tool.main(["--check", "--iam-data", "nowhere"]) == 2
    assert capsys.readouterr().err.startswith("build_catalog: moto ")


# Table and text


TWO = {
    "Some": entry(
        statement(Action="kms:*", Sid="A"),
        statement(Action="s3:*"),
        statement(Effect="Deny", Action="sts:*"),
        path="/service-role/",
    ),
    "Another": entry(statement(Action="s3:*")),
}


def test_a_policy_is_named_with_its_path_and_without_statements_if_none_is_left(
    managed: ModuleType,
) -> None:
    assert managed.policy_table(TWO)["policies"] == {
        "Another": {"version": "v3"},
        "service-role/Some": {
            "version": "v3",
            "statements": [
                {"Action": "kms:*", "Sid": "A"},
                {"Effect": "Deny", "Action": "sts:*"},
            ],
        },
    }


def test_a_single_statement_need_not_stand_in_a_list(managed: ModuleType) -> None:
    single = entry()
    single["Document"]["Statement"] = statement(Action="kms:*")
    table = managed.policy_table({"Some": single})
    assert table["policies"]["Some"]["statements"] == [{"Action": "kms:*"}]


def test_the_text_has_a_line_for_each_policy_and_statement(managed: ModuleType) -> None:
    table = managed.policy_table(TWO) | {"services": ["kms", "sts"]}
    text = managed.render_policies(table)
    assert text.splitlines() == [
        "{",
        ' "policies":{',
        '  "Another":{"version":"v3"},',
        '  "service-role/Some":{"statements":[',
        '   {"Action":"kms:*","Sid":"A"},',
        '   {"Action":"sts:*","Effect":"Deny"}',
        '  ],"version":"v3"}',
        " },",
        ' "services":["kms","sts"]',
        "}",
    ]
    assert json.loads(text) == table


def test_the_order_of_the_input_does_not_show(managed: ModuleType) -> None:
    backwards = json.loads(json.dumps(dict(reversed(TWO.items())), sort_keys=True))
    texts = {managed.render_policies(managed.policy_table(found)) for found in (TWO, backwards)}
    assert len(texts) == 1


def test_the_source_tells_the_day_of_the_latest_change(managed: ModuleType) -> None:
    newer = entry() | {"UpdateDate": "2026-05-06T00:00:00+00:00"}
    source = managed.moto_source("text", {**TWO, "Newer": newer})
    assert source["latest_policy"] == "2026-05-06"
    assert source["version"] == managed.MOTO_VERSION
