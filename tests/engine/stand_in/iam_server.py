"""IAM on loopback, as moto plays it: it outlives the providers that talk to it.

moto's own server needs Flask; its dispatch of one service needs nothing that moto does not bring.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import boto3
from moto import mock_aws
from moto.core.request import Request
from moto.iam.responses import IamResponse
from werkzeug import Response
from werkzeug.serving import WSGIRequestHandler, make_server

from payguard.emulator.account import ADMIN_KEY

REGION = "us-west-2"
# moto takes any; the emulator takes those of its first user.
KEYS = {
    "aws_access_key_id": ADMIN_KEY.access_key_id,
    "aws_secret_access_key": ADMIN_KEY.secret,
}


class _Request(Request):
    """As moto's own server has it."""

    from_wsgi_server = True


class _Quiet(WSGIRequestHandler):
    """Logs errors, and no more."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Log nothing: each provider asks a hundred times."""


@_Request.application
def _application(request: Any) -> Response:
    status, headers, body = IamResponse.dispatch(request, request.url, request.headers)
    # What moto says of the length and the type is not always so.
    kept = {key: value for key, value in headers.items() if key.lower() == "x-amzn-requestid"}
    return Response(body, status, kept, content_type="text/xml")


@contextmanager
def iam_server() -> Iterator[str]:
    """Serve an IAM with nothing but AWS's managed policies in it; yield its address, such as ``http://127.0.0.1:4000``."""
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        server = make_server("127.0.0.1", 0, _application, threaded=True, request_handler=_Quiet)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)
            server.server_close()


def client(endpoint: str) -> Any:
    """Return boto3's client of the IAM at ``endpoint``.

    Raises:
        ValueError: ``endpoint`` is not on this machine: nothing here may ever reach AWS.
    """
    if not endpoint.startswith("http://127.0.0.1:"):
        raise ValueError("the stand-in speaks to an IAM on 127.0.0.1 only")
    return boto3.client("iam", region_name=REGION, endpoint_url=endpoint, **KEYS)
