"""What mail programs write around what people write: attributions, separators, header blocks, lines of devices.

Called by quotes.py and forwards.py. English, Chinese, and the usual clients of Europe and East Asia. Each pattern is
matched against one line that was cut before (quotes), so that none takes long.
"""

import re
from typing import Final

from ahocorasick_rs import AhoCorasick

# Whoever has none of these has nothing to fold: one search for all words is many times faster than patterns.
HINTS: Final = AhoCorasick([
    "\n>", "\n--", "\n__", "Sent from ", "Sent via ", "Outlook", "Yahoo Mail: ", "\n ---", "\n***", "Von meinem",
    "iPhone", "iPad", "ndroid", "Samsung", "Galaxy", "HUAWEI", "Huawei", "Xiaomi",
    "Mobil", "mobil", "手机", "手機", "邮箱", "Proton", "GMX", "WEB.DE", "Mail.ru", "BlueMail", "Smartphone",
    "Gesendet", "Inviato ", "Envoyé ", "Enviado ", "Skickat ", "Verzonden ", "Wysłan", "Odesl", "Lähet",
    "下面是被转发", "以下是转发", "開始轉寄", "転送されたメッセージ", "Début du message", "【回复】", "【答",
    "Kimden:", "Feladó:", "Từ:", "De la:", "Από:", "Від:", "寄信人",
    "From:", "Von:", "De:", "De :", "Da:", "Van:", "Fra:", "Från:", "Od:",
    "пишет", "писал", "От:", "Отправлено", "写道", "寫道", "发件人", "寄件者", "寄件人", "發件人", "原始邮件",
    "原始郵件", "发自", "寄自", "傳送自", "來自我", "从我的", "從我的", "書きました", "差出人", "から送信",
    "작성", "보낸", "Lähettäjä:",
])  # fmt: skip
BEGINNINGS: Final = (">", "--", "On ", "＞", "Begin forwarded")
INTRO_HINTS: Final = (
    "wrote", "schrieb", "a écrit", "escribió", "escreveu", "ha scritto", "schreef", "skrev", "napsal", "kirjoitti",
    ">:", "yazdı", "đã viết", "a scris", "írta", "menulis", "έγραψε", "كتب", "כתב", "пише",
)  # fmt: skip
LINE_ENDS: Final = (":\n", ":\r", ": \n", ":  \n", ":\xa0")

WROTE: Final = re.compile(
    r"(?:wrote|schrieb(?: .{1,160})?|a écrit|escribió|escreveu|ha scritto|schreef(?: .{1,160})?|skrev(?: .{1,160})?"
    r"|\d{1,2}[:.]\d{2}.{0,200}@[\w.-]{1,100}[>)]|napsala?|napisała?|kirjoitti|пишет|писала?|написала?|пише|написа|yazdı"
    r"|đã viết|a scris|írta|menulis|έγραψε|كتب|כתב|escriu|写道|寫道|書きました|작성)\s*[:：]$",
    re.IGNORECASE,
)
# How an attribution begins when it may be wrapped; and one that stands on a line of its own.
OPENER: Final = re.compile(r"on |at |am |le |el |em |il |op |den |på |dne |w dniu |в |在|于|於", re.IGNORECASE)
# A date at the beginning, as Russian, Japanese and Korean programs write it, or a name with its address and a date.
DATE_OPENER: Final = re.compile(
    r"(?:[^\W\d_]{1,12}[.,]{1,2} ?)?\d{1,4}(?:[./년年-]| [^\W\d_]{3,12}[. ]).{0,200}\d{1,2}[:.]\d{2}"
    r"|[^@]{0,80}<[^<>@ ]{1,64}@[^<>@ ]{1,250}>\s?[于於]\s?\d{4}"
)
# Any other line that names an address and a time, where a quote follows at once.
ADDRESSED: Final = re.compile(r".*[\w.+-]@[\w.-]+.*[:：]$")
ALONE: Final = re.compile(r"\d|[\"'“]?[\w.]+.{0,80}[<(@]|.{0,40}\d{4}")
CLOCK: Final = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}")
DATED: Final = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[/.年月-]\d{1,2}|[\w.+-]@[\w.-]|\S@\S")
# Enough to believe an attribution whose quote carries no marks: an address, or a time of day beside a year.
CERTAIN: Final = re.compile(r"[\w.+-]@[\w-]+\..*[:：]$|\d{4}.*\d{1,2}[:.]\d{2}.*[:：]$|\d{1,2}[:.]\d{2}.*\d{4}.*[:：]$")

SEPARATOR: Final = re.compile(
    r"[-_=*~ ]{2,}\s*(?:(?:on|am|le|el|em|il|op|den) .{5,250}"
    r"\b(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|skrev)\b:?|original|original mail"
    r"|original message|original appointment|reply message|replied message|ursprüngliche nachricht"
    r"|originalnachricht|message d['’]origine|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|původní zpráva|wiadomość oryginalna"
    r"|исходное сообщение|пересылаемое сообщение|原始邮件|原始郵件|原邮件|回复的原邮件|回复的邮件|元のメッセージ"
    r"|original-nachricht|원본 메시지|原件|回复邮件)\s*[-_=*~ ]{2,}\s*$",
    re.IGNORECASE,
)
FORWARD: Final = re.compile(
    r"(?:[-_=* ]{2,}\s*(?:forwarded message|forwarded by|weitergeleitete nachricht|message transféré|message transmis"
    r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat meddelande"
    r"|转发邮件信息|转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|転送メッセージ)"
    r"|begin forwarded message:|anfang der weitergeleiteten|début du message (?:réexpédié|transféré)"
    r"|下面是被转发的邮件|以下是转发的邮件|開始轉寄|転送されたメッセージ)",
    re.IGNORECASE,
)
FIELD: Final = re.compile(
    r"[|*]?\s?(?:(?P<who>from|von|de|da|van|från|fra|od|от|від|kimden|feladó|từ|de la|από"
    r"|发件人|寄件者|寄件人|發件人|差出人|보낸 ?사람|lähettäjä|发信人|发送人)"
    r"|(?P<subject>subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|předmět|temat|тема|主题|主旨|主題|件名|제목|aihe"
    r"|konu|tárgy|chủ đề|subiect|θέμα)"
    r"|(?:sent|date|to|cc|gesendet|datum|an|envoyé|à|enviado(?: el)?|fecha|para|enviada em|data|inviato|a|verzonden|aan"
    r"|skickat|till|sendt|til|odesláno|komu|wysłano|do|отправлено|дата|кому|发送时间|发送日期|日期|时间|傳送日期|寄件日期"
    r"|收件人|收件者|抄送|副本|送信日時|宛先|보낸 날짜|날짜|받는 ?사람|lähetetty|vastaanottaja|참조"
    r"|gönderme tarihi|tarih|kime|küldve|címzett|đã gửi|tới|trimis|către"
    r"|ημερομηνία|προς|надіслано|кому|传送日期|傳送時間|收信人|寄信人))\s*\*?\s*[:：]\*?\s*(?P<value>.*)",
    re.IGNORECASE,
)
DEVICES: Final = (
    r"iphone|ipad|android|samsung|galaxy|huawei|xiaomi|smartphone|handy|outlook|gmail|yahoo"
    r"|proton ?mail|mail\.ru|gmx|web\.de|mobil"
    r"|cellulare|móvil|bluemail|blackberry"
    r"|手机|手機|华为|小米|荣耀|邮箱大师|邮箱|スマートフォン|휴대폰|телефон"
)
SENT: Final = (
    r"sent|gesendet|envoy|enviad|inviat|verz|verst|skicka|sendt|wysłan|odesl|lähet|gönderil|отправ|надісл|trimis|küld"
    r"|发自|发送|發自|傳送|寄自|送信|보냄|보냈"
)
DEVICE: Final = re.compile(
    r"(?:sent from (?:my |mail for |yahoo|outlook|proton)|sent via |get outlook for |sent with |gesendet von "
    r"|获取 ?outlook|取得 ?outlook|outlook für \w+ (?:beziehen|herunterladen)|holen sie sich outlook"
    r"|télécharger outlook|obtener outlook|obter o outlook|scarica outlook|yahoo mail: "
    r"|von meinem "
    r"|envoyé (?:de|depuis) |enviado (?:desde|do|de) |inviato da |verzonden vanaf |skickat från |sendt fra "
    r"|отправлено (?:с|из) |发自我的|发自我|发自手机|发自网易|从我的|來自我的|從我的|傳送自我的|寄自我的"
    r"|iphoneから送信|androidから送信)"
    rf"|.{{0,40}}\b(?:{DEVICES}).{{0,30}}(?:{SENT})|.{{0,6}}(?:{SENT}).{{0,40}}(?:{DEVICES})",
    re.IGNORECASE,
)
FORWARD_STARTS: Final = frozenset("-_=*bBaAdD下以開転")
SEPARATOR_STARTS: Final = frozenset("-_=*~")
RULED: Final = re.compile(r"[-_=*~]{3,}(?: ?[^-_=*~]{1,40} ?[-_=*~]{3,})?")
RULER: Final = frozenset("_")
ANSWERED: Final = re.compile(r"【(?:回复|答复|回覆|答)】|(?:答复|回复|答)[:：]\s?\S")
"""A line by which somebody answers within what they quote."""
