"""Rule sets of any size and messages to judge with them, made from a seed: the same at every run.

Words follow Zipf's law, so that most rules are about something rare and a few about what everybody writes. Rules look
for words, several words, words near each other, expressions, and at what is known about the message.
"""

import json
import random
import re
from itertools import accumulate

from rules.facts import CustomerFacts, Facts, MessageFacts, TicketFacts
from rules.text import fold

CHANNELS = ("email", "telegram", "webchat", "x", "form")
LANGUAGES = ("en", "zh", "es")
FINDINGS = ("CARD", "EMAIL", "PHONE", "SEED_PHRASE", "IBAN")
URGENCIES = ("low", "normal", "high", "critical")
TAGS = ("vip", "refund", "late", "angry", "new")
_WORDS = 16_000
_STARTS = re.findall(r"\w+", "b br c ch d dr f fl g gr h j k l m n p pl pr qu r s sh st t th tr v w z")
_VOWELS = re.findall(r"\w+", "a e i o u ai ea ou")
_ENDS = re.findall(r"\w+", "b ck d g l ll m n nd ng p r rt s st t x")
_ENGLISH_MESSAGE, _CHINESE_MESSAGE, _MIXED_MESSAGE = 50, 150, 75


class Maker:
    """Writes rules and messages of one seed."""

    def __init__(self, seed: int = 20_261_128) -> None:
        self._dice = dice = random.Random(seed)
        self._english = list(dict.fromkeys(self._syllables() for _ in range(_WORDS * 3)))[:_WORDS]
        characters = [chr(code) for code in range(0x4E00, 0x4E00 + 20_000, 11)]
        dice.shuffle(characters)
        characters = [char for char in characters if fold(char).text == char][:900]
        self._chinese = ["".join(dice.choices(characters, k=dice.choice((2, 2, 2, 3)))) for _ in range(_WORDS)]
        self._weights = list(accumulate(1 / (rank + 12) for rank in range(_WORDS)))

    def _syllables(self) -> str:
        dice = self._dice
        return "".join(
            dice.choice(_STARTS) + dice.choice(_VOWELS) + (dice.choice(_ENDS) if dice.random() < 0.6 else "")
            for _ in range(dice.choice((1, 2, 2, 3)))
        )

    def rules(self, many: int) -> list[dict]:
        """So many rules, as the data of a file."""
        return [{"id": f"r{number}", "when": self._when(), "then": {"tag": "hit"}} for number in range(many)]

    def _word(self, *, chinese: bool) -> str:
        """A word of a rule: any word is as likely, so most are rare in messages."""
        return self._dice.choice(self._chinese if chinese else self._english)

    def _when(self) -> dict:
        dice = self._dice
        chinese = dice.random() < 0.5
        kind = dice.random()
        words = [self._word(chinese=chinese if dice.random() < 0.9 else not chinese) for _ in range(4)]
        source = dice.choice(("message.text", "message.text", "message.any"))
        if kind < 0.5:
            when = {f"{source}|has": words[: dice.randint(1, 3)]}
        elif kind < 0.62:
            when = {f"{source}|has all": words[:2]}
        elif kind < 0.85:
            near = {"words": [words[:2], words[2:]], "within": dice.choice((3, 5, 8))}
            if dice.random() < 0.3:
                near["unless"] = [self._word(chinese=chinese)]
            if dice.random() < 0.4:
                near["ordered"] = True
            when = {f"{source}|near": near}
        elif kind < 0.93:
            gap = ".{0,8}" if chinese else r"\w* [0-9]+"
            when = {"message.text|matches": f"{words[0]}{gap}{words[1] if chinese else ''}"}
        else:
            when = {"any": [{f"{source}|has": words[:1]}, {f"{source}|has all": words[1:3]}]}
        if dice.random() < 0.15:
            when["not"] = {f"{source}|has": [self._word(chinese=chinese)]}
        if dice.random() < 0.4:
            when |= self._field()
        return when

    def _field(self) -> dict:
        dice = self._dice
        return dice.choice((
            {"message.channel": dice.sample(CHANNELS, 2)},
            {"message.visibility": ["private"]},
            {"message.lang": [dice.choice(LANGUAGES)]},
            {"message.findings|has": [dice.choice(FINDINGS)]},
            {"message.is_first": dice.random() < 0.5},
            {"message.attachments|at least": dice.randint(1, 2)},
            {"customer.vip": True},
            {"ticket.urgency|at least": dice.choice(URGENCIES[1:])},
            {"ticket.tags|has": [dice.choice(TAGS)]},
        ))  # fmt: skip

    def facts(self, many: int) -> list[Facts]:
        """So many messages, their texts folded already."""
        return [self._facts() for _ in range(many)]

    def _facts(self) -> Facts:
        dice = self._dice
        kind = dice.random()
        text = self._english_text(_ENGLISH_MESSAGE) if kind < 0.4 else self._chinese_text(_CHINESE_MESSAGE)
        if kind >= 0.8:
            text = self._chinese_text(_MIXED_MESSAGE) + self._english_text(_MIXED_MESSAGE // 3)
        message = MessageFacts(
            text=fold(text).text,
            subject=fold(self._english_text(3)).text if dice.random() < 0.3 else "",
            channel=dice.choice(CHANNELS),
            visibility=dice.choice(("private", "public")),
            lang=dice.choice(LANGUAGES),
            is_first=dice.random() < 0.5,
            attachments=dice.choice((0, 0, 0, 1, 2)),
            findings=tuple(dice.sample(FINDINGS, dice.choice((0, 0, 0, 1, 2)))),
        )
        tags = tuple(dice.sample(TAGS, dice.choice((0, 0, 1, 2))))
        ticket = TicketFacts(exists=bool(tags), urgency=dice.choice(URGENCIES), tags=tags)
        return Facts(message=message, customer=CustomerFacts(vip=dice.random() < 0.2), ticket=ticket)

    def _english_text(self, words: int) -> str:
        dice = self._dice
        chosen = dice.choices(self._english, cum_weights=self._weights, k=words)
        return "".join(f"{word}{dice.choice((' ', ' ', ' ', ' ', ' ', ', ', '. ', ' 12 '))}" for word in chosen)

    def _chinese_text(self, characters: int) -> str:
        dice = self._dice
        pieces: list[str] = []
        size = 0
        while size < characters:
            (word,) = dice.choices(self._chinese, cum_weights=self._weights)
            piece = word + dice.choice(("", "", "", "", "，", "。", "！"))
            pieces.append(piece)
            size += len(piece)
        return "".join(pieces)


TIMES = {
    "office": {
        "zone": "Asia/Shanghai",
        "open": {"mon": ["09:00-12:00", "13:00-18:00"], "wed": "09:00-18:00"},
        "closed": ["2026-03-04"],
        "opened": ["2026-03-07"],
    },
    "night": {"zone": "Europe/Rome", "open": {"tue": "22:00-06:00", "sun": "00:00-24:00"}},
}
"""Hours that rules may ask for."""

FIELDS = {"amount": "number"}
"""What messages may carry besides."""


def as_file(rules: list[dict]) -> bytes:
    """A rules file that holds the rules."""
    frame = {
        "version": 1,
        "queues": {"q": {"default": True}},
        "tags": list(TAGS),
        "times": TIMES,
        "fields": FIELDS,
        "rules": rules,
    }
    return json.dumps(frame, ensure_ascii=False).encode()
