"""Mail nobody would write: whatever the bytes, an event within the limits or InvalidMessage, and nothing else."""

import random
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import unescape
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.email import headers
from connectors.email.parse import parse
from router.connector import RawEvent
from router.core.forwards import as_if
from router.core.html import derive_text, sanitise, unsaid
from router.core.quotes import fold, visible
from router.model.errors import InvalidMessage
from router.model.limits import ATTACHMENTS_MAX, ID_CHARS_MAX, NAME_CHARS_MAX, REFERENCES_MAX, SUBJECT_CHARS_MAX
from router.model.message import InboundEvent, JournalEntry, Relay, Sender
from tests.corpora.letters import SETS, letters

AWKWARD = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "corpora" / "mail").glob("*.eml"))]
CORPUS = [*AWKWARD, *(letter.raw for name in SETS for letter in letters(name))]
META = {"address": "help@shop.example", "trusted_authserv_id": "mx.shop.example", "internaldate_ms": "1793000000000"}
MUTANTS = 2_000
SPICE = [
    b"\0", b"\xff\xfe", b"\r", b"\n\n", b"=?utf-8?B?", b"=?x?q?=ZZ?=", b'"', b"<<>>", b"--b\r\n",
    b"--r--\r\n", b"\xed\xa0\x80", b"Content-Type: multipart/mixed; boundary=r\r\n\r\n", b";" * 50, b"(" * 50,
    b"charset=utf-7", b"+2AAAAA-", b"*0*=", b"%FF", b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"begin 644 x\r\nM", b"\t" * 80, b"@" * 50, "\u202e".encode(), b"=" * 7,
]  # fmt: skip
EVERYTHING = st.text(st.characters(exclude_categories=()))


def strings(found):
    """Every text in it, at any depth."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list | tuple):
        for each in found.values() if isinstance(found, dict) else found:
            yield from strings(each)


def check(event):
    """What the house relies on."""
    text = "\n".join(strings(msgspec.to_builtins(event)))
    assert "\0" not in text
    text.encode("utf-8")  # no lone surrogate
    assert event.message_id
    assert len(event.message_id) <= ID_CHARS_MAX
    assert event.sender.id
    assert event.kind != "message" or event.text is not None or event.html is not None
    assert len(event.subject or "") <= SUBJECT_CHARS_MAX
    assert len(event.references) <= REFERENCES_MAX
    assert len(event.attachments) <= ATTACHMENTS_MAX
    for attachment in event.attachments:
        assert 0 < len(attachment.name) <= NAME_CHARS_MAX
        assert not set(attachment.name) & set("/\\\r\n\0")


def mutated(source, raw):
    """`raw` with some bytes changed, cut out, doubled or spiced."""
    raw = bytearray(raw)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(raw) + 1)
        match source.randrange(5):
            case 0:
                raw[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                del raw[at : at + source.randint(1, 40)]
            case 2:
                raw[at:at] = raw[at : at + source.randint(1, 200)] * source.randint(1, 3)
            case 3:
                raw[at:at] = source.choice(SPICE)
            case _:
                other = source.choice(CORPUS)
                start = source.randrange(len(other))
                raw[at:at] = other[start : start + source.randint(1, 300)]
    return bytes(raw)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_mail(seed):
    source = random.Random(seed)
    understood = 0
    for _ in range(MUTANTS // 8):
        raw = mutated(source, source.choice(CORPUS))
        try:
            events = parse(RawEvent(body=raw, meta=META), "default")
        except InvalidMessage:
            continue
        understood += 1
        for event in events:
            check(event)
    assert understood > MUTANTS // 8 * 0.9


@given(st.binary(max_size=2_000))
@example(rb"\u0000")  # six harmless characters
def test_any_bytes_after_a_header(body):
    for head in (
        b"From: a@b.example\n",
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
        b"To: x\nReferences: ",
    ):
        for event in parse(RawEvent(body=head + body, meta=META), "default"):
            check(event)


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=200))
def test_parsing_again_gives_the_same(lines, text):
    raw = "\n".join(["From: a@b.example", *(f"X: {line}" for line in lines), "", text]).encode("utf-8", "surrogatepass")
    assert parse(RawEvent(body=raw), "d") == parse(RawEvent(body=raw), "d")


PRINTED = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Zs", "Co", "Cn")),
    min_size=1,
    max_size=60,
)


@given(
    subject=PRINTED, name=PRINTED, text=st.text(PRINTED.map(lambda t: t[0]), max_size=300), data=st.binary(max_size=300)
)
def test_what_the_standard_library_writes_is_read(subject, name, text, data):
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, "anna", "mail.example")
    message["Subject"] = subject
    message.set_content(text or "x")
    message.add_attachment(data, maintype="application", subtype="pdf", filename="a.pdf")
    (event,) = parse(RawEvent(body=message.as_bytes()), "d")
    assert event.subject == subject
    assert event.sender.name == name
    assert event.sender.id == "anna@mail.example"
    assert event.text == (text or "x")
    assert [a.data for a in event.attachments] == [data]


@given(EVERYTHING)
def test_header_values_are_total(value):
    value = value.encode("utf-8", "surrogatepass").decode("latin-1")
    headers.decode_text(value)
    headers.parameters("text/plain; " + value)
    headers.addresses([value])
    headers.message_ids(value)


@given(EVERYTHING)
def test_folds_are_disjoint_and_something_stays(text):
    folds = fold(text)
    position = 0
    for one in folds:
        assert position <= one.start < one.end <= len(text)
        position = one.end
    if text.strip():
        assert visible(text).strip()


PIECES = st.sampled_from([
    "> a\n", "On Mon, 2 Nov 2026 at 10:00, X <x@y.example> wrote:\n", "-- \n", "\n", "words\n",
    "From: x@y.example\n", "Subject: s\n", "To: z\n", "-----Original Message-----\n", "发件人：客服\n",
    "主题：提现\n", "收件人：a\n", "Sent from my iPhone\n", "________________\n",
])  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_folds_of_mail_like_text(text):
    folds = fold(text)
    kept = visible(text)
    if text.strip():
        assert kept.strip()
    for one in folds:
        assert one.start == 0 or text[one.start - 1] == "\n"
    assert all(line in text for line in kept.splitlines())


FORWARDS = PIECES | st.sampled_from([
    "---------- Forwarded message ---------\n", "Begin forwarded message:\n", "-------- 转发邮件信息 --------\n",
    "From: <@>\n", "> From: Ann <ann@x.example>\n", "发件人：ann@x.example\n", "\0", "From: " + "a@" * 200 + "\n",
    "Subject:" + "x" * 2_000 + "\n",
])  # fmt: skip


@given(
    st.lists(FORWARDS, max_size=40).map("".join) | EVERYTHING, st.sampled_from(["Fwd: x", "", "转发：", "Fwd: " * 900])
)
def test_forwards_of_mail_like_text(text, subject):
    event = InboundEvent(
        channel="email",
        message_id="m",
        sent_at_ms=0,
        sender=Sender(id="mei@shop.example"),
        subject=subject,
        text=text,
        relay=Relay(mailbox="help@shop.example"),
    )
    found = as_if(JournalEntry(event=event, rules_version="1", received_at_ms=0))
    if found is not None:
        assert found.text.strip()
        assert "@" in found.sender.id
        assert len(found.subject or "") <= SUBJECT_CHARS_MAX
        assert len(found.note) + len(found.text) <= len(text)


TAGS = st.sampled_from([
    "<p>", "</p>", "<div style='display:none'>", "</div>", "<blockquote>", "</blockquote>",
    "<a href='https://x.example'>", "</a>", "<script>", "</script>", "<img src=x onerror=y>", "<table><td>",
    "</table>", "<b", "&amp", "&#x", "text ", "<!--", "-->", "<pre>\n", "<svg><style>", "</style>", "<math>",
    "<a href=javascript:x>", "\0", "<br>", "<li>", "</ul>",
])  # fmt: skip


@given(st.lists(TAGS, max_size=60).map("".join))
@example("<pre>\n<b<pre>\n")
def test_html_soup(html):
    text = derive_text(html)
    assert "<script" not in text
    safe = sanitise(html)
    for word in ("<script", "onerror", "javascript:", "<style", "<svg"):
        assert word not in safe
    # A line break right behind <pre> is not part of its text (HTML, section 4.4.3), so each reading drops one.
    assert re.sub("<pre>\n+", "<pre>", sanitise(safe)) == re.sub("<pre>\n+", "<pre>", safe)


ODD_TAGS = st.sampled_from([
    "<script><!--<script>", "</script>", "<b<!-- >", "<plaintext>", "<a b\"c<=d>", "<keygen hidden>", "<i hidden>",
    "</i>", "<style-x>", "<select><option>", "<xmp>", "</xmp>", "<template>", "<frameset>", "<desc>", "<?", "<![CDATA[",
])  # fmt: skip


@given(st.lists(TAGS | ODD_TAGS, max_size=60).map("".join))
def test_what_a_copy_says_is_derived_or_told(html):
    text, safe = derive_text(html), sanitise(html)
    told = unsaid(html, safe, text, derived=True)
    assert told or not safe or unescape(re.sub("<[^>]*>", " ", safe)).split() == text.split()


@given(EVERYTHING)
def test_html_is_total(html):
    derive_text(html)
    sanitise(html)
