"""A request as it came over HTTP, and the answer that goes back."""

from collections.abc import Mapping

from payguard_policies.named_tuple import NamedTuple


class HttpRequest(NamedTuple):
    """A request.

    Attributes:
        method: such as ``POST``.
        target: path and query as they stand in the request line, still encoded.
        headers: lower-case name to value; the values of a repeated header are joined by commas.
        body: whole.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path, still encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query, still encoded."""
        return self.target.partition("?")[2]


class HttpAnswer(NamedTuple):
    """An answer: status, body, and headers beside those that every answer has."""

    status: int
    body: bytes
    headers: Mapping[str, str]
