"""Templates of a few lines, and what is read from them in a form that tests can write down."""

import json
import textwrap
from pathlib import Path
from typing import Any

from payguard.finding import Span
from payguard.iam.unresolved import Unresolved
from payguard.infrastructure import Document, Infrastructure, Role
from payguard.sources.cloudformation import read_template, yaml_tree

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cloudformation"
# A statement in which something is tried out as a resource.
ALLOW = "Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'a:B', Resource: %s}]"


def read(text: str) -> Infrastructure:
    """Read a template that is one."""
    found = read_template("t.yaml", textwrap.dedent(text))
    assert isinstance(found, Infrastructure), found
    return found


def as_json(text: str) -> str:
    """Return a YAML template as JSON, with the long forms of its functions."""
    return json.dumps(yaml_tree.parse(textwrap.dedent(text))[0].value, indent=1)


def fixture(name: str) -> Infrastructure:
    """Read a template of the fixtures."""
    return read((FIXTURES / name).read_text("utf-8"))


def shown(value: Any) -> Any:
    """Return a value with each Unresolved as the texts (what, why, pattern)."""
    if isinstance(value, Unresolved):
        return tuple(value)
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list) else value


def roles(found: Infrastructure) -> dict[str, Role]:
    """Return the roles by address, each of which is there once."""
    by_address = {role.address: role for role in found.roles}
    assert len(by_address) == len(found.roles)
    return by_address


def resources_of(documents: tuple[Document, ...] | list[Document]) -> list[Any]:
    """Return what the first statement of each document names as resource."""
    return [shown(document.value["Statement"][0]["Resource"]) for document in documents]


def gaps_of(role: Role) -> list[tuple[str, str]]:
    """Return what is not known of a role, and which part of it."""
    return [(gap.unresolved.what, gap.part) for gap in role.gaps]


def leaves(value: Any, at: str = "") -> list[tuple[str, Any]]:
    """Return the texts and numbers of a document with their JSON Pointers."""
    if isinstance(value, dict):
        pairs = [(key.replace("~", "~0").replace("/", "~1"), one) for key, one in value.items()]
    elif isinstance(value, list):
        pairs = [(str(index), one) for index, one in enumerate(value)]
    else:
        return [(at, value)]
    return [leaf for key, one in pairs for leaf in leaves(one, f"{at}/{key}")]


def written_at(document: Document, at: str) -> str:
    """Return what stands in the file where a value of a document is said to stand."""
    span: Span = document.source.spans({(at, False)})[at, False]
    line = document.source.line(span.line)
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]
