"""Signature Version 4: the example of the S3 API reference, and what is encoded how."""

from router.blobs.sigv4 import Credentials, path_of, query_of, sign

EXAMPLE = Credentials(
    access_key="AKIAIOSFODNN7EXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1"
)
HOST = "examplebucket.s3.amazonaws.com"
AT_MS = 1_369_353_600_000  # 2013-05-24T00:00:00Z


def test_what_is_signed_is_named_and_the_rest_stays():
    signed = sign(
        "GET", "examplebucket.s3.amazonaws.com", "/test.txt", "", {"Range": "bytes=0-9"}, EXAMPLE, now_ms=AT_MS
    )
    assert signed["x-amz-date"] == "20130524T000000Z"
    assert signed["Range"] == "bytes=0-9"
    said = signed["Authorization"]
    assert said.startswith(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature="
    )
    other = sign(
        "GET", "examplebucket.s3.amazonaws.com", "/test.txt", "", {"Range": "bytes=0-8"}, EXAMPLE, now_ms=AT_MS
    )
    assert other["Authorization"] != said


def test_paths_and_queries_are_encoded_once_and_sorted():
    assert path_of("", "bucket", "a b/ü+~") == "/bucket/a%20b/%C3%BC%2B~"
    assert query_of([("prefix", "a/b c"), ("list-type", "2")]) == "list-type=2&prefix=a%2Fb%20c"
