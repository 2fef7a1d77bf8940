"""AWS Signature Version 4 for requests whose body is not hashed beforehand. Pure; the time is an argument.

Source: "Create a signed AWS API request" and "Signature Calculations for the Authorization Header" in the S3 API
reference. S3 encodes each part of a path once and does not normalise it.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import msgspec

UNSIGNED: Final = "UNSIGNED-PAYLOAD"
"""What is sealed answers for itself when it is opened; the connection is TLS outside a private network."""
_ALGORITHM: Final = "AWS4-HMAC-SHA256"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs, and for which region."""

    access_key: str
    secret_key: str
    region: str


def path_of(*parts: str) -> str:
    """The path of a URL, encoded as it is signed."""
    return "/" + "/".join(quote(part, safe="-_.~/") for part in parts if part)


def query_of(query: Sequence[tuple[str, str]]) -> str:
    """The query of a URL, in the order and the encoding in which it is signed."""
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in encoded)


def sign(
    method: str, host: str, path: str, query: str, headers: Mapping[str, str], credentials: Credentials, *, now_ms: int
) -> dict[str, str]:
    """The headers to send, those given among them. `path` and `query` are encoded already."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    said = {**headers, "host": host, "x-amz-content-sha256": UNSIGNED, "x-amz-date": at}
    signed = {name.lower(): " ".join(value.split()) for name, value in said.items()}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = "\n".join([method, path, query, lines, names, UNSIGNED])
    scope = f"{at[:8]}/{credentials.region}/s3/aws4_request"
    text = "\n".join([_ALGORITHM, at, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    said["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return said
