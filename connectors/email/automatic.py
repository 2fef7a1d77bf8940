"""Who wrote, a person or a machine, and whether the sender is proven: what header fields say beside the message.

Called by parse.py. Pure. Sources: RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 8601 (Authentication-Results),
Microsoft's X-Auto-Response-Suppress, and the habits of vacation programs.
"""

import re
from typing import Final

from connectors.email.headers import Headers, unfold
from router.model.message import Automatic

_AUTO_FIELDS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress", "x-loop")
_BULK_FIELDS: Final = ("list-id", "list-post", "x-mailing-list")
_PRECEDENCE_FIELDS: Final = ("precedence", "x-precedence")
_BULK_PRECEDENCE: Final = frozenset({"bulk", "list", "junk"})
_REPLY_PRECEDENCE: Final = frozenset({"auto_reply", "auto-reply"})
_MACHINE: Final = re.compile(r"(?:mailer-?daemon|postmaster|mail-daemon)@")
_NO_REPLY: Final = re.compile(r"(?:no|do-?not|donot)[-_.]?reply(?:[-_.+][^@]*)?@")
# What Exchange, Notes and others call it; more languages, where a colon says that it is no sentence.
_AWAY_TITLE: Final = re.compile(
    r"(?:re: )?(?:автоматический ответ|автоматична відповідь|автоматичен отговор|αυτόματη απάντηση|otomatik yanıt"
    r"|automatická odpoveď|automatikus válasz|răspuns automat|a[uv]tomatski odgovor|samodejni odgovor|automaatvastus"
    r"|automātiskā atbilde|automatinis atsakymas|sjálfvirkt svar|trả lời tự động|balasan otomatis|(?:การ)?ตอบกลับอัตโนมัติ"
    r"|رد تلقائي|(?:תגובה|תשובה) אוטומטית|自動応答|不在通知|(?:부재중 )?자동 ?(?:응답|회신)|vacation (?:reply|response)"
    r"|nicht im büro|absence du bureau|auto: .{0,80}(?:out of (?:the )?office|is away|abwesend|absent|ausente|assente))"
    r"\s*(?:[:：(]|$)",
    re.IGNORECASE,
)
_AWAY: Final = re.compile(
    r"(?:re: )?(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|i am away"
    r"|abwesenheitsnotiz|automatische antwort|abwesend:|réponse automatique|absence du bureau|respuesta automática"
    r"|fuera de (?:la )?oficina|resposta automática|risposta automatica|fuori sede|automatisch antwoord|afwezig"
    r"|automatiskt svar|autosvar|automaattinen vastaus|automatická odpověď|odpowiedź automatyczna|автоответ"
    r"|自动回复|自動回覆|自动答复|自動返信|자동 회신)",
    re.IGNORECASE,
)


def classify(headers: Headers, sender: str, subject: str, content_type: str, report: str) -> Automatic:
    """How the mail was made; anything but "none" is stored and threaded and never answered by the machine."""
    empty_path = "<>" in map(unfold, headers.get("return-path", ()))
    if (
        report == "delivery-status"
        or "x-failed-recipients" in headers
        or _MACHINE.match(sender)
        or (empty_path and content_type == "multipart/report" and not report)
    ):
        return "bounce"
    if _is_auto_reply(headers, subject, report) or empty_path:
        return "auto_reply"
    if (
        not headers.keys().isdisjoint(_BULK_FIELDS)
        or not _BULK_PRECEDENCE.isdisjoint(_precedence(headers))
        or _NO_REPLY.match(sender)
    ):
        return "bulk"
    return "none"


def is_mailing(headers: Headers) -> bool:
    """Whether one can unsubscribe from it, or the like (RFC 2369), so that no machine answers (RFC 5230, section 4.6).

    Customers' own programs write such fields too: by themselves they make no mail automatic.
    """
    return any(name.startswith("list-") for name in headers)


def _is_auto_reply(headers: Headers, subject: str, report: str) -> bool:
    submitted = headers.get("auto-submitted")
    if submitted and unfold(submitted[0]).partition(";")[0].strip().lower() not in {"no", ""}:
        return True
    return (
        report == "disposition-notification"
        or not headers.keys().isdisjoint(_AUTO_FIELDS)
        or not _REPLY_PRECEDENCE.isdisjoint(_precedence(headers))
        or _AWAY.match(subject) is not None
        or _AWAY_TITLE.match(subject) is not None
    )


def _precedence(headers: Headers) -> list[str]:
    return [unfold(value).lower() for name in _PRECEDENCE_FIELDS if name in headers for value in headers[name]]


# --- proof of the sender -------------------------------------------------------------------------------------------

_MARK: Final = re.compile(r"\\.|[\"();]", re.DOTALL)
_LOCAL: Final = r"\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"@)?\"?(?:[^@\s;\"]*@)?([^\s;@\"]+)"
"""Up to the domain. What stands before the @ is anybody's own choice: a quoted one may look like a domain."""
_DOMAIN: Final = {
    "dmarc": re.compile(rf"header\.from{_LOCAL}", re.IGNORECASE),
    "dkim": re.compile(rf"header\.[di]{_LOCAL}", re.IGNORECASE),
    # What a server greets with is looked at only where it says nothing of the envelope.
    "spf": re.compile(rf"\A(?:.*?smtp\.mailfrom|.*?smtp\.helo){_LOCAL}", re.IGNORECASE),
}
_RESULT: Final = re.compile(r"\s*(dmarc|dkim|spf)\s*(?:/\s*\d+\s*)?=\s*(\w+)", re.IGNORECASE)
_FIELDS_MAX: Final = 20
_FIELD_CHARS_MAX: Final = 4_000
_FAILS: Final = frozenset({"fail", "hardfail", "permerror", "policy"})


def verified(headers: Headers, sender: str, trusted_authserv_id: str) -> bool | None:
    """Whether our own mail server proved the sender's domain; None when it said nothing.

    Only fields with the trusted id count. That server must remove such fields from mail it takes in (RFC 8601,
    section 5). DMARC's word is final; else a DKIM or SPF pass counts when its domain is the sender's.
    """
    trusted = trusted_authserv_id.lower()
    if not trusted:
        return None
    domain = sender.rpartition("@")[2]
    seen: set[str] = set()
    for value in headers.get("authentication-results", ())[:_FIELDS_MAX]:
        server, *results = _parts(unfold(value)[:_FIELD_CHARS_MAX])
        if server.lower().split()[:1] == [trusted]:  # a version number may follow
            seen.update(_word(part, domain) for part in results)
    if "dmarc=fail" in seen:
        return False
    if seen & {"dmarc=pass", "dkim=pass", "spf=pass"}:
        return True
    return False if any(word.endswith("=fail") for word in seen) else None


def _parts(text: str) -> list[str]:
    """What semicolons part, without comments, which may nest; in both, and in quotes, strangers' words may stand. What
    is never closed counts for nothing."""
    parts, part, start, depth, quoted = list[str](), "", 0, 0, False
    for found in _MARK.finditer(text):
        mark = found[0]
        if quoted:
            quoted = mark != '"'
        elif mark == "(":
            part += "" if depth else text[start : found.start()]
            depth += 1
        elif depth:
            depth -= mark == ")"
            start = found.end()
        elif mark == '"':
            quoted = True
        elif mark == ";":
            parts.append(part + text[start : found.start()])
            part, start = "", found.end()
    return [*parts, "" if quoted or depth else part + text[start:]]


def _word(part: str, domain: str) -> str:
    """`method=pass` or `method=fail` of one result, or nothing; a pass for a foreign domain proves nothing: fail."""
    match = _RESULT.match(part)
    if match is None:
        return ""
    method, result = match[1].lower(), match[2].lower()
    if result == "pass":
        found = _DOMAIN[method].search(part)
        named = found[1].lower() if found is not None else domain
        return f"{method}=pass" if domain == named or domain.endswith("." + named) else f"{method}=fail"
    return f"{method}=fail" if result in _FAILS else ""
