"""One call: the caller presses keys, waits, speaks, hangs up; the provider does what the house's documents say.

Time does not pass by itself: whoever plays the caller says what happens next. A webhook is asked once and not again;
one that fails sends the call to the fallback address; when that fails, too, the caller hears the provider's apology.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from connectors.phone.simulator.network import AUDIO, CallRow, Handset, How, RecordingRow
from connectors.phone.simulator.twiml import Element, TwimlError, read
from connectors.phone.simulator.wire import Wire

Waiting = Literal["nothing", "keys", "message", "colleague"]
APOLOGY: Final = "We are sorry, an application error has occurred. Goodbye."
_SAY_S: Final = 3
_STEPS_MAX: Final = 50
"""Documents of one call without anybody pressing anything: more is a loop."""


class Call:
    """A call to one of our numbers, from its first ring on."""

    def __init__(self, wire: Wire, caller: str, called: str, *, extra: Mapping[str, str] | None = None) -> None:
        self._wire, self._network, self._extra = wire, wire.network, dict(extra or {})
        self._own = self._network.numbers[called]
        now_ms = self._network.clock.now_ms()
        sid = self._network.sid("CA")
        self.row = CallRow(sid=sid, account=self._own.account, caller=caller, called=called, start_ms=now_ms)
        self._network.calls[sid] = self.row
        self.heard: list[str] = []
        """What was read out to the caller, in order."""
        self.languages: list[str] = []
        """The language of each."""
        self.rung: list[str] = []
        """Numbers that were rung for the caller."""
        self.rang_s: list[int] = []
        """How long each of them was to be rung."""
        self.talked_with: str = ""
        self._pending: tuple[Element, Sequence[Element]] | None = None
        self._steps = 0

    @property
    def sid(self) -> str:
        """Its CallSid."""
        return self.row.sid

    @property
    def is_over(self) -> bool:
        """Nobody is on the line any more."""
        return self.row.status != "in-progress"

    @property
    def waiting(self) -> Waiting:
        """What the provider waits for."""
        if self.is_over or self._pending is None:
            return "nothing"
        kinds: dict[str, Waiting] = {"Gather": "keys", "Record": "message", "Dial": "colleague"}
        return kinds[self._pending[0].name]

    # --- what the caller does --------------------------------------------------------------------------------------

    async def begin(self) -> "Call":
        """The house is asked what to do with the call."""
        await self._go(self._own.voice_url, {})
        return self

    async def press(self, keys: str) -> "Call":
        """Keys, one after the other, as far as something waits for them."""
        verb, _ = self._expected("keys")
        ends = verb.get("finishOnKey", "#")
        most = int(verb.get("numDigits", "1000"))
        digits = keys.split(ends, maxsplit=1)[0][:most] if ends and "numDigits" not in verb.attributes else keys[:most]
        await self._go(verb.get("action"), {"Digits": digits, "msg": "Gather End"})
        return self

    async def wait(self) -> "Call":
        """Do nothing until the provider's patience ends."""
        assert self._pending is not None, "nothing waits for the caller"
        verb, rest = self._pending
        self.row.duration_s += int(verb.get("timeout", "5"))
        if verb.name == "Gather" and verb.get("actionOnEmptyResult") == "true":
            await self._go(verb.get("action"), {"Digits": "", "msg": "Gather End"})
        else:  # an empty recording asks nobody either
            await self._carry_out(rest)
        return self

    async def speak(self, said: str = "", *, seconds: int = 10, hang_up: bool = False, audio: bytes = AUDIO) -> "Call":
        """Leave a message and press the hash key, or hang up. `said` is what the provider writes down."""
        verb, _ = self._expected("message")
        seconds = min(seconds, int(verb.get("maxLength", "3600")))
        self.row.duration_s += seconds
        now_ms = self._network.clock.now_ms()
        row = RecordingRow(
            sid=self._network.sid("RE"), account=self.row.account, call_sid=self.sid, duration_s=seconds,
            created_ms=now_ms, audio=audio,
        )  # fmt: skip
        self._network.recordings[row.sid] = row
        url = f"{self._wire.url}/2010-04-01/Accounts/{row.account}/Recordings/{row.sid}"
        told = {"RecordingSid": row.sid, "RecordingUrl": url, "RecordingDuration": str(seconds)}
        if hang_up:
            await self._wire.post(self._own.account, verb.get("action"), self._form(told | {"Digits": "hangup"}))
            await self._end("completed")
        else:
            await self._go(verb.get("action"), told | {"Digits": "#"})
        if verb.get("recordingStatusCallback"):
            status = told | {"RecordingStatus": "completed", "RecordingChannels": "1", "RecordingSource": "RecordVerb"}
            await self._wire.post(
                self._own.account, verb.get("recordingStatusCallback"),
                {"AccountSid": self.row.account, "CallSid": self.sid, **status}
                | ({"From": self.row.caller, "To": self.row.called}),
            )  # fmt: skip
        if verb.get("transcribe") == "true":
            written = {
                "TranscriptionSid": self._network.sid("TR"), "TranscriptionText": said,
                "TranscriptionStatus": "completed" if said else "failed",
            }  # fmt: skip
            await self._wire.post(self._own.account, verb.get("transcribeCallback"), self._form(told | written))
        return self

    async def hang_up(self) -> "Call":
        """Put the receiver down, whatever is going on."""
        if not self.is_over:
            verb = self._pending[0] if self._pending else None
            if verb is not None and verb.name == "Dial":
                form = self._form({"DialCallStatus": "no-answer", "DialBridged": "false"})
                await self._wire.post(self._own.account, verb.get("action"), form)
            await self._end("completed")
        return self

    async def colleague(self, how: How) -> "Call":
        """The colleague whose telephone rings does something."""
        verb, _ = self._expected("colleague")
        await self._rang(verb, how)
        return self

    # --- what the provider does ------------------------------------------------------------------------------------

    def _expected(self, what: Waiting) -> tuple[Element, Sequence[Element]]:
        assert self.waiting == what, f"the call waits for {self.waiting}, not for {what}"
        assert self._pending is not None
        return self._pending

    async def _go(self, url: str, told: Mapping[str, str]) -> None:
        """Ask the house and do what it says."""
        self._pending = None
        self._steps += 1
        verbs = None if self._steps > _STEPS_MAX else await self._asked(url, told)
        if verbs is None:
            self.heard.append(APOLOGY)
            await self._end("failed" if self.row.duration_s == 0 else "completed")
            return
        await self._carry_out(verbs)

    async def _asked(self, url: str, told: Mapping[str, str]) -> Sequence[Element] | None:
        form = self._form(told)
        problem = await self._document(url, form)
        if not isinstance(problem, TwimlError):
            return problem
        self._network.errors.append(f"{url}: {problem}")
        if not self._own.fallback_url:
            return None
        form |= {"ErrorCode": str(problem.code), "ErrorUrl": url}
        again = await self._document(self._own.fallback_url, form)
        if isinstance(again, TwimlError):
            self._network.errors.append(f"{self._own.fallback_url}: {again}")
            return None
        return again

    async def _document(self, url: str, form: Mapping[str, str]) -> Sequence[Element] | TwimlError:
        answer = await self._wire.post(self._own.account, url, form)
        if not 200 <= answer.status < 300:
            return TwimlError(11200, f"answered {answer.status}")
        try:
            return read(answer.body, answer.content_type)
        except TwimlError as error:
            return error

    async def _carry_out(self, verbs: Sequence[Element]) -> None:
        for place, verb in enumerate(verbs):
            rest = verbs[place + 1 :]
            match verb.name:
                case "Say":
                    self._say(verb)
                case "Gather":
                    for one in verb.children:
                        self._say(one)
                    self._pending = (verb, rest)
                    return
                case "Record":
                    self._pending = (verb, rest)
                    return
                case "Dial":
                    self._pending = (verb, rest)
                    await self._rang(verb, None)
                    return
                case "Hangup":
                    break
                case _:
                    pass
        await self._end("completed")

    def _say(self, verb: Element) -> None:
        self.row.duration_s += _SAY_S
        if verb.name == "Say":
            self.heard.append(verb.text)
            self.languages.append(verb.get("language", "en-US"))

    async def _rang(self, verb: Element, how: How | None) -> None:
        """Ring a colleague; `how` is what they do, None: what they always do."""
        (noun,) = verb.children
        handset = self._network.handsets.get(noun.text, Handset(how="failed"))
        if how is None:
            self.rung.append(noun.text)
            self.rang_s.append(int(verb.get("timeout", "30")))
            handset.rang += 1
        found = how or handset.how
        if found == "rings":
            return
        ours = {number for number, own in self._network.numbers.items() if own.account == self.row.account}
        if verb.get("callerId", self.row.caller) not in ours | {self.row.caller}:
            self._network.errors.append(f"13214: callerId {verb.get('callerId')}")
            found = "failed"
        if found in {"no-answer", "busy", "failed"}:
            self.row.duration_s += int(verb.get("timeout", "30")) if found == "no-answer" else 1
            await self._go(verb.get("action"), {"DialCallStatus": found, "DialBridged": "false"})
            return
        leg = self._network.sid("CA")
        is_taken = await self._screened(leg, noun, handset, found)
        if is_taken:
            self.talked_with = noun.text
            self.row.duration_s += handset.talk_s
        told = {"DialCallStatus": "completed", "DialCallSid": leg, "DialBridged": "true" if is_taken else "false"}
        await self._go(verb.get("action"), told | {"DialCallDuration": str(handset.talk_s if is_taken else 5)})

    async def _screened(self, leg: str, noun: Element, handset: Handset, how: How) -> bool:
        """Whether whoever answered is connected: a document is played to them alone first."""
        if not noun.get("url"):
            return how in {"answers", "mailbox"}
        form = {
            "CallSid": leg, "ParentCallSid": self.sid, "AccountSid": self.row.account, "CallStatus": "in-progress",
            "Direction": "outbound-dial", "From": self.row.caller, "To": noun.text, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        verbs = await self._document(noun.get("url"), form)
        while not isinstance(verbs, TwimlError):
            gather = next((verb for verb in verbs if verb.name in {"Gather", "Hangup", "Dial", "Record"}), None)
            if gather is None:
                return True
            if gather.name != "Gather":
                return False
            handset.heard += [one.text for one in gather.children]
            digits = {"answers": "1", "declines": "2"}.get(how, "")
            verbs = await self._document(gather.get("action"), form | {"Digits": digits})
        self._network.errors.append(f"{noun.get('url')}: {verbs}")
        return False

    async def _end(self, status: str) -> None:
        if self.is_over:
            return
        self._pending = None
        self.row.status = status
        self.row.end_ms = self._network.clock.now_ms()
        if self._own.status_url:
            form = self._form({"CallDuration": str(self.row.duration_s), "Duration": "1"})
            await self._wire.post(self._own.account, self._own.status_url, form)
        await self._network.tell()

    def _form(self, told: Mapping[str, str]) -> dict[str, str]:
        row = self.row
        return {
            "CallSid": row.sid, "AccountSid": row.account, "From": row.caller, "To": row.called, "Caller": row.caller,
            "Called": row.called, "CallStatus": row.status, "Direction": "inbound", "ApiVersion": "2010-04-01",
            **self._extra, **told,
        }  # fmt: skip
