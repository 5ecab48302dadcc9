"""The server listens on loopback only, keeps connections, and is bounded whatever it is sent."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from emulated import USER
from payguard.emulator import Emulator
from payguard.emulator.server import LARGEST_BODY

LIST = "/payments/listPaymentSessions"


def address(emulator: Emulator) -> tuple[str, int]:
    host, _, port = emulator.url.removeprefix("http://").partition(":")
    return host, int(port)


@contextmanager
def connected(emulator: Emulator) -> Iterator[socket.socket]:
    with closing(socket.create_connection(address(emulator), timeout=10)) as connection:
        yield connection


def answer(emulator: Emulator, data: bytes) -> bytes:
    """Send bytes, and return all that comes back until the connection is closed or reset.

    A server that refuses a request before it has read all of it resets the connection, at any
    of these calls.
    """
    found = b""
    with connected(emulator) as connection, suppress(ConnectionError):
        connection.sendall(data)
        with suppress(OSError):  # not connected any more: no ConnectionError in Python
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            found += piece
    return found


def post(emulator: Emulator, body: bytes, path: str = LIST) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(*address(emulator), timeout=30)
    with closing(connection):
        connection.request("POST", path, body, {"Authorization": bearer_of_nobody()})
        told = connection.getresponse()
        return told.status, json.loads(told.read())


def bearer_of_nobody() -> str:
    # With a token, inputs are read before anybody is asked who it is.
    return "Bearer a.b.c"


def test_it_listens_on_loopback_only(emulator: Emulator) -> None:
    server = emulator._server
    assert server is not None
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert server.socket.family == socket.AF_INET


def test_a_port_that_is_taken_is_said(emulator: Emulator) -> None:
    taken = Emulator(port=address(emulator)[1])
    with pytest.raises(OSError, match="in use"):
        taken.start()


def test_a_closed_emulator_listens_no_more() -> None:
    emulator = Emulator()
    with pytest.raises(RuntimeError, match="not been started"):
        emulator.url  # noqa: B018  a property
    emulator.start()
    where = address(emulator)
    emulator.close()
    emulator.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where, timeout=5)


def test_a_connection_serves_many_requests(emulator: Emulator) -> None:
    connection = http.client.HTTPConnection(*address(emulator), timeout=10)
    with closing(connection):
        ports = set()
        for _ in range(5):
            connection.request("POST", LIST, b"{}")
            connection.getresponse().read()
            ports.add(connection.sock.getsockname()[1])
        assert len(ports) == 1


HOSTILE = [
    (b"{", "CannotParse"),
    (b"[1, 2]", "CannotParse"),
    (b"\xff\xfe\x00", "CannotParse"),
    (b"[" * 200_000, "CannotParse"),
    (b'{"a":' * 100_000, "CannotParse"),
    (b'{"maxResults": ' + b"9" * 100_000 + b"}", "CannotParse"),
    (b'{"paymentManagerArn": "' + b"a" * 900_000 + b'"}', "FieldValidationFailed"),
    (b'{"paymentManagerArn": NaN}', "CannotParse"),
]


@pytest.mark.parametrize(("body", "reason"), HOSTILE, ids=[str(body[:24]) for body, _ in HOSTILE])
def test_a_hostile_body_is_refused_at_once(emulator: Emulator, body: bytes, reason: str) -> None:
    start = time.process_time()
    status, told = post(emulator, body)
    assert (status, told["reason"]) == (400, reason)
    assert len(told["message"]) < 2000
    assert time.process_time() - start < 2


def test_a_body_beyond_the_most_is_not_read(emulator: Emulator) -> None:
    head = f"POST {LIST} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n"
    with connected(emulator) as connection:
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(4096)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: -1", b" 411 "),
        ("Content-Length: many", b" 411 "),
        ("Content-Length: " + "9" * 40, b" 413 "),
        ("Transfer-Encoding: chunked", b" 411 "),
    ],
)
def test_the_length_of_a_body_has_to_be_known(emulator: Emulator, head: str, status: bytes) -> None:
    told = answer(emulator, f"POST {LIST} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    assert status in told.split(b"\r\n")[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"POST /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["nothing", "TLS", "no version", "half a body", "many headers", "a long path"],
)
def test_what_is_no_request_ends_the_connection_and_nothing_else(
    emulator: Emulator, manager: str, data: bytes
) -> None:
    answer(emulator, data)
    client = emulator.client("bedrock-agentcore")
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("BREW / HTTP/1.1", 501),
        ("OPTIONS * HTTP/1.1", 501),
        ("GET / HTTP/9.9", 505),
    ],
    ids=["a method", "a preflight", "a version"],
)
def test_what_is_refused_before_it_is_read_is_refused_in_json(
    emulator: Emulator, line: str, status: int
) -> None:
    told = answer(emulator, f"{line}\r\nHost: x\r\n\r\n".encode())
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert set(json.loads(body)) == {"message"}


def test_sts_refuses_a_form_that_nobody_signed_in_its_own_words(emulator: Emulator) -> None:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert b"<Code>MissingAuthenticationToken</Code>" in answer(emulator, head + body)


def test_a_header_cannot_be_smuggled_into_an_answer(emulator: Emulator) -> None:
    told = answer(emulator, b"POST /a%0d%0aX-Evil:%20yes HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"\r\nX-Evil" not in told


def test_many_connections_at_once_are_served_or_closed(emulator: Emulator, manager: str) -> None:
    held = [socket.create_connection(address(emulator), timeout=5) for _ in range(300)]
    for connection in held:
        connection.close()
    client = emulator.client("bedrock-agentcore")
    client.list_payment_sessions(paymentManagerArn=manager, userId=USER)


def test_threads_see_one_account(emulator: Emulator, manager: str) -> None:
    def work() -> None:
        client = emulator.client("bedrock-agentcore")
        for _ in range(10):
            client.create_payment_session(
                paymentManagerArn=manager, userId=USER, expiryTimeInMinutes=15
            )

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    pages = emulator.client("bedrock-agentcore").get_paginator("list_payment_sessions")
    found = pages.paginate(paymentManagerArn=manager, userId=USER).build_full_result()
    assert len({item["paymentSessionId"] for item in found["paymentSessions"]}) == 40


@pytest.mark.parametrize("account", ["12", "a" * 12, "\uff11" * 12, ""])
def test_an_account_has_twelve_digits(account: str) -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        Emulator(account=account)


def test_a_manager_has_a_name_that_aws_takes() -> None:
    with pytest.raises(ValueError, match="my-manager"):
        Emulator(managers=["my-manager"])
