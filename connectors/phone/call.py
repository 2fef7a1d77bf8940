"""One call between two requests of the provider: all that is known of it stands in the addresses it goes on with. Pure.

The provider signs them, so that nobody else can have written them; nothing is remembered here, and any process can
answer any request.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from connectors.phone.payload import Told, shown
from connectors.phone.render import Verb
from connectors.phone.settings import Settings, told
from connectors.phone.words import Language


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a call as the provider gives back to us with the address."""

    sid: str
    caller: str
    line: str
    """The name of our number, where it has one."""
    language: Language
    is_known: bool = False
    """The language was chosen, or goes with the number."""
    topic: str = ""
    alarm: bool = False
    colleague: int = 0
    """Whose telephone rings: a place in the list."""
    window: str = ""
    tries: int = 0


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request."""

    verbs: tuple[Verb, ...]
    notices: tuple[Told, ...] = ()
    promises: bool = False
    """The caller is told that we have noted it: nothing of the kind may be said unless it was."""


def read(form: Mapping[str, str], query: Mapping[str, str], settings: Settings) -> Call:
    """The call that a request is about."""
    called = shown(form, "To", "Called")
    line = settings.line(called)
    given = query.get("lang") or (line.language if line else None) or ""
    only = settings.languages[0] if len(settings.languages) == 1 else ""
    known = next((language for language in settings.languages if language in {given, only}), None)
    return Call(
        sid=query.get("call") or shown(form, "CallSid"),
        caller=query.get("from") or shown(form, "From"),
        line=query.get("line") or (line.name if line is not None and line.name else ""),
        language=known or settings.languages[0],
        is_known=known is not None,
        topic=query.get("topic", ""),
        alarm=query.get("alarm") == "1",
        colleague=_number(query.get("n", "")),
        window=query.get("window", ""),
        tries=_number(query.get("tries", "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def address(base: str, step: str, call: Call, *, own: bool = False) -> str:
    """Where the provider goes on; `own` tells whose call it is, for the colleague who is rung has one of their own."""
    state: dict[str, str] = {
        "lang": call.language if step != "language" else "",
        "line": call.line if own else "",
        "topic": call.topic,
        "alarm": "1" if call.alarm else "",
        "n": str(call.colleague) if call.colleague else "",
        "window": call.window,
        "tries": str(call.tries) if call.tries else "",
        "call": call.sid if own else "",
        "from": call.caller if own else "",
    }
    query = urlencode({name: value for name, value in state.items() if value})
    return f"{base}/{step}{'?' if query else ''}{query}"


def state_of(query: Mapping[str, str], settings: Settings) -> tuple[str | None, str, str]:
    """Language, topic and the topic's name, as an address of ours has them."""
    language = next((one for one in settings.languages if one == query.get("lang")), None)
    topic = next((one for one in settings.topics if one.id == query.get("topic")), None)
    if topic is None:
        return language, "", ""
    return language, topic.id, told(topic.name, language or settings.languages[0])
