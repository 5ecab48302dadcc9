"""A small HTTP server on loopback that answers as a script says, and keeps every request."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

ACCOUNT = "999988887777"
MANAGER = f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:payment-manager/shop-a1b2c3d4e5"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/AgentCorePaymentsManagementRole"
INSTRUMENTS, SESSIONS = "ListPaymentInstruments", "ListPaymentSessions"
GET_MANAGER, ASSUME = "GetPaymentManager", "AssumeRole"
KEYS = {INSTRUMENTS: "paymentInstruments", SESSIONS: "paymentSessions"}
KEY, SECRET, TOKEN = "ASIACANARYCANARY0001", "canary+secret/0123456789", "canary-token-" + "x" * 80


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    operation: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    """What goes back, and how.

    Attributes:
        status: of HTTP.
        body: the content.
        headers: more of them.
        wait: seconds before it.
        half: break off in the middle of the content.
        reset: break off before it.
        dribble: seconds between the bytes of the content.
        chunked: send it in chunks, its length untold.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0
    half: bool = False
    reset: bool = False
    dribble: float = 0
    chunked: bool = False


def listed(operation: str, count: int = 0, token: str = "") -> Reply:
    """Return one page of a list."""
    entries = [{"createdAt": 0, "updatedAt": 0} for _ in range(count)]
    content: dict[str, Any] = {KEYS[operation]: entries}
    if token:
        content["nextToken"] = token
    return Reply(body=json.dumps(content).encode())


def refused(code: str, message: str, status: int = 403) -> Reply:
    """Return an error of AgentCore's."""
    body = json.dumps({"message": message}).encode()
    return Reply(status, body, {"x-amzn-ErrorType": f"{code}:http://internal/"})


def denied(action: str, why: str = "", session: str = "payguard-smoke") -> Reply:
    """Return a denial in AWS's words."""
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/AgentCorePaymentsManagementRole/{session}"
    reason = why or f"because no identity-based policy allows the bedrock-agentcore:{action} action"
    sentence = (
        f"User: {who} is not authorized to perform: bedrock-agentcore:{action} "
        f"on resource: {MANAGER} {reason}"
    )
    return refused("AccessDeniedException", sentence)


def managed(authorizer: str = "AWS_IAM") -> Reply:
    """Return a payment manager."""
    content = {
        "paymentManagerArn": MANAGER,
        "paymentManagerId": MANAGER.rpartition("/")[2],
        "name": "shop",
        "authorizerType": authorizer,
        "roleArn": ROLE,
        "createdAt": 0,
        "lastUpdatedAt": 0,
        "status": "READY",
    }
    return Reply(body=json.dumps(content).encode())


def assumed(key: str = KEY, secret: str = SECRET, token: str = TOKEN) -> Reply:
    """Return the credentials of a role."""
    body = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>
<SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
<AssumedRoleUser><AssumedRoleId>AROA:payguard-smoke</AssumedRoleId><Arn>{ROLE}</Arn></AssumedRoleUser>
</AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</AssumeRoleResponse>"""
    return Reply(body=body.encode(), headers={"content-type": "text/xml"})


def not_assumed(code: str = "AccessDenied", message: str = "", status: int = 403) -> Reply:
    """Return an error of STS's."""
    text = message or (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Pipeline/canary-session is not authorized to "
        f"perform: sts:AssumeRole on resource: {ROLE}"
    )
    body = f"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error>
<RequestId>1</RequestId></ErrorResponse>"""
    return Reply(status, body.encode(), {"content-type": "text/xml"})


Script = Callable[[Asked], Reply]
_USUAL: dict[str, Script] = {
    INSTRUMENTS: lambda _: listed(INSTRUMENTS),
    SESSIONS: lambda _: listed(SESSIONS),
    GET_MANAGER: lambda _: managed(),
    ASSUME: lambda _: assumed(),
}


class Scripted:
    """The server. ``says`` replaces what it usually answers to an operation."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self._script: dict[str, Script] = {}
        self._lock = threading.Lock()
        self.url = ""

    def says(self, operation: str, *replies: Reply | Script) -> None:
        """Answer an operation with these, one after the other; the last is repeated."""
        left = list(replies)

        def script(asked: Asked) -> Reply:
            with self._lock:
                reply = left.pop(0) if len(left) > 1 else left[0]
            return reply(asked) if callable(reply) else reply

        self._script[operation] = script

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.requests.append(asked)
        return (self._script.get(asked.operation) or _USUAL[asked.operation])(asked)

    def asked(self, operation: str) -> list[Asked]:
        return [request for request in self.requests if request.operation == operation]


@contextmanager
def scripted() -> Iterator[Scripted]:
    """Serve on a free port of loopback, until the end of the block."""
    script = Scripted()

    class Handler(_Handler):
        server_script = script

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_script: Scripted

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        operation = _operation(self.command, self.path, body)
        asked = Asked(operation, self.command, self.path, headers, body)
        self._send(self.server_script.answer(asked))

    def _send(self, reply: Reply) -> None:
        time.sleep(reply.wait)
        if reply.reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
            return
        self.send_response_only(reply.status)  # without a Date of its own
        headers = {"content-type": "application/json", **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        try:
            self._write(reply)
        except OSError:  # the other side has had enough
            self.close_connection = True

    def _write(self, reply: Reply) -> None:
        if reply.half:
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.close_connection = True
        elif reply.dribble:
            for number in range(len(reply.body)):
                self.wfile.write(reply.body[number : number + 1])
                self.wfile.flush()
                time.sleep(reply.dribble)
        elif reply.chunked:
            for number in range(0, len(reply.body), 7):
                part = reply.body[number : number + 7]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(reply.body)


def _operation(method: str, path: str, body: bytes) -> str:
    if path == "/payments/listPaymentInstruments":
        return INSTRUMENTS
    if path == "/payments/listPaymentSessions":
        return SESSIONS
    if method == "GET" and path.startswith("/payments/managers/"):
        return GET_MANAGER
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [f"{method} {path}"])[0]
