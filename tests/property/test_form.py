"""The web form holds for bytes and texts that nobody thought of."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connectors.form.body import Body, Upload
from connectors.form.check import alarmed, check
from connectors.form.parse import Answer, Envelope, File, parse, raw_event
from connectors.form.render import FormView, Look, form_page
from connectors.form.settings import Choice, Field, Settings
from router.connector import RawEvent
from router.model.errors import InvalidMessage
from router.model.filekinds import file_name

SETTINGS = Settings(
    topics=(Choice(id="a", name="A"),),
    fields=(
        Field(name="x", label="X", kind="amount"),
        Field(name="y", label="Y", kind="choice", choices=(Choice(id="b", name="B"),)),
    ),
)
TEXTS = st.text(max_size=60)
VALUES = st.dictionaries(st.sampled_from(["text", "name", "email", "topic", "f_x", "f_y", "other"]), TEXTS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)
ENVELOPES = st.builds(
    Envelope,
    thread=st.text("abc0-", min_size=1, max_size=40),
    key=st.text("abc0-._", min_size=1, max_size=60),
    received_at_ms=st.integers(-(2**63), 2**63 - 1),
    language=st.sampled_from(["en", "zh"]),
    text=TEXTS,
    alarm=st.booleans(),
    name=st.none() | TEXTS,
    email=st.none() | TEXTS,
    answers=st.lists(st.builds(Answer, name=TEXTS, label=TEXTS, value=TEXTS, shown=st.none() | TEXTS), max_size=3).map(
        tuple
    ),
    files=st.lists(st.builds(File, name=TEXTS, media_type=TEXTS, data=st.binary(max_size=9)), max_size=2).map(tuple),
)


def read(body):
    """The events, or nothing where it is refused by name: there is no third way."""
    try:
        return parse(RawEvent(body=body), "main")
    except InvalidMessage:
        return ()


@given(st.binary())
def test_parse_is_total_over_bytes(body):
    read(body)


@given(JSON)
def test_parse_is_total_over_json(value):
    read(json.dumps(value).encode())


@given(ENVELOPES)
def test_what_parse_makes_can_be_stored(envelope):
    for event in parse(raw_event(envelope), "main"):
        stored = msgspec.json.encode(event)
        assert b"\\u0000" not in stored
        assert event.channel == "form"
        assert event.sender.verified is None


@given(
    VALUES,
    st.lists(
        st.builds(Upload, name=TEXTS, data=st.binary(max_size=20), size=st.integers(0, 30_000_000), kept=st.booleans()),
        max_size=7,
    ),
    st.booleans(),
)
def test_whatever_is_sent_is_taken_or_has_its_problem_shown(values, files, follows):
    body = Body(values=values, files=files)
    for language in ("en", "zh"):
        checked = check(body, SETTINGS, language, follows=follows)
        assert len(checked.files) + len(checked.problems.get("files", "").split("\n")) * (
            "files" in checked.problems
        ) >= len(files)
        page = form_page(
            FormView(look=Look(language=language), token="t", values=values, problems=checked.problems), SETTINGS
        )
        for name in checked.problems:
            assert f'id="{name}-problem"' in page
    assert alarmed(body, SETTINGS, "en").problems == {}
    assert alarmed(body, SETTINGS, "en").text.startswith("My wallet is being emptied")


@given(TEXTS)
def test_a_files_name_leads_nowhere(told):
    name = file_name(told)
    assert name
    assert not set(name) & set('/\\\0\r\n"')
    assert name not in {".", ".."}
