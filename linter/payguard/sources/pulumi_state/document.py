"""Policy documents in properties: JSON text, as with pulumi-aws, or objects, as with aws-native."""

from typing import Any

from payguard.iam.unresolved import MISSING, Unresolved
from payguard.infrastructure import Document, Gap
from payguard.sources import json_text
from payguard.sources.pulumi_state.sentinel import DeepError, has_mark, replace, whole
from payguard.sources.pulumi_state.state import Property, Resource, short


class DocumentError(ValueError):
    """A property that is no policy document; the message says why."""


def read_document(
    resource: Resource, found: Property | None, name: str, policy_type: str
) -> Document | Gap:
    """Return the policy document in a property; a Gap where it is not known as a whole.

    Args:
        resource: whose property it is.
        found: the property, if it is there.
        name: its name.
        policy_type: as in Document.

    Raises:
        DocumentError: what is there is no policy document.
    """
    if found is None:
        return missing(resource, None, name, policy_type)
    unresolved = whole(found.value, resource.what(name))
    if unresolved is not None:
        return Gap(unresolved, resource.locate(found), policy_type)
    try:
        if isinstance(found.value, str):
            return _embedded(resource, found, name, policy_type)
        if isinstance(found.value, dict):
            return _nested(resource, found, name, policy_type)
    except DeepError:
        raise DocumentError(f"{_what(resource, name)} nests too deeply for a policy") from None
    raise DocumentError(f"{_what(resource, name)} is neither an object nor JSON text")


def missing(resource: Resource, found: Property | None, name: str, policy_type: str) -> Gap:
    """Return the Gap of a document that is not in the file, or not readable."""
    unresolved = Unresolved(resource.what(name), MISSING)
    return Gap(unresolved, resource.locate(found), policy_type)


def _what(resource: Resource, name: str) -> str:
    return f"the {name} of {short(resource.urn)}"


def _embedded(resource: Resource, found: Property, name: str, policy_type: str) -> Document:
    text: str = found.value
    value = _parsed(text, _what(resource, name))
    unresolved: tuple[tuple[str, Unresolved], ...] = ()
    if has_mark(text):
        unresolved = replace(value, resource.what(name))
    return Document(
        resource.sheet.path,
        value,
        policy_type,
        resource.sheet.embedded(found.at, text),
        resource.urn,
        "" if unresolved else text,  # AWS will see another text
        unresolved,
    )


def _parsed(text: str, what: str) -> dict[str, Any]:
    if not text.strip():
        raise DocumentError(f"{what} is empty")
    try:
        value = json_text.parse(text)
    except json_text.JsonError as error:
        place = f" (line {error.line}, column {error.column} of its text)" if error.line else ""
        raise DocumentError(f"{what} cannot be read: {error.message}{place}") from None
    if not isinstance(value, dict):
        raise DocumentError(f"{what} is no JSON object")
    return value


def _nested(resource: Resource, found: Property, name: str, policy_type: str) -> Document:
    unresolved = replace(found.value, resource.what(name))
    source = resource.sheet.nested(found.at)
    path = resource.sheet.path
    return Document(path, found.value, policy_type, source, resource.urn, unresolved=unresolved)
