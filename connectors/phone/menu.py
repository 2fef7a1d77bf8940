"""What a caller hears next, and what the house is told: one pure decision for each request of the provider."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from connectors.phone.call import Call, Turn, address
from connectors.phone.parse import is_withheld
from connectors.phone.payload import Step, Told, shown
from connectors.phone.render import Dial, Gather, Hangup, Record, Say, Verb
from connectors.phone.settings import Choice, Colleague, Settings, told
from connectors.phone.words import Language

STEPS: Final = (
    "voice", "language", "menu", "rang", "after", "callback", "number", "recorded", "screen", "accepted", "fallback",
)  # fmt: skip
"""The requests that are answered with TwiML."""
_TRIES: Final = 2
"""How often a menu is read to somebody who presses nothing, or something else."""
TRANSCRIBED_S: Final = 120
"""Longer recordings the provider does not write down."""


class Menu:
    """Decides for one request; `base` is the address that all steps begin with."""

    def __init__(self, settings: Settings, base: str, call: Call, *, is_open: bool) -> None:
        self._settings, self._base, self._call, self._is_open = settings, base, call, is_open

    def answer(self, step: str, form: Mapping[str, str]) -> Turn:
        """What to say and do."""
        digits = shown(form, "Digits")
        if self._is_cry(step, digits):
            return self._raised(digits)
        steps: Mapping[str, Callable[[], Turn]] = {
            "voice": lambda: self._greeted() if self._call.is_known else self._asked_language(),
            "language": lambda: self._chose_language(digits),
            "menu": lambda: self._chose(digits),
            "rang": lambda: self._rang(form),
            "after": lambda: self._after(digits),
            "callback": lambda: self._chose_window(digits),
            "number": lambda: self._entered_number(digits),
            "recorded": lambda: Turn(verbs=(self._say("recorded"), Hangup())),
            "screen": self._screened,
            "accepted": lambda: self._accepted(digits),
        }
        return steps.get(step, self._fallen_back)()

    def _is_cry(self, step: str, digits: str) -> bool:
        """Whether the emergency key was pressed, in any menu that does not use it otherwise."""
        settings = self._settings
        others = {
            "language": {str(place + 1) for place in range(len(settings.languages))},
            "menu": set(),
            "after": {"1", "2"},
            "callback": {window.key for window in settings.callbacks},
        }.get(step)
        return others is not None and bool(digits) and digits == settings.emergency_key and digits not in others

    # --- the language and the topic --------------------------------------------------------------------------------

    def _asked_language(self) -> Turn:
        says = [
            self._say("language", language=language, key=str(place + 1))
            for place, language in enumerate(self._settings.languages)
        ]
        return Turn(verbs=(Gather(says=says, action=self._url("language")),))

    def _chose_language(self, digits: str) -> Turn:
        keys = {str(place + 1): language for place, language in enumerate(self._settings.languages)}
        if digits not in keys and self._call.tries + 1 < _TRIES:
            self._call = msgspec.structs.replace(self._call, tries=self._call.tries + 1)
            return self._asked_language()
        chosen = keys.get(digits, self._settings.languages[0])
        self._call = msgspec.structs.replace(self._call, language=chosen, tries=0)
        return self._greeted()

    def _greeted(self, *first: Say) -> Turn:
        key, topics = self._settings.emergency_key, self._settings.topics
        if key is None and not topics:
            return self._entered("", self._say("greeting"))
        says = [*(first or [self._say("greeting")])]
        if key is not None:
            says.append(self._say("emergency", key=key))
        says += [self._say("topic", topic=self._told(topic), key=topic.key) for topic in topics]
        return Turn(verbs=(Gather(says=says, action=self._url("menu")),))

    def _chose(self, digits: str) -> Turn:
        topic = next((topic for topic in self._settings.topics if topic.key == digits), None)
        if topic is None and self._call.tries + 1 < _TRIES:
            self._call = msgspec.structs.replace(self._call, tries=self._call.tries + 1)
            return self._greeted(*([self._say("again")] if digits else [self._say("greeting")]))
        # Whoever has no keys, or finds none that fits, is put through all the same.
        return self._entered(digits if topic is not None else "")

    def _raised(self, digits: str) -> Turn:
        self._call = msgspec.structs.replace(self._call, alarm=True, colleague=0, tries=0)
        rung = self._ring()
        return Turn(
            verbs=(self._say("alarm"), *(rung or self._offered().verbs)), notices=(self._notice("alarm", key=digits),)
        )

    def _entered(self, digits: str, *first: Say) -> Turn:
        topic = next((topic for topic in self._settings.topics if topic.key == digits), None)
        self._call = msgspec.structs.replace(self._call, topic="" if topic is None else topic.id, colleague=0, tries=0)
        notice = self._notice("call", key=digits)
        rung = self._ring() if self._is_open else ()
        if rung:
            return Turn(verbs=(*first, self._say("connecting"), *rung), notices=(notice,))
        after = self._offered(self._say("busy" if self._is_open else "closed"))
        return Turn(verbs=(*first, *after.verbs), notices=(notice,))

    # --- ringing ---------------------------------------------------------------------------------------------------

    def _colleagues(self) -> Sequence[Colleague]:
        """Those who speak the caller's language, else everybody."""
        settings, language = self._settings, self._call.language
        found = (settings.emergency_agents or settings.agents) if self._call.alarm else settings.agents
        return [one for one in found if not one.languages or language in one.languages] or found

    def _ring(self) -> tuple[Verb, ...]:
        """Ring the next one; nothing when there is none."""
        colleagues = self._colleagues()
        if self._call.colleague >= len(colleagues):
            return ()
        colleague = colleagues[self._call.colleague]
        dial = Dial(
            number=colleague.number,
            caller_id=self._settings.lines[0].number,
            timeout_s=colleague.ring_seconds or self._settings.ring_seconds,
            action=self._url("rang"),
            screen=self._url("screen", own=True) if self._settings.screen else "",
        )
        return (dial,)

    def _rang(self, form: Mapping[str, str]) -> Turn:
        """It was answered and is over, or nobody took it: then the next one is rung."""
        bridged = shown(form, "DialBridged")
        # A provider that does not say it: to ring on after a conversation is worse than to stop at a mailbox.
        if bridged == "true" or (not bridged and shown(form, "DialCallStatus") in {"completed", "answered"}):
            name = self._name()
            both = (self._notice("taken", colleague=name), self._notice("talked", colleague=name))
            return Turn(verbs=(self._say("goodbye"), Hangup()), notices=both)
        self._call = msgspec.structs.replace(self._call, colleague=self._call.colleague + 1)
        return Turn(verbs=rung) if (rung := self._ring()) else self._offered(self._say("busy"))

    def _name(self) -> str:
        colleagues = self._colleagues()
        return colleagues[self._call.colleague].name if self._call.colleague < len(colleagues) else ""

    def _screened(self) -> Turn:
        """Played to the colleague alone: a mailbox that answers presses nothing and is left."""
        what = "screen_alarm" if self._call.alarm else "screen"
        topic = self._topic_name() or self._settings.text("any_topic", self._call.language)
        says = [self._say(what, topic=topic)] if what == "screen" else [self._say(what)]
        return Turn(verbs=(Gather(says=says, action=self._url("accepted", own=True)), Hangup()))

    def _accepted(self, digits: str) -> Turn:
        if digits != "1":
            return Turn(verbs=(Hangup(),))
        # Without a verb the two are connected.
        return Turn(verbs=(), notices=(self._notice("taken", colleague=self._name(), parent=self._call.sid),))

    # --- when nobody takes it --------------------------------------------------------------------------------------

    def _offered(self, *first: Say) -> Turn:
        """A message, a call back, or both to choose from."""
        has_callbacks = bool(self._settings.callbacks)
        if self._settings.voicemail and has_callbacks:
            says = [*first, self._say("leave_message", key="1"), self._say("ask_callback", key="2")]
            return Turn(verbs=(Gather(says=says, action=self._url("after")),))
        if has_callbacks:
            return self._asked_window(*first)
        return Turn(verbs=(*first, *(self._record() if self._settings.voicemail else self._bye())))

    def _after(self, digits: str) -> Turn:
        if digits == "2" and self._settings.callbacks:
            self._call = msgspec.structs.replace(self._call, tries=0)
            return self._asked_window()
        if digits != "1" and self._call.tries + 1 < _TRIES:
            self._call = msgspec.structs.replace(self._call, tries=self._call.tries + 1)
            return self._offered()
        return Turn(verbs=self._record() if self._settings.voicemail else self._bye())

    def _asked_window(self, *first: Say) -> Turn:
        says = [self._say("window", window=self._told(one), key=one.key) for one in self._settings.callbacks]
        return Turn(verbs=(Gather(says=[*first, *says], action=self._url("callback")),))

    def _chose_window(self, digits: str) -> Turn:
        window = next((one for one in self._settings.callbacks if one.key == digits), None)
        if window is None and self._call.tries + 1 < _TRIES:
            self._call = msgspec.structs.replace(self._call, tries=self._call.tries + 1)
            return self._asked_window()
        window = window or self._settings.callbacks[0]
        self._call = msgspec.structs.replace(self._call, window=window.key, tries=0)
        return self._asked_number() if is_withheld(self._call.caller) else self._noted(window)

    def _asked_number(self) -> Turn:
        """Whoever withholds the number has to enter one."""
        gather = Gather(says=[self._say("number")], action=self._url("number"), digits=None, timeout_s=10)
        return Turn(verbs=(gather,))

    def _entered_number(self, digits: str) -> Turn:
        # One 0 begins a number within a country, and which one nobody said: behind a + it would be somebody else's.
        has_country = digits.startswith("00") or not digits.startswith("0")
        number = f"+{digits.removeprefix('00')}" if has_country else ""
        window = next((one for one in self._settings.callbacks if one.key == self._call.window), None)
        if window is not None and not is_withheld(number):
            return self._noted(window, number)
        if self._call.tries + 1 < _TRIES:
            self._call = msgspec.structs.replace(self._call, tries=self._call.tries + 1)
            return self._asked_number()
        return Turn(verbs=self._record() if self._settings.voicemail else self._bye())

    def _noted(self, window: Choice, number: str = "") -> Turn:
        said = self._say("callback_noted", window=self._told(window))
        notice = self._notice("callback", window=window, number=number)
        return Turn(verbs=(said, Hangup()), notices=(notice,), promises=True)

    def _record(self) -> tuple[Verb, ...]:
        writes = self._call.language in self._settings.transcribe and self._settings.voicemail_seconds <= TRANSCRIBED_S
        record = Record(
            action=self._url("recorded"),
            status=self._url("recording"),
            seconds_max=self._settings.voicemail_seconds,
            transcript=self._url("transcript") if writes else "",
        )
        return (self._say("record"), record, self._say("not_recorded"), Hangup())

    def _fallen_back(self) -> Turn:
        """The provider could not reach us, or could not read what we said: nothing is asked of the store here."""
        says = [self._say("away", language=language) for language in self._languages()]
        if self._settings.voicemail:
            return Turn(verbs=(*says, *self._record()))
        return Turn(verbs=(*says, *(self._say("try_later", language=one) for one in self._languages()), Hangup()))

    def apologised(self) -> Turn:
        """What cannot be noted now is not promised."""
        return Turn(verbs=(self._say("away"), self._say("try_later"), Hangup()))

    def _languages(self) -> Sequence[Language]:
        return (self._call.language,) if self._call.is_known else self._settings.languages

    def _bye(self) -> tuple[Verb, ...]:
        return (self._say("goodbye"), Hangup())

    # --- parts -----------------------------------------------------------------------------------------------------

    def _say(self, name: str, *, language: Language | None = None, **values: str) -> Say:
        spoken = language or self._call.language
        voice = self._settings.voice(spoken)
        return Say(text=self._settings.text(name, spoken, **values), language=voice.language, voice=voice.voice)

    def _told(self, choice: Choice) -> str:
        return told(choice.name, self._call.language)

    def _topic_name(self) -> str:
        return next((self._told(topic) for topic in self._settings.topics if topic.id == self._call.topic), "")

    def _notice(
        self, step: Step, *, key: str = "", colleague: str = "", parent: str = "", number: str = "",
        window: Choice | None = None,
    ) -> Told:  # fmt: skip
        return Told(
            step=step,
            language=self._call.language,
            line=self._call.line,
            topic=self._call.topic,
            topic_name=self._topic_name(),
            key=key,
            window="" if window is None else window.id,
            window_name="" if window is None else self._told(window),
            number=number,
            colleague=colleague,
            parent=parent,
            caller=self._call.caller if parent else "",
        )

    def _url(self, step: str, *, own: bool = False) -> str:
        return address(self._base, step, self._call, own=own)
