"""The catalog's files: where they are and reading each of them once."""

import functools
import json
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

FOLDER = os.path.dirname(__file__)


@functools.cache
def table(*path: str) -> Any:
    """The decoded content of a catalog file, named by its path inside the folder."""
    with open(os.path.join(FOLDER, *path), "rb") as file:
        return json.load(file)


@functools.cache
def provenance() -> Mapping[str, Any]:
    """Where the facts come from: versions, dates, digests, counts and the command."""
    return MappingProxyType(table("PROVENANCE.json"))
