import pytest
from hypothesis import given
from hypothesis import strategies as st

from payguard.finding import Span
from payguard.reporters.excerpt import excerpt


@pytest.mark.parametrize(
    ("source", "span", "line", "carets"),
    [
        pytest.param("abcdef", Span(1, 3, 1, 5), "abcdef", "  ^^", id="inside a line"),
        pytest.param("\t\tab", Span(1, 3, 1, 5), "\t\tab", "\t\t^^", id="tabs stay tabs"),
        pytest.param("ab  ", Span(1, 1, 2, 9), "ab  ", "^^", id="over the line's end"),
        pytest.param("ab", Span(1, 3, 1, 3), "ab", "  ^", id="an empty span at the end"),
        pytest.param("ab", Span(1, 9, 1, 12), "ab", "  ^", id="beyond the line"),
        pytest.param("日本ab", Span(1, 3, 1, 5), "日本ab", "    ^^", id="wide characters before"),
        pytest.param("a日本b", Span(1, 2, 1, 4), "a日本b", " ^^^^", id="wide characters inside"),
        pytest.param("e\u0301ab", Span(1, 3, 1, 4), "e\u0301ab", " ^", id="a combining accent"),
        pytest.param("\x1b[2Jab", Span(1, 5, 1, 7), "\\x1b[2Jab", " " * 7 + "^^", id="an escape"),
        pytest.param("\u202eab", Span(1, 2, 1, 4), "\\u202eab", " " * 6 + "^^", id="right to left"),
        pytest.param("##vso[a]b", Span(1, 9, 1, 10), "\\x23#vso[a]b", " " * 11 + "^", id="command"),
    ],
)
def test_carets_stand_under_the_span(source: str, span: Span, line: str, carets: str) -> None:
    assert excerpt(source, span) == (line, carets)


@pytest.mark.parametrize("start", [0, 1, 59, 60, 118, 119, 500, 940, 990])
def test_a_long_line_is_cut_around_the_span(start: int) -> None:
    source = "".join(chr(ord("a") + i % 26) for i in range(1000))
    line, carets = excerpt(source, Span(1, start + 1, 1, start + 11))
    assert len(line) <= 120
    at = carets.index("^")
    assert line[at : at + carets.count("^")] == source[start : start + 10]
    assert line.startswith("…") == (not source.startswith(line[:50]))
    assert line.endswith("…") == (not source.endswith(line[-50:]))


def test_a_span_longer_than_the_window_is_shown_from_its_start() -> None:
    line, carets = excerpt("x" * 50 + "y" * 5000, Span(1, 51, 1, 5051))
    assert line == "…" + "y" * 118 + "…"
    assert carets == " " + "^" * 118


spans = st.integers(1, 400).flatmap(
    lambda column: st.builds(
        lambda lines, width: Span(1, column, 1 + lines, column + width),
        st.integers(0, 1),
        st.integers(0, 300),
    )
)


@given(st.text(max_size=400), spans)
def test_no_text_and_no_span_breaks_the_excerpt(source: str, span: Span) -> None:
    line, carets = excerpt(source, span)
    assert line.replace("\t", "").isprintable()
    assert carets.replace("\t", " ").strip(" ").strip("^") == ""
    assert "^" in carets
