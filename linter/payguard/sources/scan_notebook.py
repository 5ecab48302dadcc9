"""Jupyter notebooks: the cells' text, which a notebook keeps as JSON strings, line by line.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from collections.abc import Iterator
from typing import Any

from payguard.finding import InputError
from payguard.sources import json_text
from payguard.sources.scan_excerpt import Excerpt, unescaped

SUFFIX = ".ipynb"


def cells(path: str, text: str) -> list[Excerpt] | InputError:
    """Return the source of each cell as a text of its own.

    Args:
        path: the file, as the user named it.
        text: its content.
    """
    try:
        notebook = json_text.parse(text)
    except json_text.JsonError as error:
        return InputError(path, error.message, error.line, error.column)
    file = Excerpt(text)
    groups = list(_sources(notebook))
    places = json_text.locate(text, [at for group in groups for at in group])
    # A place is a string with its quotes; within a cell the strings follow each other.
    inside = {at: (place.start + 1, place.end - 1) for at, place in places.items()}
    return [unescaped(file, [inside[at] for at in group]) for group in groups]


def _sources(notebook: Any) -> Iterator[list[str]]:
    """Yield for each cell the JSON Pointers of the strings that are its source."""
    found = notebook.get("cells") if isinstance(notebook, dict) else None
    for index, cell in enumerate(found if isinstance(found, list) else ()):
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, str):
            yield [f"/cells/{index}/source"]
        elif isinstance(source, list):
            yield [
                f"/cells/{index}/source/{line}"
                for line, part in enumerate(source)
                if isinstance(part, str)
            ]
