"""What mail programs write around what people write: attributions, separators, header blocks, lines of devices.

Called by quotes.py and forwards.py. English, Chinese, and the usual clients of Europe and East Asia. Each pattern is
matched against one line that was cut before (quotes), so that none takes long.
"""

import re
from typing import Final

from ahocorasick_rs import AhoCorasick

from rules.expression import expression

# Whoever has none of these has nothing to fold: one search for all words is many times faster than patterns.
HINTS: Final = AhoCorasick([
    "\n>", "\n--", "\n__", "Sent from ", "Sent via ", "Outlook", "Yahoo Mail: ", "\n ---", "\n***", "Von meinem",
    "iPhone", "iPad", "ndroid", "Samsung", "Galaxy", "HUAWEI", "Huawei", "Xiaomi",
    "Mobil", "mobil", "手机", "手機", "邮箱", "Proton", "GMX", "WEB.DE", "Mail.ru", "BlueMail", "Smartphone",
    "Gesendet", "Inviato ", "Envoyé ", "Enviado ", "Skickat ", "Verzonden ", "Wysłan", "Odesl", "Lähet",
    "下面是被转发", "以下是转发", "開始轉寄", "転送されたメッセージ", "Début du message", "【回复】", "【答",
    "Kimden:", "Feladó:", "Gönderen", "Odosielateľ:", "Šalje:", "Pošiljatelj:", "Nuo:", "Saatja:", "Dari",
    "จาก:", "מאת:", "من:", "Từ:", "발신인:", "送信元", "נשלח", "تم الإرسال", "gửi từ", "De la:", "Από:", "Від:",
    "From:", "Von:", "De:", "De :", "De\xa0:", "Da:", "Van:", "Fra:", "Från:", "Od:", "寄信人", "Secured with",
    "##", "above this line",
    "пишет", "писал", "От:", "Отправлено", "写道", "寫道", "发件人", "寄件者", "寄件人", "發件人", "原始邮件",
    "原始郵件", "发自", "寄自", "傳送自", "來自我", "从我的", "從我的", "書きました", "差出人", "から送信",
    "작성", "보낸", "Lähettäjä:",
])  # fmt: skip
BEGINNINGS: Final = (">", "--", "On ", "＞", "Begin forwarded")
INTRO_HINTS: Final = (
    "wrote", "writes", "schrieb", "a écrit", "escribió", "escreveu", "ha scritto", "schreef", "geschre", "skrev",
    "napsal", "kirjoitti", "napis", "napís", "rašė", "rakst", "kirjutas", "написа", "のメール", "작성", "เขียน",
    ">:", "yazdı", "đã viết", "a scris", "írta", "menulis", "έγραψε", "كتب", "כתב", "пише",
)  # fmt: skip
LINE_ENDS: Final = (":\n", ":\r", ": \n", ":  \n", ":\xa0")

WROTE: Final = expression(
    r"(?:\b(?:wrote|writes|schrieb|geschrieben|schreef|geschreven|skrev|(?<!m['’]a )écrit|(?<!me )escribió"
    r"|escreveu|escriu|scritto|napsala?|napísala?|napisała?|napsal\(a\)|napísal\(a\)|napisał\(a\)|pisze|napisao|napisala|kirjoitti|kirjutas|rašė|rakstīja|írta"
    r"|yazdı|пишет|писала?|написала?|написал\(а\)|пише|написа|написав|đã viết|a scris|menulis|έγραψε|כתב|كتب)(?!\w)"
    r"(?:\s.{0,100}\d\d\W{0,3}|\sje)?|(?:schrieb|schreef|skrev) (?!(?:ich|ik|jag|jeg) ).{1,160}"
    r"|写道|寫道|書きました|のメール|작성|เขียนว่า)"
    r"\s*[:：]$",
    re.IGNORECASE,
)
ADDRESSED: Final = expression(r"\d{1,2}[:.]\d{2}.{0,200}@[\w.-]{1,100}[>)]\s*[:：]$")
"""Without a word for writing, behind a date (Gmail in Russian and Japanese)."""
# How an attribution begins when it may be wrapped; and one that stands on a line of its own.
OPENER: Final = expression(r"on |at |am |le |el |em |il |op |den |på |dne |w dniu |в |在|于|於", re.IGNORECASE)
# A date at the beginning, as Russian, Japanese and Korean programs write it, or a name with its address and a date.
DATE_OPENER: Final = expression(
    r"(?:[^\W\d_]{1,12}[.,]{1,2} ?)?\d{1,4}(?:[./년年-]| [^\W\d_]{3,12}[. ]).{0,200}\d{1,2}[:.]\d{2}"
    r"|[^@]{0,80}<[^<>@ ]{1,64}@[^<>@ ]{1,250}>\s?[于於]\s?\d{4}"
)
ALONE: Final = expression(r"\d|[\"'“]?[\w.]+.{0,80}[<(@]|.{0,40}\d{4}")
ADDRESS_ENDS: Final = expression(r"[<(][^\s<>()@]{1,64}@[^\s<>()@]{1,250}[>)] ?[:：]$")
QUOTING: Final = frozenset(">＞")
MOMENT: Final = expression(r"\d{1,2}[:.]\d{2}")
CLOCK: Final = expression(r"\d{1,2}[:.]\d{2}|\d{4}")
DATED: Final = expression(r"\d{1,2}[:.]\d{2}|\d{4}|\d{1,2}[/.年月-]\d{1,2}|[\w.+-]@[\w.-]|\S@\S")
# Enough to believe an attribution whose quote carries no marks: an address, or a time of day beside a year.
CERTAIN: Final = expression(r"[\w.+-]@[\w-]+\..*[:：]$|\d{4}.*\d{1,2}[:.]\d{2}.*[:：]$|\d{1,2}[:.]\d{2}.*\d{4}.*[:：]$")

_TITLES: Final = (
    r"original(?:[- ](?:message|mail|e-?mail|appointment|nachricht))?|reply message|replied message"
    r"|ursprüngliche (?:nachricht|e-mail)|originalnachricht|message d['’]origine|mensaje original|mensagem original"
    r"|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding"
    r"|původní (?:zpráva|e-mail)|pôvodná správa|wiadomość oryginalna|oryginalna wiadomość"
    r"|alkuperäinen viesti|eredeti üzenet|mesaj original|orijinal (?:mesaj|ileti)|αρχικό μήνυμα|missatge original"
    r"|thư gốc|исходное сообщение|пересылаемое сообщение|оригинальное сообщение|оригінальне повідомлення"
    r"|原始邮件|原始郵件|原邮件|原郵件|原始信件|回复的原邮件|回复的邮件|原件|回复邮件"
    r"|元のメッセージ|元のメール|원본 ?메시지|원본 ?메일|\[ ?원본 ?메일 ?정보 ?\]"
)
TITLED: Final = expression(rf"(?:{_TITLES})[:：]?", re.IGNORECASE)
"""A title that stands above the history without rulers."""
SEPARATOR: Final = expression(
    r"[-_=*~ ]{2,}\s*(?:(?:on|am|le|el|em|il|op|den) .{5,250}"
    r"\b(?:wrote|schrieb|écrit|escribió|escreveu|scritto|schreef|skrev)\b:?"
    rf"|{_TITLES})\s*[-_=*~ ]{{2,}}\s*(?:$|[^\W\d_]{{1,14}}(?: [^\W\d_]{{1,10}})? ?[:：])",
    re.IGNORECASE,
)
"""A line of its own, or the header block runs on in it (Samsung)."""
ABOVE: Final = expression(
    r"## ?- ?\S.{3,160}- ?##$"
    r"|[-#=*_ ]*(?:please )?(?:reply|respond|write|(?:type|enter|write|add) (?:your )?(?:reply|response|answer))"
    r" (?:only )?above this line\b.{0,20}$",
    re.IGNORECASE,
)
"""How a help desk's own mail begins (Zendesk in every language): the customer's words stand above it."""
FORWARD: Final = expression(
    r"(?:[-_=* ]{2,}\s*(?:forwarded message|forwarded by|weitergeleitete nachricht|message transféré|message transmis"
    r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|vidarebefordrat meddelande"
    r"|转发邮件信息|转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|転送メッセージ)"
    r"|begin forwarded message:|anfang der weitergeleiteten|début du message (?:réexpédié|transféré)"
    r"|下面是被转发的邮件|以下是转发的邮件|開始轉寄|転送されたメッセージ)",
    re.IGNORECASE,
)
FIELD: Final = expression(
    r"(?:\||\*{1,2})?\s?(?:(?P<who>from|von|de|da|van|från|fra|od|от|від|kimden|gönderen|feladó|từ|de la|από"
    r"|odosielateľ|šalje"
    r"|pošiljatelj|nuo|saatja|dari|daripada|จาก|מאת|من"
    r"|发\s?件\s?人|寄件者|寄件人|發件人|差出人|送信者|送信元|발신인|보낸 ?사람|보낸이|lähettäjä|发信人|发送人)"
    r"|(?P<subject>subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|předmět|predmet|zadeva|temat|тема"
    r"|относно|assumpte|teema|subjek|perihal|เรื่อง|נושא|الموضوع|主\s?题|主旨|主題|件名|제목|aihe|konu|tárgy"
    r"|chủ đề|tiêu đề|subiect|θέμα)"
    r"|(?:sent(?: time)?|date|to|cc|gesendet|datum|an|envoyé(?: le)?|à|enviado(?: el| em)?|fecha|para|enviada em"
    r"|data|inviato|a|verzonden|aan|enviat|per a|skickat|till|sendt|til|odesláno|odoslané|komu|za|prima|poslano|wysłano"
    r"|do|отправлено|дата|кому|изпратено|до|išsiųsta|kam|saadetud|adressaat|dikirim|terkirim|kepada|dihantar|ส่ง"
    r"|วันที่|ถึง|נשלח|אל|تم الإرسال|إلى"
    r"|发送时间|发件时间|发送日期|日\s?期|时\s?间|傳送日期|寄件日期"
    r"|收\s?件\s?人|收件者|抄\s?送|副本|送信日時|日時|日付|宛先|수신인|보낸 날짜|날짜|받는 ?사람|받는이|참조"
    r"|lähetetty|vastaanottaja"
    r"|gönderme tarihi|gönderilme tarihi|tarih|kime|küldve|címzett|đã gửi|tới|ngày|đến|trimis|către"
    r"|ημερομηνία|προς|надіслано|кому|传送日期|傳送時間|收信人|寄信人))\s*\*{0,2}\s*[:：]\*{0,2}\s*(?P<value>.*)",
    re.IGNORECASE,
)
_DEVICES: Final = (
    r"iphone|ipad|android|samsung|galaxy|huawei|xiaomi|smartphone|handy|outlook|gmail|yahoo|proton ?mail|mail\.ru|gmx"
    r"|web\.de|mobil|cellulare|celular|móvil|bluemail|blackberry|pixel|oneplus|fairphone|tablet|\bmail\b|\bt[eé]l[eé]fon"
    r"|phone\b|windows|k-9|fairemail|spark|thunderbird|mailspring|canary|shortwave|missive|airmail|em client|tuta"
    r"|手机|手機|华为|小米|荣耀|盖乐世|邮箱大师|邮箱|スマートフォン|휴대폰|телефон|почт"
)
_SENT: Final = (
    r"sent (?:from|via|with|using)\b|gesendet (?:von|mit|über|aus)\b|envoyé|enviad[oa]|inviat[oa]|verzonden|verstuurd"
    r"|skickat|sendt|wysłan|odesl|lähet|gönderil|отправ|надісл|trimis|elküld|küld|στάλθ|đã gửi|dikirim|ส่งจาก|נשלח"
    r"|تم الإرسال|أُ?رسلت|enviat d|发自|发送自|发送|發自|傳送自|寄自|來自我的"
)
_SENT_LAST: Final = r"(?:gesendet|gönderildi|küldve|verzonden|verstuurd|发送|发来|傳送|送信|보냄|보냈\w{0,4})\W{0,3}$"
"""In languages whose verb stands at the end."""
_DEVICE_BEGINS: Final = expression(
    r"(?:sent from (?:mail for |yahoo|outlook)|sent (?:with|from) proton|get [\w ]{2,20} for (?:android|ios|mac|win)"
    r"|(?:获取|取得|下载|下載|hent|hämta|hanki|skaff|télécharge[rz]|obten(?:ir|ez)|obtener|descargar|obter o|baixar o"
    r"|scarica|ottieni|pobierz(?: aplikację)?|získa[tj]\w*|stáhnout|скачать|завантажити|holen sie sich|laden sie)"
    r" ?outlook\b|outlook .{2,20} (?:beziehen|herunterladen|downloaden|を入手|다운로드|edinin|indir)"
    r"|android용 outlook|.{0,40}outlook.{0,40}\baka\.ms/|yahoo mail: |secured with |gesichert mit tuta"
    r"|发自我的|发自我|发自手机|发自网易|签名由\s?网易|来自(?:飞书|钉|阿里|网易|腾讯|QQ|小米)邮|[从從]我的.{1,20}(?:发送|傳送|发出|送出)|iphoneから送信|androidから送信)"
    rf"|\W{{0,4}}(?:{_SENT}).{{0,30}}(?:{_DEVICES}|https?://)(?!.*\b(?:I|is|was|which|ich|ist|war)\b)",
    re.IGNORECASE,
)
_DEVICE_THEN_SENT: Final = expression(
    rf"(?!ich |wir |es |das |ik |我(?!的)).{{0,40}}(?<![a-z])(?:{_DEVICES}).{{0,30}}{_SENT_LAST}", re.IGNORECASE
)
_ENDS_SENT: Final = expression(_SENT_LAST, re.IGNORECASE)
_SENT_LAST_CHARS: Final = 20
"""So many characters the end of a line takes at most that _ENDS_SENT matches."""


_OF_DEVICE: Final = AhoCorasick([
    "sent from", "sent via", "sent with", "sent using", " for android", " for ios", " for mac", " for win", "outlook",
    "yahoo mail: ", "secured with", "gesichert mit", "签名由", "来自", "从我的", "從我的", "gesendet", "envoyé",
    "enviado", "enviada", "enviat d", "inviato", "inviata", "verzonden", "verstuurd", "skickat", "sendt", "wysłan",
    "odesl", "lähet", "gönderil", "отправ", "надісл", "trimis", "küld", "στάλθ", "đã gửi", "dikirim", "ส่งจาก", "נשלח",
    "تم الإرسال", "رسلت", "发自", "發自", "发送", "发来", "傳送", "寄自", "來自我的", "送信", "보냄", "보냈",
])  # fmt: skip
"""One of these is in every line that `is_of_device` knows."""


def holds(words: AhoCorasick, text: str) -> bool:
    """Whether any of `words` is in a text."""
    try:
        return bool(words.find_matches_as_indexes(text))
    except UnicodeEncodeError:  # a lone surrogate, which no stored text has: look closely
        return True


def may_be_of_device(text: str) -> bool:
    """Whether any line of a text can be one that a program adds: what few texts have is looked for at once."""
    return holds(_OF_DEVICE, text.lower())


def is_of_device(line: str) -> bool:
    """Whether it is a line that a program adds, at the end or as a paragraph of its own; people write such lines, too.

    A device is looked for anywhere in a line only where its end says that something was sent: few lines do.
    """
    if _DEVICE_BEGINS.match(line):
        return True
    sent = _ENDS_SENT.search(line, max(0, len(line) - _SENT_LAST_CHARS)) is not None
    return sent and _DEVICE_THEN_SENT.match(line) is not None


LINKED: Final = expression(r"[<(]?https?://\S+")
FORWARD_STARTS: Final = frozenset("-_=*bBaAdD下以開転")
SEPARATOR_STARTS: Final = frozenset("-_=*~")
RULED: Final = expression(r"[-_=*~]{3,}(?: ?[^-_=*~](?:[^_=*~]{0,38}[^-_=*~])? ?[-_=*~]{3,})?")
RULER: Final = "_"
ANSWERED: Final = expression(r"【(?:回复|答复|回覆|答)】|(?:答复|回复|答)[:：]\s?\S")
"""A line by which somebody answers within what they quote."""
CLOSING: Final = expression(
    r"(?:(?:with )?(?:kind(?:est)?|best|warm(?:est)?|many|sincere|friendly)? ?(?:regards|wishes|greetings)"
    r"|(?:all the |my )?best|yours(?: (?:sincerely|faithfully|truly))?|sincerely(?: yours)?|respectfully|cheers|br|kr"
    r"|mit (?:\w+(?:en|em) ){1,2}gr[uü](?:ß|ss)e?n?|(?:viele|beste|freundliche|liebe|herzliche|schöne) gr[uü](?:ß|ss)e?"
    r"|hochachtungsvoll|mfg|vg|lg|(?:bien )?(?:cordialement|à vous)|(?:(?:bien )?sincères |mes )?salutations(?: \w+)?"
    r"|(?:un |reciba un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|atenciosamente|atte|cumprimentos"
    r"|(?:com os )?melhores cumprimentos|(?:cordiali|distinti) saluti|cordialmente|saluti"
    r"|(?:met )?vriendelijke groet(?:en)?|groeten|mvg|(?:med )?v[äe]nlig(?:e)? h[äi]lsning(?:ar|er)?|mvh|hälsningar"
    r"|(?:med )?(?:venlig|vennlig) hilsen|ystävällisin terveisin|terveisin|z poważaniem|pozdrawiam|s pozdravem"
    r"|s úctou|с уважением|з повагою|üdvözlettel|saygılarımla|cu (?:stimă|respect)|με εκτίμηση|trân trọng"
    r"|此致|敬礼|敬禮|此致敬礼|顺颂商祺|順頌商祺|顺祝商祺|祝好|祝商祺|商祺|敬祝商祺|よろしくお願い(?:いた)?します|敬具|감사합니다)"
    r"\s?[,，.。!！、]{0,2}",
    re.IGNORECASE,
)
"""The formula above a name."""
