"""Signature Version 4, held against what botocore 1.43's S3SigV4Auth made of the same requests at the same time."""

import pytest

from router.blobs.sigv4 import Credentials, path_of, query_of, sign

EXAMPLE = Credentials(
    access_key="AKIAIOSFODNN7EXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1"
)
AT_MS = 1_369_353_600_000  # 2013-05-24T00:00:00Z
LENGTH = {"Content-Length": "3", "Content-Type": "application/octet-stream"}


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "names", "signature"),
    [
        ("GET", "/b/test.txt", "", {"Range": "bytes=0-9"}, "host;range;", "9a2951136643f320f8d9a9ecb49c7e06fa4c09aadd09106616a870c02415762b"),  # noqa: E501
        ("PUT", "/b/a%20b/%C3%BC%2B/x", "", LENGTH, "content-length;content-type;host;", "10a125da77e9568c128ef2472e2232fa2fe9782bc823a8e62b67ac56a501e7e4"),  # noqa: E501
        ("GET", "/b", "list-type=2&prefix=a%2Fb%20c", {}, "host;", "d05f349b136a6c39a811e9c4ea97b9c60b64b83bf7465d21feb8271471772a6e"),  # noqa: E501
    ],
)  # fmt: skip
def test_requests_are_signed_as_by_the_reference_client(method, path, query, headers, names, signature):
    signed = sign(method, "h.example", path, query, headers, EXAMPLE, now_ms=AT_MS)
    assert signed["x-amz-date"] == "20130524T000000Z"
    assert headers.items() <= signed.items()
    assert signed["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        f"SignedHeaders={names}x-amz-content-sha256;x-amz-date, Signature={signature}"
    )


def test_paths_and_queries_are_encoded_once_and_sorted():
    assert path_of("", "bucket", "a b/ü+~") == "/bucket/a%20b/%C3%BC%2B~"
    assert query_of([("prefix", "a/b c"), ("list-type", "2")]) == "list-type=2&prefix=a%2Fb%20c"
