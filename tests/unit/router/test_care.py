"""Policies at the door: values sealed beside their message, spans that the search is not to find."""

import msgspec
import pytest

from router.clock import TimedIds, VirtualClock
from router.flow.care import opened
from router.flow.door import clean
from router.keys import Keyring, Sealed
from router.model.errors import ConfigError
from router.model.message import AttachmentIn, InboundEvent, PickedPolicy, SealedValue, Sender, Unindexed
from rules.ruleset import load

NOW = 1_793_000_000_000
DAY_MS = 86_400_000
KEYS = Keyring({"k1": b"k" * 32}, "k1", b"s" * 32)
RULESET = load({
    "rules.yaml": b"""
version: 1
queues: {general: {default: true}}
redact:
  contact:
    find: [PHONE, EMAIL]
    mode: {private: seal}
    seal_for: 3d
    viewers: {agent: full, search_index: removed}
  ids: {find: [{matches: 'MB-[0-9]+', keep_last: 2}], mode: seal, seal_for: 1d, viewers: {webhook: removed}}
  seen: {find: [EMAIL], mode: flag, viewers: {search_index: masked}}
rules:
  - {id: contact, when: {message.channel: telegram}, then: {redact: [contact, ids]}}
  - {id: seen, when: {message.channel: x}, then: {redact: seen}}
  - {id: alarmed, when: {message.alarm: true}, then: {redact: ids}}
"""
})  # fmt: skip


def enter(**fields):
    found = {"channel": "telegram", "message_id": "m1", "sent_at_ms": NOW, "sender": Sender(id="77"), "text": ""}
    ids = TimedIds(VirtualClock(NOW), seed=1)
    return clean(InboundEvent(**(found | fields)), KEYS, ids, received_at_ms=NOW, ruleset=RULESET)


def values(cleaned):
    row = cleaned.sealed
    return msgspec.json.decode(KEYS.open(Sealed(row.key_id, row.data), f"raw:{row.id}"))


def test_the_alarm_is_known_at_the_door():
    assert enter(channel="webchat", text="I am MB-123456", alarm=True).entry.event.text == "I am [CUSTOM]56"
    assert enter(channel="webchat", text="I am MB-123456").entry.event.text == "I am MB-123456"


def test_values_rest_sealed_and_nowhere_else():
    cleaned = enter(subject="of ann@example.org", text="💳 4111 1111 1111 1111, call +1 415 555 0132 for MB-123456")
    event, care = cleaned.entry.event, cleaned.entry.care
    assert event.subject == "of [EMAIL]"
    assert event.text == "💳 [CARD], call [PHONE] for [CUSTOM]56"
    who = {"agents": True, "supervisors": True}
    assert care.sealed == (
        SealedValue(field="text", start=15, type="PHONE", **who),
        SealedValue(field="text", start=27, type="CUSTOM", agents=False, supervisors=True),
        SealedValue(field="subject", start=3, type="EMAIL", **who),
    )
    assert [event.text[value.start :].startswith(f"[{value.type}]") for value in care.sealed[:2]] == [True, True]
    assert values(cleaned) == ["+1 415 555 0132", "MB-1234", "ann@example.org"]
    assert cleaned.masked
    kept = repr(cleaned.entry)
    assert not [clear for clear in ("4111", "415", "1234", "ann@") if clear in kept]


def test_the_card_is_in_no_seal():
    assert not any("4111" in value for value in values(enter(text="+14155550132 4111 1111 1111 1111")))


def test_the_shortest_time_counts_for_all_values_of_a_message():
    both = enter(text="call +14155550132 for MB-123456")
    assert both.sealed.expires_at_ms == both.entry.care.sealed_until_ms == NOW + DAY_MS
    assert enter(text="call +14155550132").sealed.expires_at_ms == NOW + 3 * DAY_MS


def test_what_was_chosen_and_what_nobody_is_told():
    care = enter(text="hello").entry.care
    assert care.policies == (
        PickedPolicy(rule="contact", policy="contact"),
        PickedPolicy(rule="contact", policy="ids"),
    )
    assert care.untold == ("CUSTOM",)
    assert (care.sealed_id, care.sealed, enter(text="hello").sealed) == (None, (), None)


def test_in_public_they_are_masked_for_good():
    cleaned = enter(text="call +14155550132", visibility="public")
    assert cleaned.entry.event.text == "call [PHONE]"
    assert cleaned.sealed is None


def test_the_search_is_kept_from_placeholders_and_from_values_in_clear():
    assert enter(text="call +14155550132 now").entry.care.unindexed == (Unindexed(field="text", start=5, end=12),)
    cleaned = enter(channel="x", text="4111 1111 1111 1111 ann@example.org")
    assert cleaned.entry.event.text == "[CARD] ann@example.org"
    assert cleaned.entry.care.unindexed == (Unindexed(field="text", start=7, end=22),)


def test_without_a_policy_there_is_nothing_to_care_for():
    cleaned = enter(channel="email", text="call +14155550132")
    assert (cleaned.entry.care, cleaned.sealed) == (None, None)


@pytest.mark.parametrize("clear", [b'["a"]', b"{}", b"\xff"])
def test_a_record_without_that_value_is_a_configuration_error(clear):
    with pytest.raises(ConfigError):
        opened(clear, 1)


def test_half_a_surrogate_pair_in_a_value_can_be_sealed():
    assert values(enter(text="MB-12345678 \ud800 MB-9\ud8001111"))[0] == "MB-123456"


def test_policies_hold_for_attached_text_too_where_sealed_is_masked():
    file = AttachmentIn(name="a.txt", content_type="text/plain", data=b"call +14155550132 for MB-123456")
    cleaned = enter(text="see file", attachments=(file,))
    (content,) = cleaned.files
    assert content.data == b"call [PHONE] for [CUSTOM]56"
    assert cleaned.masked
    assert (cleaned.sealed, cleaned.entry.care.sealed) == (None, ())
