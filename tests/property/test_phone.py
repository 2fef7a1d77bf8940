"""Callers nobody thought of: whatever is pressed and answered, the provider can carry it out, and the call ends."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from connectors.phone.call import read as read_call
from connectors.phone.menu import STEPS, Menu
from connectors.phone.parse import parse
from connectors.phone.payload import pack
from connectors.phone.render import document
from connectors.phone.settings import TOPICS, WINDOWS, Colleague, Line, Settings
from connectors.phone.signature import is_signed, signature
from connectors.phone.simulator.twiml import read as read_twiml
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.limits import ID_CHARS_MAX, NAME_CHARS_MAX
from router.model.message import InboundEvent
from router.model.secret import Secret
from tests.corpora.golden import payloads

BASE = "https://a.example/channels/phone/default"
SID = "CA" + "0" * 31 + "1"
MENUS_MAX = 25
GOLDEN = payloads("phone")
KEYS = st.sampled_from([*"0123456789*#", "", "12", "4915550177001"])
DIALS = st.sampled_from([
    {"DialCallStatus": status, "DialBridged": bridged}
    for status in ("completed", "busy", "no-answer", "failed", "canceled", "")
    for bridged in ("true", "false", "")
])  # fmt: skip
SETTINGS = st.builds(
    Settings,
    account_sid=st.just("AC" + "1" * 32),
    auth_token=st.just(Secret("x" * 32)),
    lines=st.just((Line(number="+15550100001"), Line(number="+15550100002", language="zh"))),
    languages=st.sampled_from([("en", "zh"), ("zh", "en"), ("zh",)]),
    agents=st.lists(st.just(Colleague(name="Mei", number="+15550190001")), max_size=2).map(tuple),
    emergency_key=st.sampled_from([None, "9", "*"]),
    topics=st.sampled_from([(), TOPICS]),
    callbacks=st.sampled_from([(), WINDOWS]),
    voicemail=st.booleans(),
    screen=st.booleans(),
)


class Caller:
    """Follows the addresses that the provider is given."""

    def __init__(self, settings, called, caller, is_open) -> None:
        self.settings, self.is_open = settings, is_open
        self.form = {"CallSid": SID, "From": caller, "To": called}
        self.events = []

    def ask(self, step, query, form):
        menu = Menu(self.settings, BASE, read_call(self.form | form, query, self.settings), is_open=self.is_open)
        turn = menu.answer(step, self.form | form)
        body = urlencode(self.form | form).encode()
        for notice in turn.notices:
            self.events += parse(pack(body, notice), "default")
        return read_twiml(document(turn.verbs).encode(), "text/xml")

    def follow(self, url, form):
        parts = urlsplit(url)
        step = parts.path.rpartition("/")[2]
        assert url.startswith(f"{BASE}/")
        assert step in STEPS
        return self.ask(step, dict(parse_qsl(parts.query)), form)


@given(
    SETTINGS, st.sampled_from(["+15550100001", "+15550100002"]), st.sampled_from(["+4915550177001", "anonymous", ""]),
    st.booleans(), st.lists(KEYS, max_size=30), st.lists(DIALS, max_size=30),
)  # fmt: skip
def test_every_call_ends_and_every_document_can_be_carried_out(settings, called, caller, is_open, keys, dials):
    player = Caller(settings, called, caller, is_open)
    keys, dials = iter(keys), iter(dials)
    verbs = player.ask("voice", {}, {})
    for _ in range(MENUS_MAX):
        asks = next((verb for verb in verbs if verb.name in {"Gather", "Dial", "Record"}), None)
        if asks is None:
            break
        if asks.name == "Gather":
            verbs = player.follow(asks.get("action"), {"Digits": next(keys, "")})
        elif asks.name == "Dial":
            if screen := asks.children[0].get("url"):
                (gather, *_) = player.follow(screen, {"CallSid": "CA" + "0" * 31 + "2"})
                player.follow(gather.get("action"), {"CallSid": "CA" + "0" * 31 + "2", "Digits": "2"})
            verbs = player.follow(asks.get("action"), next(dials, {"DialCallStatus": "no-answer"}))
        else:
            verbs = player.follow(asks.get("action"), {"RecordingSid": "RE" + "0" * 32})
    else:
        raise AssertionError("the call does not end")
    assert {event.thread_id for event in player.events} <= {SID}
    assert all(event.alarm == event.message_id.endswith(":alarm") for event in player.events)


@given(
    st.sampled_from(GOLDEN),
    st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=4),
    st.sampled_from([*{key for case in GOLDEN for key in case["form"]}]),
    st.text(max_size=300),
)
def test_whatever_a_notice_holds_it_is_an_event_within_the_limits_or_invalid(case, more, name, value):
    body = urlencode(case["form"] | more | {name: value}, errors="replace").encode()
    try:
        found = parse(RawEvent(body=body, meta={"told": json.dumps(case["told"])}), "default")
    except InvalidMessage:
        return
    for event in found:
        assert isinstance(event, InboundEvent)
        assert 0 < len(event.message_id) <= ID_CHARS_MAX
        assert len(event.sender.id) <= ID_CHARS_MAX
        assert len(event.sender.name or "") <= NAME_CHARS_MAX


@given(st.binary(max_size=300), st.dictionaries(st.sampled_from(["told", "files"]), st.text(max_size=60), max_size=2))
def test_what_is_no_payload_is_invalid_and_nothing_else(body, meta):
    try:
        parse(RawEvent(body=body, meta=meta), "default")
    except InvalidMessage:
        return
    raise AssertionError("nothing of ours has this form")


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=30), max_size=6), st.text(max_size=30))
def test_a_signature_fits_its_form_and_no_other(form, more):
    url = "https://a.example/channels/phone/default/status?x=1"
    made = signature("token", url, list(form.items()))
    assert is_signed("token", url, [*form.items()], made)
    changed = {**form, "Digits": more + "1"}
    assert changed == form or not is_signed("token", url, [*changed.items()], made)
