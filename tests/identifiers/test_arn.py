"""Taking ARNs apart, whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.identifiers import Arn, parse_arn, segments
from payguard.identifiers.arn import outside_braces

MEGABYTE = 2**20


def test_the_first_five_colons_divide_an_arn_and_the_rest_is_the_resource() -> None:
    found = parse_arn("arn:aws:logs:us-east-1:111122223333:log-group:a:log-stream:b")
    assert found == Arn("aws", "logs", "us-east-1", "111122223333", "log-group:a:log-stream:b")


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:s3::", "ARN:aws:s3:::b", " arn:aws:s3:::b"])
def test_what_is_not_arn_and_five_fields_is_no_arn(text: str) -> None:
    assert parse_arn(text) is None


@given(st.text(alphabet=":arn/x", max_size=40))
def test_an_arn_gives_back_its_text(text: str) -> None:
    found = parse_arn(f"arn:{text}")
    assert found is None or found.text == f"arn:{text}"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("payment-manager/a-b/session/c", ("payment-manager", "a-b", "session", "c")),
        ("bucket", ("bucket",)),
        ("", ("",)),
        ("a/${aws:PrincipalTag/team}/b", ("a", "${aws:PrincipalTag/team}", "b")),
        ("a/<vault/id>/b", ("a", "<vault/id>", "b")),
        ("a/${open/b", ("a", "${open", "b")),
        ("a/b}/c", ("a", "b}", "c")),
    ],
)
def test_slashes_inside_variables_divide_nothing(resource: str, expected: tuple[str, ...]) -> None:
    assert segments(resource) == expected


def test_colons_inside_variables_divide_nothing() -> None:
    text = "arn:aws:kms:${aws:RequestedRegion}:<account:id>:key/*"
    assert outside_braces(text, ":", 5) == [
        "arn",
        "aws",
        "kms",
        "${aws:RequestedRegion}",
        "<account:id>",
        "key/*",
    ]


@given(st.text(alphabet="${}<>:a", max_size=60))
def test_splitting_loses_nothing(text: str) -> None:
    assert ":".join(outside_braces(text, ":", -1)) == text


@given(st.text(alphabet=":ax", max_size=60), st.integers(-1, 6))
def test_without_braces_splitting_is_splitting(text: str, limit: int) -> None:
    assert outside_braces(text, ":", limit) == text.split(":", limit)


@pytest.mark.parametrize("scrap", ["<:", "${:", "<>", "${}:", "<", ":"])
def test_a_megabyte_is_split(scrap: str) -> None:
    text = scrap * (MEGABYTE // len(scrap))
    assert ":".join(outside_braces(text, ":", -1)) == text
