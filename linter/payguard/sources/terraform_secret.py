"""Plans and states hold secrets in clear: lines of them are shown with the secrets blotted out."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from payguard import pointer
from payguard.iam.unresolved import SECRET, Unresolved
from payguard.sources import json_text
from payguard.sources.host import Host
from payguard.sources.position import Lines
from payguard_policies.named_tuple import NamedTuple

# Where values stand and where the marks on them do, in one object.
_MARKED = (
    ("after", "after_sensitive"),
    ("before", "before_sensitive"),
    ("values", "sensitive_values"),
    ("value", "sensitive"),
)
# Credentials of providers stand here, not marked.
_PROVIDERS = "/configuration/provider_config"
# Copies of a secret are looked for as well, where a provider wrote them: if the secret is as long
# as this, and if there are no more of them.
_SHORTEST, _MOST = 8, 1000
# Places in a value, and those of objects with marks, are told at most so deep: what is below is
# told by what is around it.
_DEEP, _DEEPEST = 64, 160
# Policies nest less deeply.
_NESTED = 32


class Leaf(NamedTuple):
    """A value that holds no others, where it stands, and whether it is secret."""

    value: object
    place: str
    is_secret: bool


def leaves(value: object, secret: object, place: str) -> Iterator[Leaf]:
    """Yield what a value is made of.

    Args:
        value: any decoded value.
        secret: what marks secrets in it, in Terraform's form: true, or marks on its items.
        place: the JSON Pointer at which it stands.
    """
    pending: list[tuple[Any, Any, str, int]] = [(value, secret, place, 0)]
    while pending:
        value, secret, place, deep = pending.pop()
        if not isinstance(value, (dict, list)):
            yield Leaf(value, place, bool(secret))
            continue
        pending += reversed(
            [
                (item, marks, pointer.join(place, token) if deep < _DEEP else place, deep + 1)
                for token, item, marks in _items(value, secret)
            ]
        )


def _items(
    value: dict[str, Any] | list[Any], secret: Any
) -> Sequence[tuple[str | int, object, object]]:
    """Return the items of a value; marks of another form than its own are on all of them."""
    if isinstance(value, dict):
        same = isinstance(secret, dict)
        return [(name, item, secret.get(name) if same else secret) for name, item in value.items()]
    marks = [*secret, *(None for _ in value)] if isinstance(secret, list) else [secret] * len(value)
    return [(index, item, marks[index]) for index, item in enumerate(value)]


def marks_of_paths(paths: object) -> object:
    """Return the attributes that a state file calls sensitive, as marks; each as a whole.

    A path is a list of steps, of which the first is the name of an attribute.
    """
    if not isinstance(paths, list):
        return paths is not None
    marks: dict[str, bool] = {}
    for path in paths:
        first = path[0] if isinstance(path, list) and path else None
        name = first.get("value") if isinstance(first, dict) else None
        if not isinstance(name, str):
            return True
        marks[name] = True
    return marks


def is_secret_variable(configuration: object, name: str) -> bool:
    """Tell whether a variable of the root module is secret: unless it is known to be none."""
    root = configuration.get("root_module") if isinstance(configuration, dict) else None
    variables = root.get("variables") if isinstance(root, dict) else None
    declared = variables.get(name) if isinstance(variables, dict) else None
    return not isinstance(declared, dict) or declared.get("sensitive") not in (False, None)


class Secrets:
    """What a plan or state marks as secret.

    Args:
        value: the decoded file.

    Attributes:
        leaves: the secret values, each at its place.
        copies: the texts among them that are looked for elsewhere, to what they come from; the
            longest first.
    """

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.leaves = [leaf for leaf in _secrets(value) if leaf.value is not None]
        texts = {
            leaf.value: _origin(leaf.place)
            for leaf in reversed(self.leaves)
            if isinstance(leaf.value, str) and len(leaf.value) >= _SHORTEST
        }
        self.copies = dict(sorted(texts.items(), key=lambda item: (-len(item[0]), item[0])))

    @property
    def are_too_many(self) -> bool:
        """Whether there are too many to look for copies: then anything may be one."""
        return len(self.copies) > _MOST

    def within(self, text: str) -> list[str]:
        """Return the secrets that a text holds."""
        return [copy for copy in self.copies if copy in text]


def hidden(value: Any, secrets: Mapping[str, str], deep: int = _NESTED) -> Any:
    """Return a decoded value with an Unresolved in place of texts that hold a secret.

    Args:
        value: the value.
        secrets: the secret texts that may be in it, to what they come from.
        deep: how deep to look; what is below is taken to be secret.
    """
    if isinstance(value, str):
        found = [secret for secret in secrets if secret in value]
        return Unresolved(secrets[found[0]], SECRET, _without(value, found)) if found else value
    if not isinstance(value, (dict, list)):
        return value
    keys = value if isinstance(value, dict) else ()
    if deep == 0 or any(secret in key for key in keys for secret in secrets):
        return Unresolved(next(iter(secrets.values())), SECRET)
    if isinstance(value, dict):
        return {key: hidden(inner, secrets, deep - 1) for key, inner in value.items()}
    return [hidden(inner, secrets, deep - 1) for inner in value]


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "*")
    return text


def _origin(place: str) -> str:
    """Say what a secret comes from, by the JSON Pointer at which it stands."""
    tokens = pointer.tokens(place)
    return f"var.{tokens[1]}" if tokens[0] == "variables" else "a sensitive value"


class SecretiveHost(Host):
    """A plan or state as Host has it, whose lines show no secrets.

    Args:
        text: the file's content.
        secrets: what is not to be shown.
    """

    def __init__(self, text: str, secrets: Secrets) -> None:
        super().__init__(text)
        self.lines = _Blotted(text, secrets)


class _Blotted(Lines):
    """Lines with asterisks in place of secrets, which are looked for when a line is asked for."""

    def __init__(self, text: str, secrets: Secrets) -> None:
        super().__init__(text)
        self._secrets = secrets
        self._blots: list[tuple[int, int]] | None = None

    def _line(self, number: int) -> str:
        line = super()._line(number)
        if self._blots is None:
            self._blots = _blots(self.text, self._secrets)
        if self._secrets.are_too_many:
            return "*" * len(line)
        if not line or not self._blots:
            return line
        start = self._line_starts()[number - 1]
        pieces, at = [], 0
        for blot in self._blots[max(0, bisect_right(self._blots, (start, 0)) - 1) :]:
            first, last = max(blot[0] - start, at), min(blot[1] - start, len(line))
            if first >= len(line):
                break
            if last > first:
                pieces += [line[at:first], "*" * (last - first)]
                at = last
        line = "".join([*pieces, line[at:]])
        for copy in self._secrets.copies:
            written = json.dumps(copy, ensure_ascii=False)[1:-1]
            line = line.replace(written, "*" * len(written))
        return line


def _blots(text: str, secrets: Secrets) -> list[tuple[int, int]]:
    """Return where secrets stand in a text, their quotes left out."""
    wanted = {_PROVIDERS, *(leaf.place for leaf in secrets.leaves)}
    places = json_text.locate(text, wanted).values()
    return sorted(
        (place.start + quoted, place.end - quoted)
        for place in places
        for quoted in (text[place.start] == '"',)
    )


def _secrets(value: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield what is marked as secret anywhere in a plan or state."""
    variables = value.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if is_secret_variable(value.get("configuration"), name):
            yield from leaves(variable, True, pointer.join("/variables", name))  # noqa: FBT003  a mark
    pending: list[tuple[Any, str, int]] = [(value, "", 0)]
    while pending:
        item, place, deep = pending.pop()
        for name, marks in _marked(item) if isinstance(item, dict) else ():
            here = f"{place}/{name}" if deep < _DEEPEST else place
            for leaf in leaves(item[name], marks, here):
                if leaf.is_secret:
                    yield leaf if deep < _DEEPEST else leaf._replace(place=place)
        for token, inner in item.items() if isinstance(item, dict) else enumerate(item):
            if isinstance(inner, (dict, list)):
                here = pointer.join(place, token) if deep < _DEEPEST else place
                pending.append((inner, here, deep + 1))


def _marked(item: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield the names under which an object holds secrets, with the marks on them."""
    for name, marks in _MARKED:
        if name in item and item.get(marks):
            yield name, item[marks]
    if "attributes" in item and item.get("sensitive_attributes"):
        yield "attributes", marks_of_paths(item["sensitive_attributes"])
