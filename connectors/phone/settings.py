"""How a phone account is configured: the provider's account, what callers hear and may press, whom it rings."""

import re
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from connectors.phone.words import LANGUAGES, WORDS, Language
from router.model.secret import Secret

TOKEN_CHARS_MIN: Final = 16
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FIELD: Final = re.compile(r"\{(\w*)\}")

Seconds = Annotated[float, Meta(gt=0, le=3_600)]
Number = Annotated[str, Meta(pattern=r"\A\+[1-9]\d{4,14}\Z")]
"""A telephone number as in ITU-T E.164, with a plus."""
Key = Annotated[str, Meta(pattern=r"\A[0-9*]\Z")]
Name = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_-]{0,31}\Z")]
RingSeconds = Annotated[int, Meta(ge=5, le=120)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Told = Text | dict[Language, Text]
"""Words for people: one text for everybody, or one for each language."""


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one key stands for: a topic, or a time to be called back."""

    key: Key
    id: Name
    """What the rules see."""
    name: Told
    """What is said of it, within a sentence."""


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of our own numbers."""

    number: Number
    name: Name | None = None
    """What the rules see, as `line`."""
    language: Language | None = None
    """What its callers speak; they are asked when it is left out."""


class Colleague(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody whose telephone is rung."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    number: Number
    languages: tuple[Language, ...] = ()
    """What they speak; everything when it is left out."""
    ring_seconds: RingSeconds | None = None
    """How long they are rung, where that is not the account's `ring_seconds`."""


class Voice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one language is read out: the attributes of TwiML's Say."""

    language: Annotated[str, Meta(pattern=r"\A[a-z]{2,3}-[A-Z]{2}\Z")]
    voice: Annotated[str, Meta(max_length=60)] = ""


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long to wait, in seconds."""

    connect_s: Seconds = 5.0
    call_s: Seconds = 15.0
    """For the answer to one call of the provider's API."""
    file_s: Seconds = 60.0
    """One recording, to its last byte."""
    note_s: Seconds = 8.0
    """How long a caller waits until something is noted; the provider gives up after fifteen."""
    look_s: Seconds = 60.0
    """Between two looks at what the provider has that never reached us."""
    settle_s: Annotated[float, Meta(ge=0, le=3_600)] = 120.0
    """How long after the end of a call its own notices may still come."""
    retry_s: Seconds = 1.0
    """The pause before a recording that is not ready yet is asked for again; it doubles."""
    auth_retry_s: Seconds = 300.0


TOPICS: Final = (
    Choice(key="1", id="transfer", name={"en": "a transfer, a deposit or a withdrawal", "zh": "转账、充值与提现"}),
    Choice(key="2", id="access", name={"en": "access to your wallet", "zh": "钱包登录"}),
    Choice(key="3", id="fraud", name={"en": "suspected fraud", "zh": "疑似诈骗"}),
    Choice(key="0", id="other", name={"en": "anything else", "zh": "其他问题"}),
)
WINDOWS: Final = (
    Choice(key="1", id="soon", name={"en": "as soon as possible", "zh": "尽快"}),
    Choice(key="2", id="morning", name={"en": "between nine and twelve", "zh": "在上午九点到十二点"}),
    Choice(key="3", id="afternoon", name={"en": "between two and six in the afternoon", "zh": "在下午两点到六点"}),
)
_VOICES: Final[dict[Language, Voice]] = {"en": Voice(language="en-US"), "zh": Voice(language="zh-CN")}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of the provider, and the numbers we have there."""

    account_sid: Annotated[str, Meta(pattern=r"\AAC[0-9a-f]{32}\Z")]
    """The account, as the provider's console shows it."""
    auth_token: Secret
    """Opens the provider's API, and signs what it sends us."""
    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=100)]
    """Our numbers. The first one is shown to whoever we ring."""
    base_url: Annotated[str, Meta(pattern=r"\Ahttps?://[^\s/?#@]+\Z")] = "https://api.twilio.com"
    public_url: Annotated[str, Meta(pattern=r"\A(?:https?://[^\s?#@]+)?\Z")] = ""
    """This house as the provider sees it, where that is not server.public_url: signatures are made over it."""
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)] = LANGUAGES
    """Callers choose among them by key, in this order; the first is for whoever presses nothing."""
    topics: Annotated[tuple[Choice, ...], Meta(max_length=8)] = TOPICS
    emergency_key: Key | None = "9"
    """Whoever presses it raises the alarm; null has none."""
    texts: Mapping[Language, Mapping[str, Text]] = {}
    """Other words for callers, by language and name (the names are in connectors/phone/words.py)."""
    voices: Mapping[Language, Voice] = {}
    """Other ways to read a language out than en-US and zh-CN in the provider's own voice."""
    agents: Annotated[tuple[Colleague, ...], Meta(max_length=20)] = ()
    """Rung one after the other while `queue` has its hours."""
    emergency_agents: Annotated[tuple[Colleague, ...], Meta(max_length=20)] = ()
    """Rung at any hour for an alarm; those of `agents` when it is empty."""
    ring_seconds: RingSeconds = 20
    """How long each of them is rung."""
    screen: bool = True
    """Whoever is rung presses 1 to take the call, so that no mailbox takes it."""
    queue: Annotated[str, Meta(max_length=64)] = ""
    """The queue whose hours count; the default queue when it is left out."""
    voicemail: bool = True
    voicemail_seconds: Annotated[int, Meta(ge=5, le=600)] = 120
    transcribe: tuple[Language, ...] = ("en",)
    """Languages whose messages the provider is asked to write down; Twilio understands English, up to 120 seconds."""
    delete_recordings: bool = False
    """Delete a recording at the provider once it is here."""
    callbacks: Annotated[tuple[Choice, ...], Meta(max_length=8)] = WINDOWS
    """When a caller may ask to be called back; none offers no call back."""
    sms_from: Number | None = None
    """Replies go out as text messages from this number; without it callers have to be called back."""
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse a menu that nobody could use, and a token sent in clear."""
        if len(self.auth_token.reveal()) < TOKEN_CHARS_MIN:
            raise ValueError(f"auth_token: shorter than {TOKEN_CHARS_MIN} characters; the provider's console shows it")
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("languages: name each language once")
        _check_keys("topics", [*(choice.key for choice in self.topics), *filter(None, [self.emergency_key])])
        _check_keys("callbacks", [choice.key for choice in self.callbacks])
        for language, texts in self.texts.items():
            _check_texts(language, texts)
        for name, url in (("base_url", self.base_url), ("public_url", self.public_url)):
            parts = urlsplit(url)
            if parts.scheme == "http" and parts.hostname not in _LOCAL:
                raise ValueError(f"{name}: callers' words and the token pass over it; use https outside this machine")

    @property
    def numbers(self) -> frozenset[str]:
        """All our own numbers."""
        return frozenset(line.number for line in self.lines) | ({self.sms_from} if self.sms_from else set())

    def line(self, number: str) -> Line | None:
        """The one of our numbers that was called."""
        return next((line for line in self.lines if line.number == number), None)

    def voice(self, language: Language) -> Voice:
        """How a language is read out."""
        return self.voices.get(language) or _VOICES[language]

    def text(self, name: str, language: Language, **values: str) -> str:
        """What callers hear under this name."""
        found = self.texts.get(language, {}).get(name) or WORDS[language][name]
        return found.format(**values)


def told(text: Told, language: Language) -> str:
    """What a text says in a language, or in the first that it has."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")


def _check_keys(what: str, keys: list[str]) -> None:
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"{what}: the key {min(twice)} stands for two things (emergency_key counts among the topics)")


def _check_texts(language: Language, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        known = WORDS[language].get(name)
        if known is None:
            raise ValueError(f"texts: nothing is called {name!r}; there are {', '.join(sorted(WORDS[language]))}")
        allowed = set(_FIELD.findall(known))
        found = set(_FIELD.findall(text))
        if not found <= allowed or text.count("{") != len(_FIELD.findall(text)) or text.count("}") != text.count("{"):
            raise ValueError(f"texts: {name}: only {sorted(allowed) or 'nothing'} may stand in braces, found {text!r}")
