"""What joins a label to its value, and what shows that a number is a quantity; `password` and `code` share it."""

from typing import Final

from rules.expression import expression

_POINTS: Final = "(?:[-=~]>|[→⇒➜➡▶☞👉⏩])\ufe0f?"
CELL: Final = r"(?:\s{0,2}(?:\|{1,2}|\t|</t[dh]>\s{0,3}<t[dh](?: [^<>\x1a]{0,40})?>)\s{0,3})"
"""From one cell of a table to the next."""
MARK: Final = r"(?:\\?[\"'`]|&quot;)"
FIELD: Final = rf"(?:>|{MARK}(?:\s?[:=]\s?|[\s,][^<>{{}}\x1a]{{0,60}}?(?<![a-z])v(?:alue)?{MARK}?\s?[:=]\s?){MARK}?)"
"""From the name of a field to its value: `"cvv": "123"`, `<cvv>123`, `name="cvv" value="123"`."""
_CLOSED: Final = "(?:</[a-z]{1,8}>)?"
IS: Final = (
    rf"(?:\s{{0,3}}[)\]]?{_CLOSED}(?:[:=]|{_POINTS}|-(?=\s)){_CLOSED}\s{{0,3}}"
    r"|,?\s{1,3}(?:is|was|are|to|is now|as|it'?s|(?:it|which|that) (?:is|was)|ist|lautet|es|est"
    r"|(?:should|would|must|might|may|could|used to|has to|had to) be)"
    r"(?: (?:always|still|now|currently|just|probably|maybe|perhaps|i (?:think|believe|guess)|set to|changed to))?"
    r"(?:\s{0,2}:)?\s{1,3})"
)
SHI: Final = (
    r"\s{0,3}(?:就(?=[0-9a-z])|(?:就|应该|應該|好像|可能|大概|一直|都|也){0,2}[是係]"
    r"|为|為|[设設]置?(?:[为為成]了?|的是?|了|咗)|[改換换][成为為]了?|叫|[填用写寫打输輸报報念说說](?:的是?|了|咗)|[输輸]入的?是?"
    rf"|[显顯]示的?是?|[)\]]?{_CLOSED}[:=]{_CLOSED}|{_POINTS})\s{{0,2}}[:]?\s{{0,2}}"
)
THATS: Final = (
    r"(?:,?\s{1,2}(?:(?:and|but|so) )?(?:i (?:think|believe|guess|reckon|suppose) )?(?:that|this|it|which|those|they)"
    r"(?:'?s| is| was|'?re| are| were))"
)
"""From a value to what it is said to be: `118 i think thats the cvv`."""
TOLD_ZH: Final = (
    r"[,:.\s]{1,2}(?:[我佢他她]|妈妈?|爸爸?|老公|老婆)?(?:就|已经?|都|也|又|便|直接){0,2}"
    r"(?:[报報念说說话話答填输輸打讲講][给給过過]?|告[诉訴]|[发發给給])(?:了|咗)?(?:[他她你我佢]|对方|對方|客服|骗子|騙子)?(?:了|咗|的是)?[,:\s]{0,2}"
)
"""From a label to what somebody did with the value: `他问我密码，我说...`."""
QUOTE: Final = r"(?:<[a-z]{1,8}(?: [^<>\n\x1a]{0,60})?>|\*\*|[\"'`<(\[*])?"
"""What a value may stand in: quotes, brackets, emphasis of a page or of Markdown."""
QUANTITY = expression(
    r"\s{0,2}(?:秒|分|位|次|版|小时|小時|天|个|個|元|块|塊|字|号|號|条|條|年|月|日|点|點|倍|%|\$|sec|min|hour|hrs?(?![a-z])|day|times?(?![a-z])"
    r"|digit|char|letter|word|usd|btc|eth|attempt|people|months?|years?|weeks?|messages?|emails?)"
)
REFERENCE: Final = expression(
    r"\$[{(]|\{\{|!vault(?![!-~])|%[a-z_]{3,40}%|<[a-z][a-z _\-]{1,40}>"
    r"|(?:[a-z_]{1,20}\.){0,3}(?:env|environ|getenv|secrets|config|settings)[.(\[]"
    r"|(?:[a-z_]{1,20}\.){1,4}(?:password|passwd|passphrase|pass|pwd|secret|token|mnemonic)(?![0-9a-z])"
    r"|(?:your|insert|enter|replace|paste)[_\-](?:[a-z]{1,12}[_\-]){0,4}[a-z]{1,12}(?![!-~])"
)
"""What says where a value is kept, and is none: `${DB_PASSWORD}`, `process.env.PIN`, `your-key-here`."""
MADE_BY: Final = expression(
    r"(?:iphone|ipad|ios|macos|android|windows|win|mac|mi|huawei|honor|redmi|pixel|galaxy|samsung|chrome|firefox|safari"
    r"|edge|v|ver|version|err(?:or)?|code|erc|trc|bep|step|page|face|touch"
    r"|ed|x|aes|rsa|sha|md|utf|base|bip|slip|eip|secp|argon|blake|keccak|tls|ipv"
    r"|bitbox|coldcard|keystone|onekey|safepal|tangem|ellipal|secux|coolwallet|jade"
    r"|keepass(?:xc|dx)?|bitwarden|1password|lastpass|dashlane|nordpass|enpass|roboform|authy|metamask|ledger|trezor)"
    r"[ \-_]?[0-9.]{1,10}[a-z]{0,4}[0-9]?\Z"
)
"""What is no password though it looks like one: devices, programs and their versions, algorithms, error codes."""
