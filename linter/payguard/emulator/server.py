"""HTTP/1.1 on loopback: connections are kept, each has a thread, and all is bounded."""

import contextlib
import socket
import struct
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from payguard.emulator.exchange import HttpAnswer, HttpRequest
from payguard.emulator.failure import ServiceError, as_json
from payguard.emulator.gateway import Reply

LOOPBACK = "127.0.0.1"
# An input of payments has a few kilobytes, a policy of IAM's at most ten.
LARGEST_BODY = 1024 * 1024
_MOST_CONNECTIONS = 256
_IDLE_SECONDS = 60.0
_REASONS = BaseHTTPRequestHandler.responses


class Server(ThreadingHTTPServer):
    """Listens on loopback and nowhere else.

    Args:
        port: 0 to take a free one.
        answer: what answers a request.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[HttpRequest], Reply]) -> None:
        self.answer = answer
        self.closing = threading.Event()
        self._room = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self._open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own; beyond the most, close it at once."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection until it is closed."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away is no error of the emulator's."""

    def close(self) -> None:
        """Stop to listen, and close what is open."""
        self.closing.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
        reply = self.server.answer(HttpRequest(self.command, self.path, headers, body))
        if reply.wait and self.server.closing.wait(reply.wait):
            self.close_connection = True
            return
        if reply.breaks == "reset":
            self._reset()
            return
        data = self._bytes(reply.answer)
        if reply.breaks == "half":
            self.close_connection = True
            data = data[: len(data) - max(1, len(reply.answer.body) // 2)]
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815  their names

    def _body(self) -> bytes | None:
        """Return the body; None if it was refused."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse("MissingContentLengthException", "Content-Length is required.", 411)
            return None
        if len(length) > 12 or int(length) > LARGEST_BODY:
            message = f"A request has at most {LARGEST_BODY} bytes."
            self._refuse("RequestEntityTooLargeException", message, 413)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002  its signature
        """Refuse what is no request of HTTP/1.1, in the form of every other refusal."""
        self._refuse("UnknownOperationException", message or _REASONS[code][0], code)

    def _refuse(self, code: str, message: str, status: int) -> None:
        self.close_connection = True
        self.wfile.write(self._bytes(as_json(ServiceError(code, message, status))))

    def _bytes(self, answer: HttpAnswer) -> bytes:
        """Return an answer as one piece: two would wait for each other."""
        lines = [
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, ('',))[0]}",
            f"x-amzn-RequestId: {uuid.uuid4()}",
            f"Date: {self.date_time_string()}",
            f"Content-Length: {len(answer.body)}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1", "replace")
        return head + b"\r\n\r\n" + (b"" if self.command == "HEAD" else answer.body)

    def _reset(self) -> None:
        """Close the connection so that the client sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its signature
        """Say nothing: what is to be known is observed at the gateway."""
