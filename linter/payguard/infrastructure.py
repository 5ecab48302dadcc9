"""The shape that every reader fills and every rule reads: policy documents and where they stand."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from payguard.finding import Span

# Begins a comment that speaks to payguard, in any format that has comments.
COMMENT_MARK = "# payguard:"


class SourceMap(Protocol):
    """Knows where the values of one document stand in its file; asked only when it matters."""

    def spans(self, wanted: Collection[tuple[str, bool]]) -> Mapping[tuple[str, bool], Span]:
        """Return the span of each wanted (JSON Pointer, whether its key is meant).

        A pointer that leads nowhere, such as one to a missing element, gets the span of the
        nearest value around it.
        """

    def line(self, number: int) -> str:
        """Return a line of the file, from 1, without its end."""

    def comments(self) -> list[tuple[int, str]]:
        """Return (line, text) of the comments that speak to payguard."""


class Document(NamedTuple):
    """One policy document found in a file.

    Attributes:
        path: the file, as the user named it.
        value: the decoded document.
        policy_type: what the reader knows of its type; empty where only its shape can tell.
        source: where its values stand.
        address: the resource that it belongs to, such as a Terraform address; empty for a file
            that is nothing but a policy.
        text: as in ``payguard.iam.document.Policy``.
    """

    path: str
    value: Mapping[str, Any]
    policy_type: str
    source: SourceMap
    address: str = ""
    text: str = ""
