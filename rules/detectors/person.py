"""Names and street addresses, the least certain types: only where a sentence says that one follows.

Looked for on public channels only; `registry` leaves both out where the policy does not ask for them.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rules.detectors.anchored import around, starting
from rules.detectors.connective import CELL, FIELD
from rules.detectors.hit import Hit
from rules.detectors.scan import Scan
from rules.expression import expression

_LETTERS: Final = r"[^\W\d_]"
_SURNAMES: Final = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡林郭何高罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖田董潘袁蔡蒋蔣余于杜叶葉程"
    "魏苏蘇吕呂丁任卢盧姚沈钟鐘姜崔谭譚陆陸范汪廖石金贾賈韦韋夏付傅方邹鄒熊白孟秦邱江尹薛阎閻段雷侯龙龍黎史陶贺賀毛郝顾顧龚龔邵万萬覃武"
    "钱錢戴严嚴莫孔向常汤湯康易乔喬赖賴文欧歐莊庄温溫柯阮俞詹耿"
)
_WHOLE_ZH: Final = (
    r"(?:欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|司徒|东方|東方|皇甫|尉迟|尉遲|公孙|公孫|慕容"
    rf"|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?"
)
_NAME_ZH = expression(
    r"(?:我叫|(?<=[她他妈媽爸哥弟姐妹友事婆公儿兒太子人名])叫|我的名字(?:叫|是)|全名(?:是|叫|[:=])?|我姓名是"
    r"|本人姓名|姓名(?:是|为|[:=])?|户名(?:是|[:=])?|戶名(?:是|[:=])?|收款人(?:是|[:=])?|持卡人(?:是|[:=])?"
    r"|名字(?:是|叫|[:=])|开户人(?:是|[:=])?|真[实實]姓名(?:是|[:=])?|(?:联系|聯絡|聯繫|收件|寄件|收货|收貨"
    r"|申请|申請|汇款|匯款|付款|投保|受益|被保[险險])人(?:姓名|是|叫|[:=])?|[账帳戶户][户戶口号號]?名[称稱]?(?:是|[:=])|(?:打款|[转轉][账賬帳]|[汇匯]款)[给給]"
    r"|本人)\s{0,2}"
    rf"(?P<value>{_WHOLE_ZH})"
    r"(?=[\s,.;:!?)(<\"'、/|0-9a-zA-Z]|\Z|的|是|在|身份|手机|电话|电話|男|女|我|请|想|要|账|帐|钱|昨|今|已|住"
    r"|来自|先生|女士|护照|地址|邮箱|你好|您|没|沒|有|和|跟|填|写|寫)"
)
# A field of a record: `"realName":"..."`.
_FIELD_ZH = expression(rf"[Nn]ame{FIELD}(?P<value>{_WHOLE_ZH[:-1]})(?=[\"'<])")
_I_AM_ZH = expression(rf"我[是係](?P<value>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[,.;\s]|本人|\Z)")
_NOT_A_NAME: Final = expression(
    r"常客|高手|高级|黄金|金卡|老用户|方便|.(?:什|啥|甚|了|过|個|个|车|么|不|没|是|的|来|去|到|号|码)"
)
_CAPITAL: Final = "[A-ZÀ-ÖØ-Þ]"
_SMALL: Final = "[a-zß-öø-ÿāăąćčďđēęěğīıłńňőřśşšťūůűźżž]"
_PARTICLE: Final = r"(?:(?:van|von|der|den|de|del|di|da|dos|la|le|bin|al) ){0,2}(?:Mc|O')?"
_GREETING: Final = (
    "i am|i'?m|this is|regards|sincerely|faithfully|truly|attn|attention|cheers|best wishes|best|thanks|signed(?=[,:])"
)
_WHOSE: Final = (
    r"(?:my|her|his|their|our|(?:wife|husband|partner|son|daughter|mother|father|mum|mom|dad|brother|sister"
    r"|friend|uncle|aunt"
    r"|grandmother|grandfather|customer|client|sender|recipient|holder|owner|cardholder|account holder)['’]s)"
)
_ROLE: Final = (
    "ship to|deliver to|recipient|beneficiary|payee|contact(?: person)?"
    "|applicant|signatory|sender|remitter|payer|debtor|creditor|insured|consignee|shipper|addressee"
)
"""Who fills in or is named in a form."""
_PAPER: Final = r"(?:(?:the|my|his|her) )?(?:bank )?(?:card|account|id|id card|full|passport|licen[cs]e|document|it)"
_NAME_EN = expression(
    rf"(?:(?i:(?<![a-z])(?:{_WHOSE} (?:full |real |legal |first )?name is|my name's|full name(?: is)?"
    rf"|name (?:as )?(?:on|in) {_PAPER}(?: is)?"
    rf"|(?:{_ROLE})(?=\s?[:=|\n]|[\"'])"
    r"|account holder(?: is)?|cardholder(?: name)?(?: is)?|account name|full_?name|(?:first|last|sur|real)_?name|name)"
    rf"(?:\s{{0,2}}[:=]?\s{{1,2}}|{CELL}|{FIELD}|(?<=ame),)|姓名\s?[:=]?\s{{0,2}}|(?<![a-z])fn(?:;[a-z0-9=;\-]{{1,40}})?:)"
    rf"|(?:(?i:(?<![a-z])(?:{_GREETING}))[,.:]?\s{{1,3}}))"
    rf"(?P<value>(?:(?:Mr|Mrs|Ms|Dr|Mx)\.? )?{_CAPITAL}{_SMALL}{{1,24}}"
    rf"(?:[ \-']{_PARTICLE}{_CAPITAL}(?:{_SMALL}{{1,24}}|\.)){{1,3}})(?!{_LETTERS})"
)
_NAME_EN_CAPITALS = expression(
    rf"(?i:(?<![a-z])(?:name (?:as )?(?:on|in) {_PAPER}(?: is)?|account holder(?: is)?|card ?holder(?: name)?(?: is)?"
    rf"|full name(?: is)?|{_WHOSE} name is))\s{{0,2}}:?\s{{0,2}}"
    r"(?P<value>[A-Z]{2,20}(?: [A-Z]\.?)?(?: [A-Z]{2,20}){1,3})(?![a-zA-Z])"
)
_NAME_EN_ONE = expression(
    r"(?i:(?<![a-z])(?:my (?:full |first |last )?name is "
    rf"|(?:surname|(?:last|first|middle|family|given)[ _\-]?names?)(?:\(s\))?(?:\s?[:=]\s{{0,2}}|{CELL}|{FIELD})))"
    r"(?P<value>[A-Z](?:[a-z]{1,20}|[A-Z]{1,20})(?:[\-'][A-Z](?:[a-z]{1,20}|[A-Z]{1,20}))?)(?![a-zA-Z])"
)
_TITLE_EN = expression(
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Dr)\.? (?P<value>[A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20})?)(?![a-zA-Z])"
)
# Capitalised words that follow a greeting or a name, and are none.
_NOT_NAME = expression(
    r"(?<![A-Za-z])(?:Support|Team|Customer|Service|Wallet|Account|Help|Desk|Bitcoin|Ethereum|Google|Apple"
    r"|Android|The"
    r"|This|Please|Trust|Binance|Coinbase|Not|Wrong|English|Chinese|Samsung|Windows|Hong|New|Security|Official|Admin"
    r"|Smart|Chain|Network|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Ledger|Trezor|Tether|Polygon|Solana"
    r"|Thanks|Thank"
    r"|Regards|Best|Hello|Hi|Dear|Sent|And|But|My|We|They|You|It|What|Why|How|When|Kind|Cheers|Very|So|Really"
    r"|Still|Also|Now|Happy|Sad|Sorry|Glad|Angry|Unable|Waiting|Having|Trying|Getting|Writing|With|About|From"
    r"|For|Of|At|By|As|If|Is|Was|Out|Off|Over|That|Your|Our|Me)(?![a-z])"
)
_NAME_MIN: Final = 2
# A capital after a label, without which there is no name.
_NAME_FOLLOWS = expression(
    rf"(?:(?i:names?(?:'s| is| (?:as )?(?:on|in) {_PAPER}(?: is)?|\(s\))?|holder(?: name)?(?: is)?"
    rf"|{_ROLE}|fn(?=[:;])|姓名))(?:{CELL}|{FIELD}|,|;[A-Za-z0-9=;\-]{{1,40}}:"
    rf"|\s{{0,2}}[:=]?\s{{0,2}}){_CAPITAL}"
)
_SIGNED = expression(rf"(?i:{_GREETING})[,.:]?\s{{1,3}}{_CAPITAL}{_SMALL}{{1,24}}\.?[ \-']")
_LABEL_CHARS: Final = 24
_NAME_CHARS: Final = 260

_STREET_EN = expression(
    r"(?<![0-9A-Za-z#.\-])(?:(?:Apt|Apartment|Flat|Unit|Suite|Room|No)\.? ?[0-9A-Za-z\-]{1,6}, (?:[0-9]{1,3}/F, )?"
    r"(?:(?:Block|Tower|Phase|Blk) [0-9A-Z]{1,3}, )?|(?:Block|Blk) (?=[0-9])|[0-9]{1,4}[A-Za-z]?/)?"
    r"[0-9]{1,5}[A-Za-z]?,? (?:(?:North|South|East|West|N|S|E|W)\.? )?"
    r"(?:[A-Z][a-z']{1,20}|[0-9]{1,3}(?:st|nd|rd|th))(?: [A-Z][a-z']{1,20}){0,3}? "
    r"(?:(?:St|Rd|Ave|Ln|Dr|Blvd|Ct|Pl|Sq|Pkwy|Hwy|Cir)(?:\.(?=[ ,][ A-Z0-9]))?|Street|Road|Avenue|Lane|Drive|Boulevard"
    r"|Court|Way|Place|Square|Terrace|Close|Crescent|Parkway|Highway|Row|Gardens|Circle|Grove|Mews|Walk|Rise|Hill"
    r"|Parade|Vale|Croft|Quay|Wharf)(?![A-Za-z])"
    r"(?: [0-9]{1,3}(?![0-9A-Za-z,.]))?"
    r"(?:,? (?:(?:Apt|Apartment|Flat|Unit|Suite|Ste|Room|Floor)\.? ?|#)[0-9A-Za-z\-]{1,7})?"
    r"(?:, [A-Z][a-z']{1,20}(?: [A-Z][a-z']{1,20}){0,2}(?![A-Za-z]))?"
    r"(?:,? [A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?"
    r"|,? (?:NSW|VIC|QLD|ACT|TAS|SA|WA|NT) [0-9]{4}|,? Singapore [0-9]{6}"
    r"|,? [A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2})?(?![0-9])"
)
# A flat in a house that has a name, as in Hong Kong and Singapore; and a box at the post office.
_NAMED_WORDS: Final = "[A-Z][a-z']{1,20}(?: [A-Z][a-z']{1,20}){0,3}"
_FLAT_EN = expression(
    r"(?<![0-9A-Za-z])(?:Flat|Room|Rm|Unit|Apt|Apartment|Suite|Block|Blk|FLAT|ROOM|flat|room|unit|apt)\.? ?"
    r"(?:(?=[A-Z]{0,2}[0-9])[0-9A-Z]{1,6}|[A-Z])(?![0-9A-Za-z])"
    r"(?:,? ?[0-9]{1,3} ?(?:/ ?F|(?:st|nd|rd|th) [Ff]loor)(?![A-Za-z])|,? [0-9]{1,3}/[Ff](?![A-Za-z]))?"
    r"(?:,? (?:Block|Tower|Phase|Blk|block|tower|phase) [0-9A-Z]{1,3})?"
    rf",? (?:{_NAMED_WORDS}, )?(?:[A-Z][a-z']{{1,20}} ){{1,3}}(?:House"
    rf"|Building|Mansions?|Gardens?|Court|Estate|Centre|Center"
    rf"|Towers?|Plaza|Villas?"
    rf"|Terrace|Heights|Residences?|Apartments|Park|Lodge|Hall|Bay"
    rf"|City)(?![A-Za-z])(?:, (?:[0-9]{{1,4}}[A-Z]? )?{_NAMED_WORDS}){{0,3}}"
    rf"|(?<![A-Za-z])[Pp]\.? ?[Oo]\.? ?[Bb]ox [0-9]{{1,6}}(?:,? {_NAMED_WORDS}(?: [0-9]{{3,6}})?){{0,2}}(?![0-9A-Za-z])"
)
_HOUSE_SHAPE = re.compile(rb"d(?<![xd#.\-]d)(?=d{0,4}x?,? [xd])")
_HOUSE = expression(
    r"[0-9]{1,5}[A-Za-z]?,? (?:(?:North|South|East|West|N|S|E|W)\.? )?"
    r"(?:[A-Z][a-z']|[0-9]{1,3}(?:st|nd|rd|th) )"
)
_HOUSE_BEFORE: Final = 40
_STREET_CHARS: Final = 320
_PLACES: Final = (
    "北京|上海|天津|重庆|重慶|广东|廣東|浙江|江苏|江蘇|山东|山東|福建|湖南|湖北|四川|河南|河北|安徽|江西|辽宁"
    "|陕西|山西|吉林|黑龙江|云南"
    "|贵州|广西|海南|甘肃|青海|内蒙古|宁夏|新疆|西藏|香港|澳门|澳門|台北|臺北|台湾|臺灣|新北|台中|臺中|高雄"
    "|台南|桃园|桃園|广州|廣州|深圳|杭州"
    "|南京|苏州|武汉|成都|西安|长沙|郑州|青岛|厦门|宁波|东莞|佛山|合肥|福州|济南|大连|沈阳|昆明|九龙|九龍|新界"
    "|屯門|沙田|元朗|荃灣|觀塘|將軍澳|大埔|北角|旺角|深水埗|葵涌|青衣|天水圍|粉嶺|黃大仙|柴灣|筲箕灣|尖沙咀"
)
_STREET_ZH = expression(
    rf"(?:(?:{_PLACES})[\u4e00-\u9fff]{{0,24}}?|(?<=地址)(?:是|为|[:=])?\s{{0,2}}(?P<a>[\u4e00-\u9fff]{{2,24}}?)"
    rf"|(?:(?<=住在)|(?<=住址)|(?<=寄到)|(?<=送到)|(?<=住))(?!在)(?P<b>[\u4e00-\u9fff]{{2,24}}?))"
    r"(?:路|街|道|巷|弄|村|大街|胡同|新村|花园|小区|[一二三四五六七八九十东西南北]区|里"
    r"|段)\s{0,1}(?:[一二三四五六七八九十]段)?\s{0,1}[0-9]{1,5}\s{0,1}(?:号|號|弄|巷|栋|幢|座)?"
    r"(?:\s{0,1}(?:院|之)?\s{0,1}[\u4e00-\u9fff]{0,8}?[0-9A-Za-z]{1,5}\s{0,1}(?:号楼|號樓|栋|棟|幢|座|单元|單元"
    r"|室|楼|樓|层|層|号|號|户|房|弄|巷)){0,4}"
    # The room, which needs no word of its own behind a storey or a house.
    r"(?:(?:(?<=[座栋棟幢元楼樓层層])\s?|\s?[\-之]\s?)[0-9]{1,5}(?:之[0-9]{1,3})?(?![0-9A-Za-z]))?"
)
# Where the number stands behind the street, as in most of Europe; the town tells it from other words with a number.
_TOWN: Final = (
    rf"(?: ?[a-z]| ?/ ?[0-9]{{1,4}})?,?\s{{1,2}}(?:[A-Z]{{1,2}}-)?[0-9]{{4,5}}(?: [A-Z]{{2}})? "
    rf"[A-Z]{_LETTERS}{{1,24}}(?:[ \-][A-Z]{_LETTERS}{{1,24}}){{0,2}}"
)
_STREET_EUROPE = expression(
    rf"(?<![^\W_])(?:[A-Z]{_LETTERS}{{1,24}}(?:[ \-][A-Z]{_LETTERS}{{1,24}}){{0,2}}[ \-]?"
    r"(?:straße|Straße|strasse|Strasse|str\.|Str\."
    r"|weg|Weg|platz|Platz|allee|Allee|gasse|ring|damm|ufer|straat|laan|gade|vej|gatan|vägen)"
    rf"|(?:Via|Viale|Piazza|Corso|Calle|Avenida|Plaza|Paseo|Carrer|Rua|ul\.|Ul\.)"
    rf"(?: (?:de|del|della|di|da|do|las?|los))?"
    rf"(?: [A-Z]{_LETTERS}{{1,24}}){{1,3}},?)\s[0-9]{{1,4}}{_TOWN}"
    rf"|(?<![^\W_])[0-9]{{1,4}}(?: ?(?:bis|ter))?,? (?i:rue|avenue|boulevard|place|chemin|quai|allée|impasse|cours)"
    rf"(?: (?:de|du|des|la|le|les|l'|d')){{0,2}}(?:[ '’\-][A-Z]{_LETTERS}{{1,24}}){{1,3}}{_TOWN}"
)
_TOWN_SHAPE = re.compile(rb"d(?<![xd]d)d{3,4} (?:xx )?x")
_TOWN_BEFORE: Final = 110
_ESTATE_ZH = expression(
    rf"(?:{_PLACES})[\u4e00-\u9fff]{{2,24}}?[樓楼廈厦閣阁苑邨村座園园庭軒轩居臺台城]\s?"
    r"(?:[0-9A-Za-z]{1,4}\s?[座栋棟幢期號号]\s?)?(?:[0-9]{1,3}\s?[樓楼層层]\s?)?[0-9]{0,5}[A-Za-z]?\s?[室號号房單单]"
)
# What was done with an address: `地址改成上海市...`.
_LED_TO_ZH = expression(
    "(?:应该|應該|已经?|已經|需要|要|想)?(?:[改换換变變更修写寫填搬移迁遷新]{1,2}(?:成[为為]?|[为為是到在至])"
    "|[在到是至为為于於係]{1,2})了?"
)
_HOUSE_ZH = expression(
    r"[樓楼廈厦閣阁苑邨村座園园庭軒轩居臺台城層层期號号]\s?[0-9A-Za-z]{1,5}\s?[室號号房單单座栋棟幢期樓楼層层]"
    r"|[路街道巷弄村同园区里段]\s?(?:[一二三四五六七八九十]段)?\s?[0-9]"
)


def find_chinese_name(scan: Scan) -> Iterator[Hit]:
    """Yield Chinese names that somebody introduces."""
    for pattern in (_NAME_ZH, _I_AM_ZH):
        for match in starting(pattern, scan.text, scan.at.get("name zh", ())):
            if _NOT_A_NAME.match(match.group("value")) is None:
                yield Hit(*match.span("value"), "PERSON_NAME", "label")
    for match in starting(_FIELD_ZH, scan.text, scan.at.get("name", ())):
        yield Hit(*match.span("value"), "PERSON_NAME", "label")


def find_english_name(scan: Scan) -> Iterator[Hit]:
    """Yield names in Latin letters that somebody introduces."""
    text, at = scan.text, scan.at
    labels = [label for label in at.get("name", ()) if _NAME_FOLLOWS.match(text, label) is not None]
    labels += [label for label in at.get("name zh", ()) if _NAME_FOLLOWS.match(text, label) is not None]
    labels += [label for label in at.get("greeting", ()) if _SIGNED.match(text, label) is not None]
    labels.sort()
    for pattern, words in ((_NAME_EN, 2), (_NAME_EN_CAPITALS, 1), (_NAME_EN_ONE, 1)):
        yield from _english(around(pattern, text, labels, _LABEL_CHARS, _NAME_CHARS), words)


def find_titled_name(scan: Scan) -> Iterator[Hit]:
    """Yield names after `Mr` and the like."""
    return _english(starting(_TITLE_EN, scan.text, scan.at["title"]), 1)


def _english(matches: Iterable[re.Match[str]], words_min: int) -> Iterator[Hit]:
    """Names without what follows them and is none, where as many words are left."""
    for match in matches:
        name = _NOT_NAME.split(match.group("value"), maxsplit=1)[0].rstrip()
        if len(name) >= _NAME_MIN and name.count(" ") >= words_min - 1:
            start = match.start("value")
            yield Hit(start, start + len(name), "PERSON_NAME", "label")


def find_english_address(scan: Scan) -> Iterator[Hit]:
    """Yield street addresses with a house number before the street."""
    text = scan.text
    houses = [begin for begin, _ in scan.spans(_HOUSE_SHAPE) if _HOUSE.match(text, begin) is not None]
    for match in around(_STREET_EN, text, houses, _HOUSE_BEFORE, _STREET_CHARS) if houses else ():
        yield Hit(match.start(), match.end(), "STREET_ADDRESS", "shape")


def find_flat(scan: Scan) -> Iterator[Hit]:
    """Yield addresses that begin with a flat or a post box."""
    if "digit" in scan.at:
        for match in starting(_FLAT_EN, scan.text, scan.at["flat"]):
            yield Hit(match.start(), match.end(), "STREET_ADDRESS", "shape")


def find_european_address(scan: Scan) -> Iterator[Hit]:
    """Yield street addresses that end with a postal code and a town."""
    towns = [begin for begin, _ in scan.spans(_TOWN_SHAPE)]
    for match in around(_STREET_EUROPE, scan.text, towns, _TOWN_BEFORE, _LABEL_CHARS * 4) if towns else ():
        yield Hit(match.start(), match.end(), "STREET_ADDRESS", "shape")


def find_chinese_address(scan: Scan) -> Iterator[Hit]:
    """Yield street addresses with a house number behind the street."""
    if "not ascii" not in scan.at or _HOUSE_ZH.search(scan.text) is None:
        return
    for match in _STREET_ZH.finditer(scan.text):
        start = max(match.start(), match.start("a"), match.start("b"))
        if (led := _LED_TO_ZH.match(scan.text, start, match.end())) is not None:
            start = led.end()
        yield Hit(start, match.end(), "STREET_ADDRESS", "shape")
    for match in _ESTATE_ZH.finditer(scan.text):
        yield Hit(match.start(), match.end(), "STREET_ADDRESS", "shape")
