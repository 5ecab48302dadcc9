"""Any text file: the ARNs and IDs of payments in it, and the policies written down in it.

For what no other reader knows: .env files, code, scripts, notebooks, Markdown. Nothing here is
sure to be configuration, so what may be meant otherwise is passed over in silence: a placeholder,
a pattern, a part of an address, a sentence.
"""

from bisect import bisect_right
from itertools import accumulate

from payguard.finding import InputError
from payguard.infrastructure import Document, Gap, Infrastructure, Value
from payguard.sources import scan_document, scan_notebook
from payguard.sources.position import Lines
from payguard.sources.scan_document import Found, Page
from payguard.sources.scan_excerpt import Excerpt
from payguard.sources.scan_value import values


def scan(path: str, text: str) -> Infrastructure:
    """Return the policies and the payments values in a text.

    Args:
        path: the file, as the user named it; a notebook is known by its suffix.
        text: its content.

    A value inside a policy belongs to it and is no value by itself. Of a policy with values that
    are filled in later the rest is known: each of them is an Unresolved.
    """
    page = Page(path, Lines(text))
    errors: list[InputError] = []
    excerpts = [Excerpt(text)]
    if path.endswith(scan_notebook.SUFFIX):
        cells = scan_notebook.cells(path, text)
        if isinstance(cells, InputError):
            errors.append(cells)
        else:
            excerpts = cells
    found = [one for excerpt in excerpts for one in scan_document.find(page, excerpt)]
    found.sort(key=lambda one: (one.start, one.end))
    return Infrastructure(
        documents=tuple(one.item for one in found if isinstance(one.item, Document)),
        values=_outside(found, page),
        gaps=tuple(one.item for one in found if isinstance(one.item, Gap)),
        errors=(*errors, *(one.item for one in found if isinstance(one.item, InputError))),
    )


def _outside(found: list[Found], page: Page) -> tuple[Value, ...]:
    """Return the values that stand in no policy."""
    starts = [one.start for one in found]
    ends = list(accumulate((one.end for one in found), max))
    outside = []
    for start, value in values(page.path, page.lines):
        place = bisect_right(starts, start) - 1
        if place < 0 or ends[place] <= start:
            outside.append(value)
    return tuple(outside)
