"""Principals: who a trust or resource policy speaks about.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Iterator, Mapping

from payguard import pointer
from payguard_policies.named_tuple import NamedTuple

PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


class Principal(NamedTuple):
    """One principal: its type (``AWS``, ``Service``, ...; ``*`` for the bare star) and text.

    ``pointer`` is relative to the statement.
    """

    type: str
    text: str
    pointer: str


def principals(statement: Mapping[str, object], element: str) -> Iterator[Principal]:
    """Yield the principals under ``element`` (``Principal`` or ``NotPrincipal``).

    Values that are no text are passed over: the document rules report them.
    """
    value = statement.get(element)
    here = f"/{element}"
    if isinstance(value, str):
        yield Principal("*" if value == "*" else "", value, here)
    if not isinstance(value, Mapping):
        return
    for kind, entry in value.items():
        place = pointer.join(here, kind)
        if isinstance(entry, str):
            yield Principal(kind, entry, place)
        elif isinstance(entry, list):
            for index, text in enumerate(entry):
                if isinstance(text, str):
                    yield Principal(kind, text, f"{place}/{index}")
