"""AWS Signature Version 4: proof that a request comes from somebody to whom this local cloud gave a key.

Written from AWS's description of the signing process (IAM user guide, "Create a signed AWS API request"). Presigned
URLs, unsigned payloads and streaming signatures are not accepted: over loopback HTTP no SDK of AWS uses them.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from agentic.local.endpoint.message import Head

_SKEW_SECONDS = 15 * 60
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([A-Z0-9]{16,32})/(\d{8})/([a-z0-9-]{1,32})/([a-z0-9.-]{1,64})/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;_.-]{1,4096}), ?Signature=([0-9a-f]{64})"
)
_HASH = re.compile(r"[0-9a-f]{64}")


class SignatureError(Exception):
    """The request is not proven. `code` is the one that AWS uses for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Claim:
    """What an Authorization header says, before it is proven."""

    access_key_id: str
    day: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


def read_claim(head: Head) -> Claim:
    """The request's Authorization header in parts; raises SignatureError when there is none or it is not SigV4."""
    text = head.fields.get("authorization")
    if text is None:
        raise SignatureError("MissingAuthenticationTokenException", "The request is not signed.")
    match = _AUTHORIZATION.fullmatch(text)
    if match is None:
        raise SignatureError("IncompleteSignatureException", "The Authorization header is not Signature Version 4.")
    return Claim(match[1], match[2], match[3], match[4], tuple(match[5].split(";")), match[6])


def verify(head: Head, body: bytes, claim: Claim, secret: str, clock: Callable[[], datetime]) -> None:
    """Return if the request was signed with `secret`; raise SignatureError otherwise."""
    _check_signed_headers(head, claim)
    stamp = _check_date(head, claim, clock())
    digest = hashlib.sha256(body).hexdigest()
    announced = head.fields.get("x-amz-content-sha256", digest)
    if not _HASH.fullmatch(announced) or not hmac.compare_digest(announced, digest):
        raise SignatureError("XAmzContentSHA256Mismatch", "x-amz-content-sha256 is not the SHA-256 of the body.")
    canonical = "\n".join(
        (
            head.method,
            # S3 signs the path as it is sent, all other services sign it encoded once more.
            head.path if claim.service == "s3" else quote(head.path, safe="/~"),
            _canonical_query(head.query),
            *(f"{name}:{' '.join(head.fields[name].split())}" for name in claim.signed_headers),
            "",
            ";".join(claim.signed_headers),
            digest,
        )
    )
    scope = f"{claim.day}/{claim.region}/{claim.service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode('iso-8859-1')).hexdigest()}"
    expected = hmac.digest(_signing_key(secret, claim.day, claim.region, claim.service), to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, claim.signature):
        raise SignatureError("SignatureDoesNotMatch", "The signature is not the one that the secret access key makes.")


def _check_signed_headers(head: Head, claim: Claim) -> None:
    """Host and everything that can change a request's meaning must be under the signature."""
    signed = set(claim.signed_headers)
    if list(claim.signed_headers) != sorted(signed) or not signed <= head.fields.keys():
        raise SignatureError("IncompleteSignatureException", "SignedHeaders does not fit the request's headers.")
    for name in head.fields:
        meaningful = name == "host" or name.startswith(("x-amz-", "x-amzn-"))
        if meaningful and name not in signed and name != "x-amzn-trace-id":
            raise SignatureError("IncompleteSignatureException", f"The header {name} is not signed.")


def _check_date(head: Head, claim: Claim, now: datetime) -> str:
    stamp = head.fields.get("x-amz-date", "")
    try:
        signed_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise SignatureError("IncompleteSignatureException", "x-amz-date is missing or not a date.") from None
    if not stamp.startswith(claim.day):
        raise SignatureError("SignatureDoesNotMatch", "x-amz-date is not of the day in the credential's scope.")
    if abs((now - signed_at).total_seconds()) > _SKEW_SECONDS:
        raise SignatureError("RequestTimeTooSkewed", "The request was signed more than 15 minutes from now.")
    return stamp


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    encoded = [(_encoded(name), _encoded(value)) for name, _, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")


@lru_cache(maxsize=512)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
