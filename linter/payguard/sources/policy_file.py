"""Policy JSON and YAML: is this file a policy, and if so, what does it say and where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from payguard.finding import InputError, Span
from payguard.iam.document import VERSIONS
from payguard.infrastructure import Document
from payguard.pointer import parent
from payguard.quotation import quote
from payguard.sources import json_text
from payguard.sources.position import Lines, Place

# Words one of which stands in any text that was meant to be a policy.
_POLICY_WORDS = ("Statement", "Effect", "Action", "2012-10-17", "2008-10-17")
YAML_SUFFIXES = (".yaml", ".yml")


@dataclass(slots=True)
class FileMap:
    """The source map of one document in a JSON or YAML file."""

    text: str
    yaml_document: int = -1
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        self.lines = Lines(self.text)

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """Return the span of each wanted (pointer, whether its key is meant)."""
        pointers = {place for place, _ in wanted}
        places = dict(self._locate(pointers))
        lost = pointers - places.keys()
        if lost:  # nothing stands there: what is around it is meant
            places |= self._locate({above for place in lost for above in _parents(place)})
        return {want: self._span(want, places) for want in wanted}

    def line(self, number: int) -> str:
        """Return a line of the file, from 1, without its end."""
        return self.lines.line(number)

    def comments(self) -> list[tuple[int, str]]:
        """Return (line, text) of YAML comments that speak to payguard; JSON has none."""
        if self.yaml_document < 0:
            return []
        from payguard.sources.host import comments  # noqa: PLC0415  JSON does not pay for YAML

        return comments(self.text)

    def _locate(self, pointers: Collection[str]) -> dict[str, Place]:
        if self.yaml_document < 0:
            return json_text.locate(self.text, pointers)
        from payguard.sources import yaml_text  # noqa: PLC0415  JSON does not pay for YAML

        return yaml_text.locate(self.text, pointers, self.yaml_document)

    def _span(self, want: tuple[str, bool], places: Mapping[str, Place]) -> Span:
        pointer, on_key = want
        missing = pointer not in places
        while pointer not in places and pointer:
            pointer = parent(pointer)
        place = places.get(pointer)
        if place is None:
            return Span(1, 1, 1, 1)
        if on_key and not missing and place.key_start >= 0:
            return self.lines.span(place.key_start, place.key_end)
        return self.lines.span(place.start, _first_line_end(self.text, place))


def _parents(place: str) -> list[str]:
    found = []
    while place:
        place = parent(place)
        found.append(place)
    return found


def _first_line_end(text: str, place: Place) -> int:
    """Return where the span to show ends: containers are shown by their first line."""
    end = text.find("\n", place.start, place.end)
    return place.end if end < 0 else end


def read_policy_file(
    path: str, text: str, *, named: bool, policy_type: str = ""
) -> list[Document] | InputError:
    """Return the policy documents of a file.

    Args:
        path: the file's path, which tells JSON from YAML by its suffix.
        text: its content.
        named: whether the user named the file. A file found in a folder that is no policy has no
            documents; a named one is refused.
        policy_type: what the user says it is; empty to tell from its shape.

    A text that cannot be read is an InputError, save a file found in a folder that is no JSON
    and holds no word of a policy: other tools' dialects are not our business.
    """
    if path.endswith(YAML_SUFFIXES):
        return _read_yaml(path, text, policy_type, named=named)
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        return unreadable(path, text, policy_type, error, named=named)
    return documents_of(path, value, text, policy_type, named=named)


def documents_of(
    path: str, value: Any, text: str, policy_type: str, *, named: bool
) -> list[Document] | InputError:
    """Return the policy that a decoded JSON file is; arguments as in ``read_policy_file``."""
    if refusal := _refusal(value, named=named):
        return InputError(path, refusal, 1, 1)
    if not is_policy(value):
        return []
    return [Document(path, value, policy_type, FileMap(text), text=text)]


def unreadable(
    path: str, text: str, policy_type: str, error: json_text.JsonError, *, named: bool
) -> list[Document] | InputError:
    """Say what becomes of a text that is no JSON; arguments as in ``read_policy_file``."""
    if not path.endswith(".json") and (documents := _other_suffix(path, text, policy_type)):
        return documents
    if not named and _is_other_dialect(text):
        return []
    return InputError(path, error.message, error.line, error.column)


def _other_suffix(path: str, text: str, policy_type: str) -> list[Document]:
    """Try a file of unknown suffix as YAML: a policy or nothing.

    What starts as JSON is meant to be JSON: YAML would let a trailing comma pass.
    """
    if "Statement" not in text or text.lstrip()[:1] in ("{", "["):
        return []
    documents = _read_yaml(path, text, policy_type, named=True)
    return [] if isinstance(documents, InputError) else documents


def _read_yaml(
    path: str, text: str, policy_type: str, *, named: bool
) -> list[Document] | InputError:
    if not named and "Statement" not in text:
        return []
    from payguard.sources import yaml_text  # noqa: PLC0415  JSON does not pay for YAML
    from payguard.sources.yaml_event import YamlError  # noqa: PLC0415  JSON does not pay for YAML

    try:
        values = yaml_text.parse(text)
    except YamlError as error:
        if not named and "Effect" not in text:
            return []
        return InputError(path, error.message, error.line, error.column)
    if named and not values:
        return InputError(path, "the file is empty", 0, 0)
    documents = []
    for index, value in enumerate(values):
        if value is None and len(values) > 1:
            continue  # nothing stands between two marks, or after the last
        if refusal := _refusal(value, named=named):
            span = FileMap(text, index).spans([("", False)])["", False]
            return InputError(path, refusal, span.line, span.column)
        if is_policy(value):
            documents.append(Document(path, value, policy_type, FileMap(text, index)))
    return documents


def is_policy(value: Any) -> bool:
    """Tell whether a decoded value was meant to be a policy document.

    It has statements, under whatever case or near-miss of that name, or a policy's version.
    """
    if not isinstance(value, dict):
        return False
    if "Statement" in value:
        return True
    if "Resources" in value or "resource" in value:
        return False
    version = value.get("Version", value.get("version"))
    if isinstance(version, str) and version in VERSIONS:
        return True
    return any(
        isinstance(key, str)
        and key.lower() in ("statement", "statements")
        and _looks_like_statements(item)
        for key, item in value.items()
    )


def _looks_like_statements(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(
        isinstance(item, dict) and {str(key).lower() for key in item} & {"effect", "action"}
        for item in items
    )


def _refusal(value: Any, *, named: bool) -> str:
    """Say why a decoded value is refused; empty where it is a policy or none of our business."""
    if isinstance(value, list) and (named or _looks_like_statements(value)):
        return "the top level is a list: a policy document is an object with a Statement"
    if named and not isinstance(value, dict):
        return "this is no policy document: the top level is no object"
    if named and not is_policy(value):
        keys = ", ".join(quote(str(key)) for key in list(value)[:3]) or "none"
        return f"this is no policy document: it has no Statement (its keys: {keys})"
    return ""


def _is_other_dialect(text: str) -> bool:
    return bool(text.strip()) and not any(word in text for word in _POLICY_WORDS)
