"""Policy variables: ``${key}`` and ``${key, 'default'}``, filled from the request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from collections.abc import Iterator

from payguard_policies.named_tuple import NamedTuple

ESCAPES = frozenset("*?$")


class Variable(NamedTuple):
    """One ``${...}`` in a text.

    Attributes:
        text: as written, braces included as far as they are there.
        key: the context key, or one of ``*?$`` for an escape; spaces around it are kept.
        default: the default's text without quotes; None where none is given.
        closed: whether the closing brace is there.
        quoted: whether the default, if any, stands in single quotes.
    """

    text: str
    key: str
    default: str | None
    closed: bool
    quoted: bool

    @property
    def is_escape(self) -> bool:
        """Whether it is ``${*}``, ``${?}`` or ``${$}``: a literal character, not a variable."""
        return self.closed and self.key in ESCAPES and self.default is None


def variables(text: str) -> Iterator[Variable]:
    """Yield each ``${...}`` of ``text`` in order, malformed ones too."""
    start = text.find("${")
    while start >= 0:
        end = text.find("}", start)
        following = text.find("${", start + 2)
        if end < 0 or 0 <= following < end:
            stop = following if following >= 0 else len(text)
            yield _variable(text[start:stop], text[start + 2 : stop], closed=False)
        else:
            yield _variable(text[start : end + 1], text[start + 2 : end], closed=True)
        start = following


def _variable(text: str, inner: str, *, closed: bool) -> Variable:
    key, comma, rest = inner.partition(",")
    if not comma:
        return Variable(text, key, None, closed, quoted=True)
    rest = rest.strip()
    quoted = len(rest) > 1 and rest[0] == rest[-1] == "'"
    return Variable(text, key, rest[1:-1] if quoted else rest, closed, quoted)
