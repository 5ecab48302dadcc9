"""Signature Version 4: computed once more with botocore, and compared.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from payguard.emulator.exchange import HttpRequest
from payguard.emulator.failure import ServiceError
from payguard_policies import PAYMENTS_SERVICE
from payguard_policies.named_tuple import NamedTuple

_ALGORITHM = "AWS4-HMAC-SHA256"
_STAMP = "%Y%m%dT%H%M%SZ"
TOLERANCE = dt.timedelta(minutes=15)
# IAM and STS have names of their own for what other services call an exception.
_QUERY_CODES = {
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "ExpiredTokenException": "ExpiredToken",
}


class Claim(NamedTuple):
    """What the ``Authorization`` header says.

    Attributes:
        access_key_id: whose signature it is said to be.
        date: the day of the credential scope.
        region: the region of the credential scope.
        service: the signing name of the credential scope.
        signed: the names of the signed headers.
        signature: in hexadecimal digits.
    """

    access_key_id: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str


class SigningKey(NamedTuple):
    """What a signature is made with; the token is empty for long-term credentials."""

    access_key_id: str
    secret: str
    token: str = ""


def refusal(code: str, message: str, service: str) -> ServiceError:
    """Return the refusal of who cannot be authenticated, in the service's own words."""
    query = service in {"iam", "sts"}
    return ServiceError(_QUERY_CODES.get(code, code) if query else code, message, 403)


def signing_service(request: HttpRequest) -> str:
    """Return the signing name that a request claims to be for; empty if it claims none."""
    fields = request.headers.get("authorization", "").partition("Credential=")[2].split("/", 5)
    return fields[3] if len(fields) > 4 else ""


def claim(request: HttpRequest, asked: str) -> Claim:
    """Read the ``Authorization`` header.

    Args:
        request: as it came.
        asked: the signing name of the service that it is for, whatever the header says.

    Raises:
        ServiceError: There is none, or it is not of the documented form.
    """
    service = signing_service(request) or asked
    header = request.headers.get("authorization", "")
    if not header:
        message = "Missing Authentication Token"
        raise refusal("MissingAuthenticationTokenException", message, service)
    algorithm, _, rest = header.partition(" ")
    fields = dict(_pair(item) for item in rest.split(","))
    scope = fields.get("Credential", "").split("/")
    signature, signed = fields.get("Signature", ""), fields.get("SignedHeaders", "")
    sound = algorithm == _ALGORITHM and len(scope) == 5 and scope[4] == "aws4_request"
    if not (sound and signature and signed):
        message = (
            "Authorization header requires 'Credential' parameter, 'SignedHeaders' parameter "
            f"and 'Signature' parameter, and the algorithm {_ALGORITHM}."
        )
        raise refusal("IncompleteSignatureException", message, service)
    return Claim(scope[0], scope[1], scope[2], scope[3], tuple(signed.split(";")), signature)


def _pair(item: str) -> tuple[str, str]:
    name, _, value = item.strip().partition("=")
    return name, value


def verify(
    request: HttpRequest, said: Claim, key: SigningKey, region: str, now: dt.datetime
) -> None:
    """Check that a request is signed with a key, for this region, now.

    Args:
        request: as it came.
        said: what its header claims.
        key: of the access key ID that it claims.
        region: where the service is.
        now: in UTC.

    Raises:
        ServiceError: It is not, for the reason that the message gives.
    """
    stamp = request.headers.get("x-amz-date", "")
    signed = _time(stamp, said)
    _check_scope(said, stamp, region)
    _check_time(said, signed, now)
    if not _same(request.headers.get("x-amz-security-token", ""), key.token):
        message = "The security token included in the request is invalid."
        raise refusal("UnrecognizedClientException", message, said.service)
    body = hashlib.sha256(request.body).hexdigest()
    wanted = _signature(request, said, key, body)
    if not (_same(wanted, said.signature) and _signs_enough(request, said, body)):
        message = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )
        raise refusal("InvalidSignatureException", message, said.service)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))


def _time(stamp: str, said: Claim) -> dt.datetime:
    try:
        return dt.datetime.strptime(stamp, _STAMP).replace(tzinfo=dt.UTC)
    except ValueError:
        message = "Authorization header requires existence of an 'X-Amz-Date' header."
        raise refusal("IncompleteSignatureException", message, said.service) from None


def _check_scope(said: Claim, stamp: str, region: str) -> None:
    # IAM and the global STS sign for us-east-1, but for the Region if they are given an endpoint.
    regions = {region, "us-east-1"} if said.service in {"iam", "sts"} else {region}
    if said.service not in {"iam", "sts", PAYMENTS_SERVICE}:
        message = f"Credential should be scoped to correct service: '{PAYMENTS_SERVICE}'. "
    elif said.region not in regions:
        message = f"Credential should be scoped to a valid region, not '{said.region[:40]}'. "
    elif not stamp.startswith(said.date):
        message = (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
            f"from HTTP: '{said.date[:20]}' != '{stamp[:8]}', from '{stamp}'."
        )
    else:
        return
    raise refusal("InvalidSignatureException", message, said.service)


def _check_time(said: Claim, signed: dt.datetime, now: dt.datetime) -> None:
    early, late, stamp = now - TOLERANCE, now + TOLERANCE, signed.strftime(_STAMP)
    if signed < early:
        message = f"Signature expired: {stamp} is now earlier than {early.strftime(_STAMP)}"
        message += f" ({now.strftime(_STAMP)} - 15 min.)"
    elif signed > late:
        message = f"Signature not yet current: {stamp} is still later than {late.strftime(_STAMP)}"
        message += f" ({now.strftime(_STAMP)} + 15 min.)"
    else:
        return
    raise refusal("InvalidSignatureException", message, said.service)


class _Again(SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """botocore's signer, told the hash of the body, which it would prepare the request for."""

    def __init__(self, key: SigningKey, said: Claim, body: str) -> None:
        super().__init__(Credentials(key.access_key_id, key.secret), said.service, said.region)
        self._body = body

    def payload(self, request: AWSRequest) -> str:  # noqa: ARG002  its signature
        return self._body


def _signature(request: HttpRequest, said: Claim, key: SigningKey, body: str) -> str:
    headers: Mapping[str, str] = {
        name: request.headers[name] for name in said.signed if name in request.headers
    }
    host = request.headers.get("host", "")
    again = AWSRequest(request.method, f"http://{host}{request.target}", headers)
    again.context["timestamp"] = request.headers["x-amz-date"]
    auth = _Again(key, said, body)
    signature: str = auth.signature(
        auth.string_to_sign(again, auth.canonical_request(again)), again
    )
    return signature


def _signs_enough(request: HttpRequest, said: Claim, body: str) -> bool:
    """Tell whether host and AWS's headers are signed, and the stated hash is that of the body."""
    needed = {name for name in request.headers if name.startswith("x-amz-")} | {"host"}
    stated = request.headers.get("x-amz-content-sha256")
    return needed <= set(said.signed) and stated in {None, body}
