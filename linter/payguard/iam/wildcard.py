"""IAM wildcards: ``*`` is any run of characters, ``?`` any single one; nothing else is special.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""


def has_wildcard(pattern: str) -> bool:
    """Tell whether ``pattern`` holds ``*`` or ``?``."""
    return "*" in pattern or "?" in pattern


def matches(pattern: str, text: str) -> bool:
    """Tell whether ``pattern`` matches the whole of ``text``, case-sensitively.

    The first place where each piece between two stars fits is as good as any later one, so the
    text is walked once.
    """
    if "*" not in pattern:
        return pattern == text or ("?" in pattern and _fits(pattern, text))
    head, *pieces, tail = pattern.split("*")
    end = len(text) - len(tail)
    if len(head) > end or not _fits(head, text[: len(head)]) or not _fits(tail, text[end:]):
        return False
    at = len(head)
    for piece in pieces:
        at = _find(piece, text, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def _fits(piece: str, text: str) -> bool:
    """Tell whether ``piece``, which holds no star, matches the whole of ``text``."""
    if "?" not in piece:
        return piece == text
    return len(piece) == len(text) and all(
        wanted in ("?", found) for wanted, found in zip(piece, text, strict=True)
    )


def _find(piece: str, text: str, start: int, end: int) -> int:
    """Return where ``piece``, which holds no star, first fits between the bounds, or -1."""
    if "?" not in piece:
        return text.find(piece, start, end)
    if len(piece) > end - start:
        return -1
    # One bit for each place of the piece that the text read so far may have come to: all places
    # are moved on at once, so that long runs of "?" cost no more than long pieces.
    places: dict[str, int] = {}
    for place, symbol in enumerate(piece):
        places[symbol] = places.get(symbol, 0) | 1 << place
    anywhere, goal, reached = places["?"], 1 << (len(piece) - 1), 0
    for at in range(start, end):
        reached = (reached << 1 | 1) & (places.get(text[at], 0) | anywhere)
        if reached & goal:
            return at - len(piece) + 1
    return -1


def overlaps(first: str, second: str) -> bool:
    """Tell whether some text is matched by both patterns.

    Walks the product of the two patterns' positions, so the cost is bounded by the product of
    their lengths; where one has no wildcard, or they begin or end otherwise, there is no need to.
    """
    for pattern, other in ((first, second), (second, first)):
        if not has_wildcard(other):
            return matches(pattern, other)
    if not (_agree(_head(first), _head(second)) and _agree(_tail(first), _tail(second))):
        return False
    first, second = _collapse(first), _collapse(second)
    reachable = {0}
    for place in range(len(first) + 1):
        reachable = _slide(first, second, place, reachable)
        if place == len(first):
            return len(second) in reachable
        reachable = _step(first[place], second, reachable)
        if not reachable:
            return False
    return False


def _head(pattern: str) -> str:
    """Return what stands before the first wildcard."""
    return pattern.partition("*")[0].partition("?")[0]


def _tail(pattern: str) -> str:
    """Return what stands behind the last wildcard, from its end."""
    return _head(pattern[::-1])


def _agree(one: str, other: str) -> bool:
    """Tell whether one of two texts begins with the other."""
    return one.startswith(other) or other.startswith(one)


def covers(wide: str, narrow: str) -> bool:
    """Tell whether everything ``narrow`` matches is surely matched by ``wide``.

    Sound, not complete: the wildcards of ``narrow`` are read as characters that only a wildcard
    of ``wide`` can match, so True is certain and False may be too careful.
    """
    if wide == "*":
        return True
    if not has_wildcard(narrow):
        return matches(wide, narrow)
    return _covers_symbols(wide, narrow)


def _collapse(pattern: str) -> str:
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    return pattern


def _slide(first: str, second: str, place: int, reachable: set[int]) -> set[int]:
    """Close ``reachable`` under steps that consume no text: a star standing for nothing."""
    closed = set(reachable)
    pending = list(reachable)
    eats = place < len(first) and first[place] == "*"
    while pending:
        spot = pending.pop()
        if spot < len(second) and (second[spot] == "*" or eats) and spot + 1 not in closed:
            closed.add(spot + 1)
            pending.append(spot + 1)
    return closed


def _step(symbol: str, second: str, reachable: set[int]) -> set[int]:
    """Return where ``second`` can stand once ``first`` has moved past ``symbol``."""
    if symbol == "*":
        return reachable
    after = set()
    for spot in reachable:
        if spot == len(second):
            continue
        other = second[spot]
        if other == "*":
            after.add(spot)
        elif "?" in (symbol, other) or symbol == other:
            after.add(spot + 1)
    return after


def _covers_symbols(wide: str, narrow: str) -> bool:
    wide, narrow = _collapse(wide), _collapse(narrow)
    at, star, mark = 0, -1, 0
    position, end, length = 0, len(narrow), len(wide)
    while position < end:
        symbol = narrow[position]
        if at < length and wide[at] == "*":
            star, mark = at, position
            at += 1
        elif at < length and symbol != "*" and wide[at] in ("?", symbol):
            at += 1
            position += 1
        elif star >= 0:
            at = star + 1
            mark += 1
            position = mark
        else:
            return False
    return wide[at:].strip("*") == ""
