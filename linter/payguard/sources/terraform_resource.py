"""One resource instance of Terraform: what is known of its attributes, and what is not."""

from collections.abc import Mapping
from typing import Any

from payguard.finding import Location, Span
from payguard.iam.unresolved import SECRET, Unresolved
from payguard_policies.named_tuple import NamedTuple

# Names and indexes that lead from a resource to a value in it.
Place = tuple[str | int, ...]
NOWHERE = Location("", Span(0, 0, 0, 0))

# Attributes are looked at no deeper than this: what is marked below is not known as a whole.
_DEEP = 8


class Resource(NamedTuple):
    """A resource or data source, by its instance.

    Attributes:
        address: as Terraform writes it: module, type, name and the instance's key.
        module: the address of the module instance that it stands in; empty for the root module.
        block: the address within its module, without a key, such as ``aws_iam_role.agent``.
        key: the instance's key as it stands in the address: ``["eu"]``, ``[0]`` or nothing.
        type: its type, such as ``aws_iam_role`` or ``data.aws_iam_policy``.
        values: its attributes, as far as they are known; secret ones stand there in clear.
        unknown: marks what is only known after apply, as Terraform's ``after_unknown`` does.
        secret: marks what is secret, as ``after_sensitive`` and ``sensitive_values`` do.
        open: whether an attribute that is not there is unknown, rather than not set.
        before: its attributes before apply, of a resource that is kept.
        pointer: the JSON Pointer of ``values`` in the file.
        place: the JSON Pointer of what shows the resource to a reader.
        location: where that stands.
    """

    address: str
    module: str
    block: str
    key: str
    type: str
    values: Mapping[str, Any]
    unknown: object = None
    secret: object = None
    open: bool = False
    before: Mapping[str, Any] | None = None
    pointer: str = ""
    place: str = ""
    location: Location = NOWHERE

    def get(self, name: str) -> Any:
        """Return an attribute; an Unresolved stands for all in it that is unknown or secret."""
        unknown = (self.open and name not in self.values) or _inner(self.unknown, name)
        secret = _inner(self.secret, name)
        return _overlaid(self.values.get(name), unknown, secret, f"{self.address}.{name}", _DEEP)

    def is_secret(self, name: str) -> bool:
        """Tell whether an attribute, or something in it, is secret."""
        return bool(_inner(self.secret, name))

    def dig(self, place: Place) -> Any:
        """Return the value at the end of names and indexes; None where they lead nowhere."""
        value: Any = self.get(str(place[0]))
        for token in place[1:]:
            if isinstance(value, Unresolved):
                return value
            value = _item(value, token)
        return value


def _overlaid(value: Any, unknown: Any, secret: Any, what: str, deep: int) -> Any:
    """Return ``value`` with an Unresolved where the marks say so.

    Marks of a form that Terraform does not write count as a mark on the whole: nothing secret may
    pass because of them.
    """
    if not unknown and not secret:
        return value
    if _is_mark(unknown, value, deep):
        return Unresolved(what)
    if _is_mark(secret, value, deep):
        return Unresolved(what, SECRET) if value not in (None, "") else value
    if isinstance(value, list) or isinstance(unknown, list):
        return _overlaid_list(value or [], unknown, secret, what, deep)
    names = dict.fromkeys((*(value or ()), *(unknown or ())))
    return {
        name: _overlaid(
            (value or {}).get(name),
            _inner(unknown, name),
            _inner(secret, name),
            f"{what}.{name}",
            deep - 1,
        )
        for name in names
    }


def _overlaid_list(value: list[Any], unknown: Any, secret: Any, what: str, deep: int) -> list[Any]:
    size = max(len(value), len(unknown or ()))
    return [
        _overlaid(
            _item(value, index),
            _item(unknown, index),
            _item(secret, index),
            f"{what}[{index}]",
            deep - 1,
        )
        for index in range(size)
    ]


def _is_mark(mark: Any, value: Any, deep: int) -> bool:
    """Tell whether a mark is meant for the whole of a value."""
    if not mark:
        return False
    if deep == 0 or not isinstance(mark, (dict, list)):
        return True
    return value is not None and type(mark) is not type(value)


def _inner(marks: Any, name: str) -> Any:
    """Return the marks on an attribute; marks that are none of attributes are on all of them."""
    return marks.get(name) if isinstance(marks, dict) else marks


def _item(value: Any, token: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(token)
    if isinstance(value, list) and isinstance(token, int):
        return value[token] if token < len(value) else None
    return None
