"""JSON Pointers (RFC 6901): how a rule names a place before anyone knows its line."""


def join(pointer: str, *tokens: str | int) -> str:
    """Return ``pointer`` extended by ``tokens``, escaped as RFC 6901 §3 asks."""
    for token in tokens:
        text = str(token)
        if "~" in text or "/" in text:
            text = text.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{text}"
    return pointer


def tokens(pointer: str) -> tuple[str, ...]:
    """Return the unescaped tokens of ``pointer``; the empty pointer has none."""
    if not pointer:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def parent(pointer: str) -> str:
    """Return the pointer of the value that holds the one at ``pointer``."""
    return pointer.rpartition("/")[0]
