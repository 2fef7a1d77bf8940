"""What agents attach: what a spool holds, and what the keys make of a file."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.discovery import manifest_of
from router.flow.channels import Channel, Channels
from router.flow.spool import Spool, TooLong
from router.keys import HEAD_BYTES, SEGMENT_BYTES, Keyring, sealed_size, segment_at, segments_of
from router.model.capabilities import PublicFiles
from router.model.errors import ConfigError
from router.model.limits import ATTACHMENT_BYTES_MAX
from router.model.tables import Conversation

KEYS = Keyring({"k1": b"1" * 32}, "k1", b"s" * 32)


@pytest.mark.parametrize("size", [0, 1, SEGMENT_BYTES, 1_048_576, 1_048_577, 3_500_000])
async def test_a_spool_gives_back_what_it_was_given(size):
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    async with Spool(size) as spool:
        for at in range(0, size, 100_000):
            await spool.write(data[at : at + 100_000])
        assert (spool.size, spool.hash) == (size, hashlib.sha256(data).hexdigest())
        assert spool.head == data[:SEGMENT_BYTES]
        for _ in range(2):
            segments = [segment async for segment in spool.segments()]
            assert b"".join(segments) == data
            assert all(len(segment) == SEGMENT_BYTES for segment in segments[:-1])


async def test_a_spool_takes_no_more_than_it_may_and_keeps_nothing_in_clear(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    secret = b"legal winner thank year " * 100_000
    async with Spool(len(secret)) as spool:
        await spool.write(secret)
        assert spool._file is not None
        spool._file.seek(0)
        rests = spool._file.read()
        assert len(rests) > 1_000_000
        assert b"legal winner" not in rests
        with pytest.raises(TooLong):
            await spool.write(b"x")
    assert list(tmp_path.iterdir()) == []


@given(st.integers(0, 5 * SEGMENT_BYTES))
def test_a_sealed_file_has_the_size_that_is_said(size):
    content = hashlib.sha256(str(size).encode()).hexdigest()
    seal, last = KEYS.file_seal(content), segments_of(size) - 1
    sealed = seal.head
    for number in range(last + 1):
        assert len(sealed) == segment_at(number)
        length = min(SEGMENT_BYTES, size - number * SEGMENT_BYTES)
        sealed += seal.seal(number, bytes(length), last=number == last)
    assert len(sealed) == sealed_size(size)


def test_a_segment_opens_in_its_place_of_its_file_alone():
    one, two = (hashlib.sha256(name).hexdigest() for name in (b"one", b"two"))
    seal = KEYS.file_seal(one)
    sealed = seal.seal(3, b"plain", last=False)
    assert KEYS.file_seal(one, seal.head).open(3, sealed, last=False) == b"plain"
    for wrong in (
        lambda: seal.open(2, sealed, last=False),
        lambda: seal.open(3, sealed, last=True),
        lambda: seal.open(3, sealed[:-1], last=False),
        lambda: seal.open(3, b"", last=False),
        lambda: KEYS.file_seal(two).open(3, sealed, last=False),
    ):
        with pytest.raises(ConfigError, match="altered"):
            wrong()
    with pytest.raises(ConfigError, match="not sealed by us"):
        KEYS.file_seal(one, bytes(HEAD_BYTES))


@pytest.mark.parametrize(
    ("kind", "visibility", "able", "expected"),
    [
        ("facebook", "private", None, (True, 10, 25_000_000, "any")),
        ("facebook", "public", None, (True, 1, 3_999_999, "pictures")),
        ("facebook", "public", PublicFiles(most=0), (False, 0, 0, "any")),
        ("facebook", "public", PublicFiles(most=90, bytes_max=7), (True, 10, 7, "any")),
        ("telegram", "public", None, (True, 10, 52_428_800, "any")),
        ("x", "private", None, (True, 4, 5_242_880, "pictures")),
        ("x", "public", None, (True, 4, 5_242_880, "pictures")),
    ],
)
def test_where_a_channel_carries_files_is_known_beforehand(kind, visibility, able, expected):
    manifest = manifest_of(kind)
    capabilities = manifest.capabilities
    if able is not None:
        capabilities = msgspec.structs.replace(capabilities, public_files=able)
    channel = Channel(account="default", manifest=manifest, capabilities=capabilities, connector=None)
    where = Conversation(
        id="c1", channel=kind, account="default", visibility=visibility, thread="t", peer="p", contact_id="k",
        ticket_id="t1", created_at_ms=1,
    )  # fmt: skip
    view = Channels([channel]).view(where)
    kinds = {(): "any", ("image/png", "image/jpeg", "image/webp"): "pictures"}[view.file_types]
    assert (view.files, view.files_most, view.file_bytes_max, kinds) == expected
    alone = {"image/gif": 15_728_640, "video/mp4": ATTACHMENT_BYTES_MAX} if kind == "x" else {}
    assert {each: view.bytes_max(each) for each in view.lone_types} == alone
    assert view.files_in_private
    assert view.name == manifest.name
