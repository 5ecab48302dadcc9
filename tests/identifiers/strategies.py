"""Texts near to identifiers: valid ones with something changed, and anything else."""

from hypothesis import strategies as st

from payguard.identifiers import KINDS

SCRAPS = (
    "",
    " ",
    "\n",
    "\r\n",
    "-",
    "--",
    "_",
    "/",
    ":",
    "*",
    "?",
    "A",
    "é",
    "\u2028",
    "\x00",
    "${aws:PrincipalTag/team}",
    "${",
    "<account>",
    "${AWS::AccountId}",
    "/session/",
    "payment-manager",
    "acps",
    "0",
    "12345678901",
    "us-nowhere-1",
    "cn-north-1",
)


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """Draw ``text`` with up to three stretches replaced."""
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        scrap = draw(st.sampled_from(SCRAPS) | st.text(max_size=3) | st.just(text[start:end] * 2))
        text = text[:start] + scrap + text[end:]
    return text


@st.composite
def near_identifiers(draw: st.DrawFn) -> str:
    """Draw an example of any kind, edited."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    return draw(edited(KINDS[kind].example))


def anything() -> st.SearchStrategy[str]:
    """Draw any text, near to an identifier or not."""
    return st.text(max_size=80) | near_identifiers()
