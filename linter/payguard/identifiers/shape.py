"""What one plane demands of a text: a pattern of the catalog, matched in full, and a length."""

import functools
import re

from payguard_policies import catalog
from payguard_policies.named_tuple import NamedTuple

# AWS takes no ARN or ID beyond this; it bounds the work where a model sets no maximum.
LONGEST = 2048

_INTEGER = r"-?[0-9]{1,18}"
_PLANES = {"IamRoleArn": "iam", "SecretsManagerSecretArn": "secrets-manager"}


class Shape(NamedTuple):
    """A pattern and the least and greatest length that it goes with.

    Attributes:
        plane: whose demand it is; see `payguard.identifiers.problem.Problem.planes`.
        pattern: a regular expression for the whole text; None where any text will do.
        least: the fewest characters.
        most: the most characters.
    """

    plane: str
    pattern: str | None
    least: int
    most: int

    def accepts(self, text: str) -> bool:
        """Tell whether ``text`` has the length and matches the pattern in full."""
        if not self.least <= len(text) <= self.most:
            return False
        return self.pattern is None or compiled(self.pattern).fullmatch(text) is not None


class Bounds(NamedTuple):
    """The least and greatest value of a whole number, written in decimal digits.

    ``taker`` says in words what takes the number.
    """

    plane: str
    taker: str
    least: int | None
    most: int | None

    def accepts(self, text: str) -> bool:
        """Tell whether ``text`` is a whole number within the bounds."""
        if compiled(_INTEGER).fullmatch(text) is None:
            return False
        value = int(text)
        below = self.least is not None and value < self.least
        return not below and (self.most is None or value <= self.most)


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` compiled, once."""
    return re.compile(pattern)


def from_model(plane: str, name: str) -> Shape:
    """Return a string shape of the catalog.

    Args:
        plane: the catalog's plane: ``data``, ``control`` or ``other``.
        name: the shape's name there.
    """
    found = catalog.string_shape(plane, name)
    return Shape(
        owner(plane, name),
        found.pattern,
        found.min or 0,
        LONGEST if found.max is None else found.max,
    )


def integer_from_model(plane: str, name: str, taker: str) -> Bounds:
    """Return an integer shape of the catalog; arguments as in `from_model` and `Bounds`."""
    found = catalog.integer_shape(plane, name)
    return Bounds(plane, taker, found.min, found.max)


def owner(plane: str, name: str) -> str:
    """Return whose demand a shape of the catalog is: hand-kept ones are named after their source."""
    if plane != "other":
        return plane
    return _PLANES.get(name, "cloudformation")


def joined(plane: str, first: Shape, glue: str, second: Shape) -> Shape:
    """Return the shape of a text made of ``first``, ``glue`` and ``second``."""
    return Shape(
        plane,
        f"(?:{first.pattern}){re.escape(glue)}(?:{second.pattern})",
        first.least + len(glue) + second.least,
        min(LONGEST, first.most + len(glue) + second.most),
    )
