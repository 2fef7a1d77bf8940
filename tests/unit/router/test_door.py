"""The door: limits, masking in every field, files sealed, nothing unstorable, nothing in clear that must not be."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.clock import TimedIds, VirtualClock
from router.flow.door import clean
from router.keys import Keyring
from router.model.errors import InvalidMessage
from router.model.limits import (
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_MAX,
    EXT_BYTES_MAX,
    ID_CHARS_MAX,
    NAME_CHARS_MAX,
    REFERENCES_MAX,
    SUBJECT_CHARS_MAX,
    TEXT_CHARS_MAX,
    TEXT_FILES_BYTES_MAX,
)
from router.model.message import AttachedMail, AttachmentIn, InboundEvent, Redaction, Relay, Sender
from rules.ruleset import load

NOW = 1_793_000_000_000
KEYS = Keyring({"k1": b"k" * 32}, "k1", b"s" * 32)
CARD = "4111 1111 1111 1111"
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def event(**fields) -> InboundEvent:
    found = {"channel": "x", "message_id": "m1", "sent_at_ms": NOW, "sender": Sender(id="77"), "text": "hello"}
    if "html" in fields:
        del found["text"]
    return InboundEvent(**(found | fields))


RULESET = load({"rules.yaml": b"version: 1\nqueues: {general: {default: true}}\n"})


def enter(found=None, *, ruleset=RULESET, **fields):
    ids = TimedIds(VirtualClock(NOW), seed=1)
    return clean(found or event(**fields), KEYS, ids, received_at_ms=NOW, ruleset=ruleset)


def everything_kept(cleaned) -> str:
    return repr(cleaned.entry) + msgspec.json.encode(cleaned.entry).decode()


def test_a_clean_message_passes_as_it_is():
    cleaned = enter(text="where is my transfer?", subject="Transfer", ext='{"a":1}')
    entry = cleaned.entry
    assert (entry.event.text, entry.event.subject, entry.event.ext) == ("where is my transfer?", "Transfer", '{"a":1}')
    assert (entry.redactions, entry.findings, entry.entity_hashes, cleaned.masked) == ((), (), (), False)
    assert (entry.received_at_ms, entry.rules_version) == (NOW, RULESET.version)


def test_what_a_provider_says_of_a_failed_delivery_is_masked():
    cleaned = enter(kind="receipt", text=None, target_id="m0", delivery="failed", delivery_detail=f"554 no: {CARD}")
    assert cleaned.entry.event.delivery_detail == "554 no: [CARD]"
    assert cleaned.masked


def test_hidden_words_are_looked_at_without_the_tags_they_stand_between():
    cleaned = enter(html='<p>你好</p><p style="display:none">姓名：吴平静</p>', text="你好", visibility="public")
    assert cleaned.entry.event.html is None
    assert cleaned.masked


@pytest.mark.parametrize("said", [{"text": f"it is {CARD}"}, {"html": f"<p>it <b>is</b> {CARD}</p>"}])
def test_a_mail_that_is_attached_to_a_mail_is_masked_and_its_text_derived(said):
    inner = AttachedMail(sender=Sender(id="ann@x.example", name=f"Ann {CARD}"), subject=f"my {CARD}", **said)
    cleaned = enter(relay=Relay(mailbox="help@shop.example", attached=inner))
    mail = cleaned.entry.event.relay.attached
    assert (mail.text, mail.subject, mail.sender.name, mail.html) == ("it is [CARD]", "my [CARD]", "Ann [CARD]", None)
    assert CARD not in everything_kept(cleaned)
    assert (cleaned.masked, cleaned.entry.redactions) == (True, ())


def test_the_name_in_a_media_type_is_masked():
    told = f'image/png; name="{CARD}.png"'
    cleaned = enter(attachments=(AttachmentIn(name="a.png", content_type=told, data=b"png"),))
    assert cleaned.entry.attachments[0].content_type == 'image/png; name="[CARD].png"'
    assert cleaned.masked


def test_a_secret_is_replaced_and_its_place_told_in_code_points():
    cleaned = enter(text=f"💳 {CARD}!")
    assert cleaned.entry.event.text == "💳 [CARD]!"
    assert cleaned.entry.redactions == (Redaction(field="text", start=2, end=21, type="CARD"),)
    assert (cleaned.entry.findings, cleaned.masked) == (("CARD",), True)
    assert cleaned.entry.entity_hashes == (KEYS.fingerprint("CARD", "4111111111111111"),)


@pytest.mark.parametrize("where", [
    {"subject": f"card {CARD}"},
    {"sender": Sender(id="77", name=f"Ann {CARD}")},
    {"ext": '{"note":"card 4111 1111 1111 1111"}'},
    {"ext": msgspec.json.encode({"note": PHRASE.replace(" ", "\n")}).decode()},
    {"html": f"<p>card <b>{CARD}</b></p>"},
    {"html": f"<p>{PHRASE}</p>"},
    {"attachments": (AttachmentIn(name=f"{PHRASE}.txt", data=b"x"),)},
    {"attachments": (AttachmentIn(name="4111111111111111.png", url="https://a.example/f"),)},
])  # fmt: skip
def test_no_field_keeps_a_secret(where):
    cleaned = enter(**where)
    assert cleaned.masked
    kept = everything_kept(cleaned)
    for clear in ("4111", "1111 1111", "sausage", "winner"):
        assert clear not in kept


def test_personal_data_is_masked_in_public_only():
    text = "I am ann@example.org"
    assert enter(text=text, visibility="public").entry.event.text == "I am [EMAIL]"
    private = enter(text=text)
    assert (private.entry.event.text, private.entry.findings, private.masked) == (text, ("EMAIL",), False)
    assert private.entry.redactions == ()


def test_a_message_of_html_alone_gets_its_text_and_keeps_safe_markup():
    entry = enter(html="<p>hello <script>alert(1)</script><b onclick=x>world</b></p>").entry
    assert entry.event.text == "hello world"
    assert "<b>" in entry.event.html
    assert "script" not in entry.event.html
    assert "onclick" not in entry.event.html


def test_html_with_a_secret_is_dropped_whole_and_spans_count_in_the_text():
    entry = enter(html=f"<p>my card:</p><p>{CARD}</p>").entry
    assert entry.event.html is None
    assert "[CARD]" in entry.event.text
    (found,) = entry.redactions
    derived = entry.event.text.replace("[CARD]", CARD)
    assert derived[found.start : found.end] == CARD


def test_markup_that_hides_a_secret_from_its_text_is_dropped_too():
    entry = enter(text="see the html part", html=f"<p>{CARD}</p>").entry
    assert (entry.event.text, entry.event.html, entry.redactions) == ("see the html part", None, ())
    assert entry.findings == ("CARD",)
    split = enter(text="nothing", html="<p>4111 1111 <b>1111</b> 1111</p>").entry
    assert split.event.html is None


def test_text_beyond_the_limit_becomes_a_sealed_file():
    text = "x" * TEXT_CHARS_MAX + "the rest 币"
    cleaned = enter(text=text)
    assert cleaned.entry.event.text == "x" * TEXT_CHARS_MAX
    (file,), (content,) = cleaned.entry.attachments, cleaned.files
    assert (file.name, file.content_type, file.blob) == ("rest-of-message.txt", "text/plain", content.hash)
    assert content.data.decode() == "the rest 币"


@pytest.mark.parametrize("secret", [CARD, PHRASE])
@pytest.mark.parametrize("before", [5, 12, 18])
def test_a_secret_across_the_limit_is_not_kept_in_halves(secret, before):
    text = "x " * ((TEXT_CHARS_MAX - before) // 2) + secret + " thank you"
    cleaned = enter(text=text)
    assert not set(secret[:before].split()) & set(cleaned.entry.event.text.split())
    (content,) = cleaned.files
    assert content.data.decode() == ("[CARD]" if secret == CARD else "[SEED_PHRASE]") + " thank you"
    assert cleaned.masked


@pytest.mark.parametrize("secret", [CARD, PHRASE, "Hunter2024!x"])
@pytest.mark.parametrize("before", [3, 11])
def test_no_field_that_is_cut_keeps_half_a_secret(secret, before):
    def ending(limit):
        return ("lorem " * limit)[: limit - before - 11] + " password: " + secret

    mail = AttachedMail(sender=Sender(id="a@b.c", name=ending(NAME_CHARS_MAX)), text="")
    cleaned = enter(
        subject=ending(SUBJECT_CHARS_MAX),
        sender=Sender(id="77", name=ending(NAME_CHARS_MAX)),
        attachments=(AttachmentIn(name=ending(SUBJECT_CHARS_MAX), data=b"same"),),
        relay=Relay(mailbox="c@d.e", attached=mail),
    )
    assert f" {secret[:before]}" not in everything_kept(cleaned)
    assert cleaned.masked  # or the payload would rest with the whole


def test_files_are_sealed_under_their_hash_once_each():
    files = (AttachmentIn(name="a.png", content_type="image/png", data=b"same"), AttachmentIn(data=b"same"))
    cleaned = enter(attachments=files)
    first, second = cleaned.entry.attachments
    assert (first.name, first.content_type, first.size, first.state) == ("a.png", "image/png", 4, "stored")
    assert (second.name, second.content_type, second.blob) == ("attachment-2", "application/octet-stream", first.blob)
    (content,) = cleaned.files
    assert content.data == b"same"
    assert cleaned.entry.event.attachments == ()


def stored(cleaned):
    return [content.data for content in cleaned.files]


def test_a_text_file_is_kept_without_its_secrets_and_the_payload_is_not():
    files = (AttachmentIn(name="note.txt", content_type="text/plain", data=f"my phrase is {PHRASE}".encode()),)
    cleaned = enter(attachments=files)
    assert stored(cleaned) == [b"my phrase is [SEED_PHRASE]"]
    (file,) = cleaned.entry.attachments
    assert (file.checked, file.size) == ("masked", 26)
    assert (cleaned.masked, cleaned.entry.findings, cleaned.entry.redactions) == (True, ("SEED_PHRASE",), ())
    assert cleaned.entry.entity_hashes == enter(text=PHRASE).entry.entity_hashes


def test_personal_data_in_a_text_file_is_masked_in_public_only():
    files = (AttachmentIn(name="a.csv", content_type="text/csv", data=b"name,mail\nAnn,ann@example.org\n"),)
    assert stored(enter(attachments=files, visibility="public")) == [b"name,mail\nAnn,[EMAIL]\n"]
    private = enter(attachments=files)
    assert (stored(private), private.masked, private.entry.findings) == ([files[0].data], False, ("EMAIL",))
    assert private.entry.attachments[0].checked == "clean"


def test_what_is_no_text_or_too_much_is_kept_as_it_came_and_told_apart():
    picture = AttachmentIn(name="a.png", content_type="image/png", data=b"\x89PNG" + CARD.encode())
    long = AttachmentIn(name="long.txt", content_type="text/plain", data=b"a" * (TEXT_FILES_BYTES_MAX + 1))
    cleaned = enter(attachments=(picture, long))
    assert stored(cleaned) == [picture.data, long.data]
    assert [file.checked for file in cleaned.entry.attachments] == ["unchecked", "unchecked"]


def test_a_file_too_big_or_elsewhere_is_told_as_such():
    big = AttachmentIn(name="big", data=bytes(ATTACHMENT_BYTES_MAX + 1))
    far = AttachmentIn(name="far", url="https://a.example/f", size=9)
    cleaned = enter(attachments=(big, far))
    assert [(f.state, f.size) for f in cleaned.entry.attachments] == [
        ("too_big", ATTACHMENT_BYTES_MAX + 1),
        ("remote", 9),
    ]
    assert cleaned.files == ()


@pytest.mark.parametrize(("fields", "field"), [
    ({"message_id": ""}, "message_id"),
    ({"message_id": "x" * (ID_CHARS_MAX + 1)}, "message_id"),
    ({"sender": Sender(id=" ")}, "sender.id"),
    ({"sender": Sender(id="x" * (ID_CHARS_MAX + 1))}, "sender.id"),
    ({"thread_id": "x" * (ID_CHARS_MAX + 1)}, "thread_id"),
    ({"in_reply_to": "x" * (ID_CHARS_MAX + 1)}, "in_reply_to"),
    ({"text": None}, "text"),
    ({"references": ("r",) * (REFERENCES_MAX + 1)}, "references"),
    ({"attachments": (AttachmentIn(data=b""),) * (ATTACHMENTS_MAX + 1)}, "attachments"),
    ({"attachments": (AttachmentIn(name="a"),)}, "attachments"),
    ({"attachments": (AttachmentIn(url="file:///etc/passwd"),)}, "attachments"),
    ({"attachments": (AttachmentIn(url="//[::1"),)}, "attachments"),
    ({"ext": '"' + "x" * EXT_BYTES_MAX + '"'}, "ext"),
])  # fmt: skip
def test_what_breaks_a_limit_is_refused_by_name(fields, field):
    with pytest.raises(InvalidMessage) as caught:
        enter(**fields)
    assert caught.value.field == field


def test_long_names_and_subjects_are_cut():
    entry = enter(subject="s" * 5_000, sender=Sender(id="77", name="n" * 5_000)).entry
    assert (len(entry.event.subject), len(entry.event.sender.name)) == (SUBJECT_CHARS_MAX, NAME_CHARS_MAX)


def test_no_name_turns_the_words_around_it_or_hides_what_a_file_is():
    sender, file = (
        Sender(id="1", name="\u202eמשה\u2066"),
        AttachmentIn(name="invoice\u202egpj.exe", content_type="", data=b"MZ"),
    )
    entry = enter(sender=sender, attachments=(file,)).entry
    assert (entry.event.sender.name, entry.attachments[0].name) == ("משה", "invoicegpj.exe")


def test_what_no_database_stores_becomes_one_other_letter():
    entry = enter(text=f"a\x00b\ud83d {CARD}", subject="\x00", sender=Sender(id="7\x00", name="\udc00")).entry
    assert entry.event.text == "a\ufffdb\ufffd [CARD]"
    assert entry.redactions[0].start == 5
    assert (entry.event.subject, entry.event.sender.name, entry.event.sender.id) == ("\ufffd", "\ufffd", "7\ufffd")


ANY_TEXT = st.text(st.characters(codec=None), max_size=60) | st.sampled_from([CARD, PHRASE, "\x00", "\ud800"])


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.none() | ANY_TEXT, st.sampled_from(["public", "private"]))
def test_whatever_comes_is_storable_and_masks_nothing_twice(text, subject, name, html, visibility):
    found = event(text=text, subject=subject, sender=Sender(id="77", name=name), visibility=visibility)
    cleaned = enter(msgspec.structs.replace(found, html=html))
    entry = msgspec.json.decode(msgspec.json.encode(cleaned.entry), type=type(cleaned.entry))
    assert entry == cleaned.entry
    assert "\x00" not in everything_kept(cleaned).replace("\\x00", "")
    again = enter(msgspec.structs.replace(entry.event, visibility=visibility))
    assert again.entry.event.text == entry.event.text
    assert [r for r in again.entry.redactions if r.field == "text"] == []
    spans = [(r.start, r.end) for r in entry.redactions if r.field == "text"]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
