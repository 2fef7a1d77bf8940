"""How an account of the web form is configured: what it asks, what files it takes, how much it lets in."""

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from router.model.filekinds import FileBounds

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Told = Text | dict[Language, Text]
"""Words for customers: one text for everybody, or one for each language."""
Name = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,31}\Z")]
FieldKind = Literal["text", "long", "choice", "account", "amount", "transaction", "time", "error", "steps"]
FILES_BYTES_MAX: Final = 15_728_640
"""All files of one message: as base64 they and the text stay below what the house takes as one payload."""
FIELDS_MAX: Final = 20
TOPIC: Final = "topic"
"""Under which the topic is told to the rules."""
HONEYPOT: Final = "website"
"""An input that people do not see."""


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several: a topic, or an answer of a field."""

    id: Name
    """What the rules see."""
    name: Told


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of the form. What is answered reaches the rules under `name`."""

    name: Name
    kind: FieldKind = "text"
    """How it is asked for. Those besides text, long and choice are the kinds of facts that rules know."""
    label: Told
    hint: Told | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    """Of kind choice."""
    topics: tuple[Name, ...] = ()
    """Topics it is required for; others may leave it out. Empty: as `required` says, whatever the topic."""


class Files(FileBounds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be attached."""

    kinds: tuple[str, ...] = ("png", "jpeg", "gif", "webp", "heic", "pdf", "txt")
    most: Annotated[int, Meta(ge=0, le=20)] = 5
    """How many; 0 asks for none."""
    megabytes: Annotated[int, Meta(ge=1, le=15)] = 5
    """Of one file; all of a message together at most 15."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many messages are let in. An alarm is counted apart, so that no flood of messages can stop one."""

    per_address_hour: Annotated[int, Meta(ge=1, le=100_000)] = 20
    """From one network address."""
    per_email_hour: Annotated[int, Meta(ge=1, le=100_000)] = 10
    """In the name of one mail address."""
    per_minute: Annotated[int, Meta(ge=1, le=100_000)] = 120
    """From everybody."""
    alarms_per_address_minute: Annotated[int, Meta(ge=1, le=10_000)] = 6
    alarms_per_minute: Annotated[int, Meta(ge=1, le=100_000)] = 120


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account of the web form."""

    title: Told | None = None
    """Above the form; "Contact support", in the reader's language, where it is left out."""
    languages: tuple[Language, ...] = LANGUAGES
    """The first is for whoever asks for none of them."""
    topics: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    email: Literal["required", "optional", "none"] = "required"
    """Whether a mail address is asked for; nobody takes it for proven."""
    mail_answers: bool = True
    """Answers go to that address too, where the house has a mail channel."""
    alarm: bool = True
    """The button for whoever is being robbed."""
    files: Files = Files()
    allowed_origins: tuple[str, ...] = ()
    """Sites that may show the form in a frame, such as https://app.example; our own always may."""
    proxies: Annotated[int, Meta(ge=0, le=5)] | None = None
    """How many proxies stand before this form, where they are not those of `server.proxies`."""
    limits: Limits = Limits()
    fill_seconds_min: Annotated[int, Meta(ge=0, le=60)] = 2
    """Who is faster is asked to press once more."""
    request_seconds: Annotated[int, Meta(ge=1, le=3_600)] = 120
    """How long one message may take to arrive, with its files."""
    form_hours: Annotated[int, Meta(ge=1, le=168)] = 12
    """How long a page that was opened can be sent."""
    link_days: Annotated[int, Meta(ge=1, le=366)] = 30
    """How long the link to the conversation opens it."""

    def __post_init__(self) -> None:
        """Refuse what a page could not show or a rule could not tell apart."""
        if not self.languages or len(set(self.languages)) != len(self.languages):
            raise ValueError("languages: name each language once, and at least one")
        _check_names("topics", [topic.id for topic in self.topics])
        _check_names("fields", [field.name for field in self.fields])
        if len(self.fields) > FIELDS_MAX:
            raise ValueError(f"fields: found {len(self.fields)}, at most {FIELDS_MAX}: people give up on long forms")
        for field in self.fields:
            _check_field(field, {topic.id for topic in self.topics})
        for origin in self.allowed_origins:
            _check_origin(origin)


def input_name(field: Field) -> str:
    """The name of a field's input: apart from our own."""
    return f"f_{field.name}"


def told(text: Told, language: str) -> str:
    """What a text says in a language, or in the first that it has."""
    if isinstance(text, str):
        return text
    return next((found for key, found in text.items() if key == language), None) or next(iter(text.values()), "")


def _check_names(what: str, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{what}: {min(twice)!r} stands there twice")


def _check_field(field: Field, topics: set[str]) -> None:
    if field.name == TOPIC:
        raise ValueError("fields: the name 'topic' is taken by the topics")
    if (field.kind == "choice") != bool(field.choices):
        raise ValueError(f"fields: {field.name!r}: choices go with the kind choice, and it needs some")
    _check_names(f"fields: {field.name!r}: choices", [choice.id for choice in field.choices])
    for topic in field.topics:
        if topic not in topics:
            raise ValueError(f"fields: {field.name!r}: there is no topic {topic!r}")


def _check_origin(origin: str) -> None:
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.netloc or f"{parts.scheme}://{parts.netloc}" != origin:
        raise ValueError(f"allowed_origins: {origin!r} is no origin; write scheme and host: https://app.example")
    if re.search(r"[\s;,'\"]", origin):
        raise ValueError(f"allowed_origins: {origin!r} holds a character no origin has")
