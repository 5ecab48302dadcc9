"""How a text of the input is shown in a message."""

_LONGEST = 160


def quote(text: str) -> str:
    """Return ``text`` in double quotes, fit for a terminal and a log line.

    Shortened in the middle beyond 160 characters; control characters are escaped, so that no
    input can move the cursor or forge a line.
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 40]}…{text[-39:]}"
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f'"{text}"'
