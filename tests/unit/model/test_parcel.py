"""A payload with its files, as bytes and back."""

import pytest

from router.model.errors import InvalidMessage
from router.model.parcel import Fetched, pack, unpack


def test_a_payload_gives_back_what_was_put_into_it():
    files = [
        Fetched(file_id="a", data=b"\n\n"),
        Fetched(file_id="b", problem="too big"),
        Fetched(file_id="c", data=b"x"),
    ]
    body = pack([b'{"update_id":\n1}', b"{}"], files)
    updates, found = unpack(body)
    assert (updates, list(found.values())) == ([b'{"update_id": 1}', b"{}"], files)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"updates":1}', b'{"updates":[{}]}\nx', b"[" * 100_000])
def test_what_was_never_packed_is_invalid(body):
    with pytest.raises(InvalidMessage):
        unpack(body)
