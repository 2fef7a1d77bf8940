"""A value alone in its message, which another message says the name of: "here is my private key", then the key.

The route worker asks `may_be_value` of each message, and of one that may be a value `masked_beside` with those before
it. Of one that `names` a value ("that's my private key") it asks the same about the value before it, with the name in
front, where a reader would look for it. Pure, linear; what is masked alone is masked already.
"""

from collections.abc import Sequence
from typing import Final

from rules.expression import expression
from rules.facts import Visibility
from rules.fold import fold
from rules.redact import Policy, redact

BEFORE_MAX: Final = 2
"""Messages before it that may say what it is: the one with the word, and a "wait" or "ok"."""
BEFORE_MS: Final = 10 * 60_000
"""After so long a message is about something else."""

_CHARS_MAX: Final = 200
_LETTERS_BESIDE_MAX: Final = 32
"""Letters of the words without a digit: beside more of them a value is told by its own sentence."""

_ENGLISH: Final = (
    r"(?:(?:(?:private|priv|secret|api|access) ?)?keys?|pass[ \-]?(?:word|code|phrase)s?|pwd|pw|pin(?: code| number)?"
    r"|(?:(?:sms|text|login|security|2fa|verification) )?codes?|otp|cvv2?|cvc2?|(?:bot |api )?token"
    r"|(?:seed|recovery|secret|backup) (?:phrase|words?)|card(?: number)?)"
)
_CHINESE: Final = (
    "(?:私[钥鑰匙]|[密金][钥鑰匙]|密[码碼]|口令|[验驗][证證][码碼]|[动動][态態][码碼]|安全[码碼]|pin ?[码碼]?"
    "|助[记記][词詞]|卡[号號]|otp|code|password|pw|cv[vc]2?|(?:private )?key|token)"
)
_NAMES: Final = expression(
    # `that was the old pin i had`, but not `that is the key point` and not `is that my password?`.
    r"(?<![a-z])(?:(?:that|this|it|those|these|above|there|which)(?: (?:one|number|thing|string|stuff|above|there))?"
    r"(?:'?s| is| was|'?re| are| were)|[↑⬆👆☝^])"
    r"(?: (?!(?:not|no|never|about|before|after|when|why|how|what|where|because|while|until|since|if|as|i"
    r"|we|you|they|he|she|for|from|on|in|at|by|with|without|to|than|and|or|but)(?![a-z]))[a-z0-9']{1,14}){0,4}? "
    rf"{_ENGLISH}"
    r"(?= (?:of|for|to|from|off|on|in|i|it|you|u|he|she|they|we|which|that|but|and|btw|now|then|not|my)(?![a-z])"
    r"|\s{0,2}(?:[^a-z\s]|\Z|\n))"
    # `上面那串就是我的私钥`, but not `这是密码错误`.
    r"|(?:[上前]面|以上|[这這那呢嗰]|刚才|剛才|刚刚|剛剛|刚[发發]|頭先|头先|就|[它佢])[^\s,.;:!?]{0,8}?(?<!不)(?<!唔)[是係](?![不唔])"
    rf"\s?[^\s,.;:!?0-9]{{0,10}}? ?{_CHINESE}(?![错錯不输輸格页頁框问問的无無过過失][^\s,.;:!?]{{0,6}}|[a-z])"
)

_OWN: Final = (
    r"(?:(?:my|the|our|his|her|wallet|app|account|login|email|old|new|current|actual|real|trading|spending|payment"
    r"|withdrawal|fund)[ ']?s? ){0,4}(?:pass[ \-]?(?:word|code|phrase)|pwd|pw)"
)
_OWN_ZH: Final = r"[^\s,.;:!?不沒没無无忘錯错]{0,8}(?:密[码碼]|口令)"
_COMES: Final = expression(
    # `my password is the next message`, `sending my password now:`, `密码我下一条发`; nothing but the value can come.
    rf"(?<![a-z])(?:{_OWN}(?: (?:of|for|to) (?:my|the) [a-z]{{1,12}})?(?: is)?(?:\s?[:=]|(?: is| it is| is it)"
    r"| (?:(?:is |comes |goes |will be |follows )?(?:(?:in |on )?the |my )?(?:next|following)"
    r" (?:message|msg|text|line|one)|(?:is )?(?:below|coming(?: (?:up|next|now))?|follows|next|underneath)))"
    r"|(?:here(?:'?s| is| comes| it is| you go)|this is|send(?:ing)?|typing|writing|giving you)"
    rf" {_OWN}"
    r"(?: (?:to|for) (?:you|u))?(?: (?:here|now|in (?:the|my) next(?: (?:message|msg|text|line|one))?|next|below"
    r"|separately|(?:as a |in a )?separate(?:ly)?(?: (?:message|msg))?))?)[\s.:,!>=]{0,4}\Z"
    rf"|(?:下[一1]?[条條則则句個个行]|下面|以下|接[着著]|等[下等]|馬上|马上)[^\s,.;:!?]{{0,6}}?(?:就?[是係发發]|[給给]你?){_OWN_ZH}"
    r"[\s.:,!]{0,4}\Z"
    rf"|{_OWN_ZH}(?:\s?(?:[:=]|就?[是係]|为|為)"
    r"|[我就會会]{0,3}(?:在|[发發傳传]|如|放|[等待][下會会]|[一馬马][上会會]){0,2}(?:下[一1]?[条條則则句個个行面]|以下|[后後]面|下)"
    r"(?:[发發傳传打講讲说說][給给]?你?[看]?)?)[\s.:,!]{0,4}\Z"
)
_CAME: Final = expression(
    rf"(?:\A|[\s,.;:])(?:(?:that|this|it|which|above|there)(?: (?:one|above))?(?:'?s| is| was)|[↑⬆👆☝^]) {_OWN}"
    r"(?: (?:btw|now|then|ok|(?:for|of) (?:the|my) (?:wallet|app|account|login)))?(?:\s{0,2}[.!,;()?\n-]|\Z)"
    r"|(?:[上前]面|以上|[这這那呢嗰]|刚才|剛才|刚[发發]|頭先|[它佢])[^\s,.;:!?]{0,6}?(?<!不)(?<!唔)[是係]"
    rf"{_OWN_ZH}[\s.!,]{{0,3}}\Z"
)
_PARTS: Final = expression(
    r"(?<![a-z])(?:halves|half|pieces|parts|both|together|combined|those|these|all of (?:it|them))(?![a-z])"
    r"|[两兩][半段截部條条]|一起|合起|拼起|[几幾]段|分[两兩]"
)
_WORD: Final = expression(r"[!-~]{4,40}")
_CHAT: Final = frozenset({
    "again", "alright", "anyone", "app", "bank", "broken", "bruh", "card", "changed", "check", "code", "cool",
    "correct", "damn", "dear", "done", "email", "error", "exactly", "expired", "failed", "fine", "forgot", "forgotten",
    "good", "great", "hello", "help", "here", "heya", "hiya", "hmmm", "hold", "hope", "invalid", "just", "later",
    "link", "locked", "login", "lost", "madam", "maybe", "morning", "need", "never", "nice", "none", "nope",
    "nothing", "okay", "oops", "password", "perfect", "phone", "please", "really", "recover", "reset", "right",
    "same", "sent", "seriously", "sorry", "still", "sure", "team", "test", "thank", "thanks", "thankyou", "that",
    "there", "this", "true", "typo", "update", "urgent", "wait", "waiting", "wallet", "well", "what", "when", "where",
    "which", "whoops", "working", "wrong", "yeah", "yes", "yess", "yikes",
})  # fmt: skip
"""What people send as a message of one word."""
_HOLD: Final = expression(
    r"(?:(?:wait|hold|one|a|just|sec|second|moment|min|minute|on|ok|okay|so|um+|hm+|等下|等等|稍等|好|嗯)[\s.,!]{0,4}){1,5}"
)

Span = tuple[int, int, str]
"""Start, end and type of a secret."""


def may_be_value(text: str) -> bool:
    """Whether a message is a value with a digit in it, and little else."""
    if not text or len(text) > _CHARS_MAX:
        return False
    said = fold(text).low.split()
    beside = [word for word in said if not any(map(str.isdigit, word))]
    return len(beside) < len(said) and sum(map(len, beside)) <= _LETTERS_BESIDE_MAX


def may_be_word(text: str) -> bool:
    """Whether a message is one word such as people seldom send alone."""
    word = text.strip()
    return (
        _WORD.fullmatch(word) is not None
        and any(map(str.isalpha, word))
        and not word.endswith(("?", ":", "..."))
        and not word.startswith("[")
        and word.lower().rstrip(".!,") not in _CHAT
    )


def announces(texts: Sequence[str]) -> bool:
    """Whether messages, the oldest first, leave no doubt that the one behind them is a password."""
    for text in reversed(texts):
        low = fold(text[-_CHARS_MAX:]).low
        if _HOLD.fullmatch(low) is None:
            return _COMES.search(low) is not None
    return False


def says_password(text: str) -> bool:
    """Whether a message leaves no doubt that the one before it is a password."""
    return len(text) <= _CHARS_MAX and _CAME.search(fold(text).low) is not None


def names(text: str) -> bool:
    """Whether a message says what the one before it is."""
    return len(text) <= _CHARS_MAX and _NAMES.search(fold(text).low) is not None


def names_parts(text: str) -> bool:
    """Whether it says so of several that belong together."""
    return _PARTS.search(fold(text).low) is not None


def masked_beside(texts: Sequence[str], visibility: Visibility, policy: Policy) -> list[list[Span]]:
    """Of each of the messages, the oldest first, what is a secret when they are read as one, line by line."""
    found = [one for one in redact("\n".join(texts), visibility=visibility, policy=policy).findings if one.masked]
    spans: list[list[Span]] = []
    begin = 0
    for text in texts:
        parts = [(max(0, f.start - begin), min(len(text), f.end - begin), f.type) for f in found]
        spans.append([part for part in parts if part[0] < part[1]])
        begin += len(text) + 1
    return spans
