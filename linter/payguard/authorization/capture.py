"""What a policy variable would have to hold for a text of the policy to match another text."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from payguard.authorization.policy_set import Clause
from payguard.authorization.substitution import has_variables
from payguard.iam.variable import variables

# Beyond these a text is not searched: the search goes back and forth between the variables.
_LONGEST, _MOST_STEPS, _MOST = 512, 1_000_000, 16


def captures(clause: Clause, resource: str, others: Sequence[str]) -> Iterator[str]:
    """Yield values for the variables of a statement, found in the texts that it is held against.

    Args:
        clause: the statement.
        resource: of the request.
        others: what the keys may hold that conditions with variables compare.
    """
    statement = clause.statement
    for text in (*statement.resources, *statement.not_resources):
        if isinstance(text, str) and has_variables(text, statement.version):
            yield from _captured(text, resource)
    for condition in clause.conditions:
        for text in condition.values:
            if isinstance(text, str) and has_variables(text, statement.version):
                for other in islice(others, _MOST):
                    yield from _captured(text, other)


def _captured(pattern: str, text: str) -> Iterator[str]:
    if len(text) > _LONGEST or len(pattern) > _LONGEST:
        return
    if len(text) ** (pattern.count("*") + pattern.count("${")) > _MOST_STEPS:
        return
    for hole in ("(.*?)", "(.*)"):
        found = re.fullmatch(_expression(pattern, hole), text, re.DOTALL)
        if found is not None:
            yield from (value for value in found.groups() if value is not None)


def _expression(pattern: str, hole: str) -> str:
    """Turn a text with variables into a regular expression with a group for each of them."""
    pieces, at = [], 0
    for variable in variables(pattern):
        start = pattern.index("${", at)
        pieces.append(_literal(pattern[at:start]))
        pieces.append(re.escape(variable.key) if variable.is_escape else hole)
        at = start + len(variable.text)
    pieces.append(_literal(pattern[at:]))
    return "".join(pieces)


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\*", ".*?").replace(r"\?", ".")
