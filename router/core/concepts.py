"""What people talk about with a wallet's support, in English and Chinese alike: a concept is the same in both.

A thing (withdrawal, card, verification) says what a message is about and weighs much; a state (pending, failed), a coin
or a network is shared by many matters and weighs little. Patterns are of folded text: lower case, simplified Chinese.
"""

from functools import cache
from typing import Final

import re2

THING, STATE, PLACE = 1.0, 0.35, 0.5
"""Weights of the three kinds."""

_THINGS: Final[dict[str, str]] = {
    "withdrawal": r"\bwithdr[ae]w|\bcash(?:ing|ed)? ?out|\bpayouts?\b|提现|提币|提款|出币|提不了|提走|提不|提都"
      r"|提.{0,3}不出|提出|提的|提\d",
    "deposit": r"\bdeposit|\btop(?:ping|ped)?[ -]?up|\bcredit(?:ed)?\b.{0,12}\b(?:account|wallet|balance)|\bsepa\b"
      r"|充值|充币|入金|入账|转入|充的|入错链",
    "transfer": r"\btransfer|\bsen[dt]\b|\bsending\b|\brecipient|转账|转帐|转出|转给|汇款|转的|转到|转错|转了|打到"
      r"|打给|打币",
    "swap": r"\bswap|\bconver(?:t|sion)|\bslippage|\bexchang(?:e|ed|ing) (?:my|of|for)|\bquotes?\b|\bliquidity|换币"
      r"|兑换|闪兑|滑点|夹了|三明治|mev\b|报价一直|报价出|换\w{2,6}失败",
    "bridge": r"\bbridg|\brelayer|\bcross[ -]?chain|跨链|跨到|跨过|桥接|目标链|来源链",
    "staking": r"\b(?:un)?stak(?:e|ed|ing)\b|\bunbond|\bdelegat|\bvalidator|\bapy\b|\bapr\b|质押|解押|解锁要|委托"
      r"|节点|年化|池子",
    "reward": r"\brewards?\b|\bpayout|\baccru|\byield|奖励|收益|利息|分红",
    "earn": r"\binterest\b|\bearn (?:tab|page|balance|product|account)|\bsavings?\b|理财|活期|定期|赎回",
    "fee": r"\bfees?\b|\bgas\b|\bcharged?\b.{0,10}(?:fee|too|more)|\bsat/vb|\bcommission|手续费|矿工费|燃料费|费用"
      r"|网络费|能量",
    "card": r"\b(?:debit|bank|physical|virtual|plastic|my|the|wallet|new) card|\bcards?\b|\bat the (?:shop"
      r"|restaurant|till|terminal)|\bpos\b|\batm\b|实体卡|卡片|刷卡|激活|制卡|我的卡|这个卡|虚拟卡|这张卡|卡被|卡号"
      r"|盗刷|发卡",
    "purchase": r"\bbuy(?:ing)?\b|\bbought|\bpurchas|\bapple pay|\bgoogle pay|\bpix\b|\bbuy-|买币|买的|购买|买入"
      r"|买了|下单|付了款|支付宝|微信付|法币",
    "sale": r"\bsell(?:ing)?\b|\bsold\b|\boff[ -]?ramp|\bsell-|卖币|卖出|卖的|卖了|出金",
    "p2p": r"\bp2p|\bseller|\bbuyer|\bc2c|卖家|买家|商家|场外|申诉单",
    "refund": r"\brefund|\bmoney back|\bchargeback|\bdispute|\bbucks back|\breimburs|退款|退回|退费|退钱|退到|赔付"
      r"|赔偿|退不退",
    "double_charge": r"\b(?:charged|debited|taken|shows?|listed) twice|\bdouble[ -]?charg|\bduplicate charge"
      r"|\btwo fees|多扣|重复扣|扣了两|两笔扣|扣两",
    "verification": r"\bkyc\b|\bverif(?:y|ied|ication)|\bidentity\b|\bselfie|\bface scan|\bliveness|\bpassport"
      r"|\bproof of address|\bid card|\bno face|身份认证|身份验证|实名|人脸|刷脸|护照|身份证|认证|证件|自拍|视频认证",
    "source_of_funds": r"\bsource of (?:funds|wealth)|\bpayslip|\bcompliance|资金来源|资金用途|流水证明",
    "frozen": r"\bfrozen|\bfreez|\bunfr[eo]|\blocked (?:my )?account|\baccount (?:is |was |got )?(?:locked|blocked"
      r"|suspended|restricted|disabled)|\bsuspend|\brestricted account|冻结|封号|解冻|风控|风险行为|误冻|限制提现"
      r"|账号被封|被限制",
    "login": r"\blog(?:ged|ging)?[ -]?(?:in|on|out)\b|\bsign(?:ed|ing)?[ -]?in\b|\blogin|\blocked out"
      r"|\bsession expired|\bget in\b|登录|登陆|登不|登入|登进|登出|进不去",
    "code": r"\bcodes?\b.{0,25}\b(?:arriv|receiv|come|sms|email)|\bsms\b|\b6[- ]?digit|\botp\b|\blogin code"
      r"|\bverification (?:code|mail|email)|验证码|短信码|短信",
    "authenticator": r"\b2fa\b|\btwo[ -]factor|\bauthenticator|\bgoogle auth|谷歌验证|双重验证|两步验证|二次验证"
      r"|二步验证",
    "password": r"\bpasswords?\b|\bpasscode|\bpin\b|\bwipes?\b|密码|忘记密",
    "biometric": r"\bface ?id|\btouch ?id|\bfingerprint|\bbiometr|指纹|面容|生物识别|面部解锁",
    "seed": r"\bseed\b|\b(?:12|24|twelve|recovery|secret|backup) (?:words|phrase)|\bphrase\b|\brestor(?:e|ed|ing)"
      r"|\bderivation|\bmnemonic|助记词|恢复钱包|导入|私钥|恢复短语|词",
    "backup": r"\bback(?:ed|ing)?[ -]?up|\bicloud|备份|云备份",
    "address": r"\b(?:old|new|wrong|receive|receiving|my) address|\baddress (?:book|changed|whitelist)|\bwhitelist"
      r"|地址为什么|地址变|收款码|错地址|地址填错|白名单|地址簿",
    "wrong_network": r"\bwrong (?:network|chain)|\bbep-?20\b.{0,40}\berc|\berc-?20\b.{0,40}\bbep|\bon the wrong"
      r"|错链|选错网络|入错|链选错|网络选错|走错链",
    "wrong_recipient": r"\bwrong (?:person|address|recipient|wallet)|\bmistyped|\bcontract (?:address )?(?:and not"
      r"|by mistake)|转错|填错|手滑|误转|打错",
    "memo": r"\bmemo\b|\bdestination tag|\bwithout (?:a |the )?tag|备注标签|memo标签|标签",
    "stolen": r"\bstole|\bstolen|\bthef?t\b|\bhack|\bdrain|\bempti|\brobb|\bunauthori[sz]ed|\bdid(?: not"
      r"|n'?t) (?:make|do|authori)|\bnot me\b|\bunknown .{0,24}(?:outgoing|transaction|payment|transfer)"
      r"|\btook my (?:funds|money|coins)|\bdon'?t recogni[sz]e|被盗|盗走|偷|被转走|转走|不是我|黑客|没了币"
      r"|不认识的转",
    "scam": r"\bscam|\bphish|\bfake\b|\bimperson|\bpretend|\bis (?:it|this|that) real(?:ly)?\b|\breally you\b"
      r"|\bclaim now|\byou won|\bcall(?:ed|ing) (?:me|again)|骗|诈骗|钓鱼|假客服|冒充|假的|真的吗|中奖",
    "approval": r"\bapprovals?\b|\bapprove (?:request|transaction)|\ballowance|\brevok|\bunlimited"
      r"|\bsignature request|授权|取消授权|无限额度",
    "balance": r"\bbalances?\b|\bshows? (?:0|zero|\$0)|\bempty wallet|余额|资产|归零|总资产|变成0|变0|显示0",
    "missing_token": r"\bmissing (?:tokens?|coins?)|\bisn'?t shown|\bcan'?t see (?:that|my|the)|\bonly shows?\b"
      r"|\badd (?:the )?token|\bnot (?:shown|visible|displayed)|不显示|看不到|唔见|代币合约|显示返",
    "nft": r"\bnfts?\b|\bcollectibles?|\bgallery|藏品|nft",
    "airdrop": r"\bairdrop|\beligib|空投|资格",
    "referral": r"\breferral|\binvit|\bmy code\b|\bbonus\b|邀请|返佣|推荐奖|推荐码",
    "giftcard": r"\bgift ?(?:card|voucher)|\bvoucher|\bredeem|礼品卡|兑换码|代金券|卡密",
    "price": r"\bprices?\b|\bprice widget|\bcharts?\b|\bmarket data|行情|价格|报价停|报价|k线|币价",
    "widget": r"\bwidgets?\b|小组件|小部件",
    "notification": r"\bnotif|\bpush\b|\balerts?\b|通知|推送|提醒",
    "newsletter": r"\bnewsletter|\bunsubscribe|\bmarketing e?-?mail|订阅邮件|营销邮件|退订",
    "language": r"\blanguage|\btranslat|\bspelling|\blocale|\bin german\b|语言|翻译|中文|错别字|切成",
    "display": r"\bdark mode|\blight mode|\bfont|\bunreadable|\bdecimal|\bdisplay(?:ed)? as|\bcurrency display|深色"
      r"|夜间模式|字体|小数点|人民币显示|显示成|法币显示",
    "crash": r"\bcrash|\bwhite screen|\bblank screen|\bwon'?t (?:open|start|launch)|\bclos(?:e|es|ing) (?:itself"
      r"|right)|\bshuts itself|\bfreezes\b|\bnot opening|\bapp (?:is )?down|\bbrick|\bonly white|闪退|白屏|崩溃"
      r"|打不开|卡死|黑屏",
    "update": r"\bupdat|\bupgrad|\bnew version|\bversion|更新|升级|新版|版本|旧版",
    "hardware": r"\bledger\b|\btrezor|\bhardware wallet|\bfirmware|\bkeystone|\busb|硬件钱包|冷钱包|固件",
    "dapp": r"\bdapps?\b|\bwalletconnect|\buniswap|\bopensea|\bprovider not found|\bconnect(?:ing|ion)? to (?:a "
      r"|the )?(?:site|dapp|uniswap|opensea)|\bpairing|\bpair w|连不上|连接没反应|扫码连|插件",
    "gdpr": r"\bgdpr|\bdelet(?:e|ion) (?:of )?(?:my|all|account|the account|data)|\berasure|\bpersonal data"
      r"|\bclose my account|注销|删除账号|删除账户|个人信息|隐私数据",
    "tax": r"\btax|\bcsv\b|\baccountant|\byearly|报税|税务|年度账单",
    "invoice": r"\binvoices?\b|\bvat\b|\breceipt for|发票|开票",
    "statement": r"\bproof of payment|\bletter for|\bwritten (?:proof|statement)|\bcertificate|\bsigned pdf|证明"
      r"|书面",
    "limit": r"\blimits?\b|\bquota|\bdaily maximum|\brate[ -]?limit|额度|限额|上限|限流|429",
    "api": r"\bapi\b|\bendpoint|\bdocs?\b|\bwebhook|\bsdk|接口|文档|开发者",
    "email_change": r"\bchang(?:e|ing) (?:my |of |the )?e-?mail|\be-?mail change|\bchange-of-email|\bnew e-?mail"
      r"|换邮箱|改邮箱|更换邮箱|换绑邮箱",
    "phone_change": r"\bnew (?:phone )?number|\bchang(?:e|ing) (?:my |the )?(?:phone|number)|\bold number|换手机号"
      r"|改手机号|换号|手机号换",
    "lost_phone": r"\blost (?:my )?phone|\bphone (?:was |got )?(?:stolen|lost|broken)|手机丢|手机坏|手机被偷|换手机"
      r"|新手机|旧手机",
    "name_change": r"\bname change|\bmarriage|\bmaiden|改名|婚后",
    "support_network": r"\b(?:do|does|will) (?:you|it|the wallet) (?:guys )?support|\broadmap"
      r"|\blist(?:ing)? of (?:supported|new)|支持.{0,8}(?:链|网络|币)吗|什么时候上线|会支持",
    "nonce": r"\bnonce|\bspeed ?up|\breplacement|\bdropped|加速|取消交易|怎么取消",
    "bind_card": r"\b(?:add|link|bind|save)(?:ing)? (?:my |a |the )?card|\b3ds|绑定信用卡|绑卡|添加银行卡|发卡行",
    "payment": r"\bpayments?\b|\bpaid at\b|\bmerchant|\bcashback|消费|返现",
    "history": r"\btransaction history|\btransactions? (?:list|record)|交易记录|转账记录|流水|明细",
    "phone_call": r"\bhotline|\bphone (?:line|support)|\bcall (?:you|a human)|电话打|打电话|人工客服",
    "device": r"\btablet|\bipad\b|\bandroid version|\bdesktop (?:app|build)|平板|电脑版|桌面版",
    "profile": r"\bnickname|\bavatar|\busername|\bprofile\b|昵称|头像|用户名",
    "job": r"\bjob\b|\bpartnership|\bcollaborat|\blist our token|合作|招聘|上币",
}  # fmt: skip
_STATES: Final[dict[str, str]] = {
    "pending": r"\bpending|\bstuck|\bprocessing|\bunconfirmed|\bconfirmations?\b|\bqueue|\bstill (?:waiting|says"
      r"|not)|\bhang|处理中|待确认|卡住|卡在[^哪]|排队|确认中|审核中|没动静|一直转|卡了|不动",
    "missing": r"\bnot (?:arrived?|received?|credited|there|shown up)|\bnever (?:arriv|came|receiv|got)"
      r"|\bhas(?:n'?t| not) (?:arriv|come|shown|been)|\bhaven'?t (?:got|received)|\bdid(?:n'?t| not) (?:arrive|get"
      r"|receive|come)|\bmissing|\bvanish|\bdisappear|\bgone\b|\bnothing (?:received|in there|there)|\bsees nothing"
      r"|\bwhere(?:'?s| is| are)|未到|没到|没收到|未收到|没有到|不到账|没有收到|没给我|没入账|还没来|没帐|收不到",
    "failed": r"\bfail|\berror|\bdeclin|\bdenied|\brefus|\breject|\bdoesn'?t work|\bnot working|\bisn'?t working"
      r"|\bwon'?t|\bcan'?t|\bcannot|\bunable|\bsomething went wrong|\bnot accepted|\bisn'?t accepted|失败|报错|错误"
      r"|被拒|拒绝|不行|无法|不能|异常|退回|不了",
    "greyed": r"\bgr[ae]y(?:ed)? ?out|\bbutton is|灰的|灰色|点不了|没反应",
    "deducted": r"\bdeduct|\bdebited|\btaken from|\bcharged\b|\bpaid\b|\bpayment (?:went|settled|done)|扣了|扣款"
      r"|被扣|付款|已付|付了",
    "slow": r"\bslow|\btake(?:s)? so long|\bhow long|\bfor (?:days|weeks|hours)|多久|几天|太慢|一个月|什么时候",
    "less": r"\bless than|\bonly got|\binstead of|\bhigher than|\btoo high|\btoo much|\bexpensive|少了|少发|太贵"
      r"|便宜|这么贵|不一样|更贵|实际只有",
    "blocked": r"\bblock|\bunblock|\bdisabled|屏蔽|拦截",
    "bank": r"\bbank\b|\biban\b|\bwire\b|\blandlord|银行|储蓄卡|招行|建行|工行",
    "exchange": r"\bexchange\b|\bbinance|\bkraken|\bcoinbase|\bokx|\bbybit|交易所|币安|欧易",
    "explorer": r"\bexplorer|\betherscan|\btronscan|\bon[ -]chain|浏览器|链上",
    "screenshot": r"\bscreenshot|\bpicture|\battach|\bphoto|截图|附件|图片|\[图片\]",
    "ticket": r"\bticket|\bcase (?:no|number)|工单|单号",
}  # fmt: skip
_PLACES: Final[dict[str, str]] = {
    "btc": r"\bbtc\b|\bbitcoin|比特币|bc1|大饼",
    "eth": r"\beth\b|\bether(?:eum)?\b|\berc-?20",
    "usdt": r"\busdt|\btether|泰达|\d\s?u\b|\bu没|波场的u",
    "usdc": r"\busdc",
    "tron": r"\btron\b|\btrx\b|\btrc-?20|波场",
    "bsc": r"\bbsc\b|\bbnb\b|\bbep-?20",
    "sol": r"\bsol\b|\bsolana",
    "polygon": r"\bpolygon|\bmatic",
    "arbitrum": r"\barb(?:itrum)?\b",
    "optimism": r"\boptimism",
    "base": r"\bbase\b",
    "xrp": r"\bxrp\b|\bripple|瑞波",
    "ada": r"\bada\b|\bcardano",
    "atom": r"\batom\b|\bcosmos",
    "dot": r"\bdot\b",
    "ltc": r"\bltc\b|\blitecoin|莱特",
    "doge": r"\bdoge|狗狗",
    "near": r"\bnear rewards|\d near\b",
    "avax": r"\bavax",
    "dai": r"\bdai\b",
    "link": r"\d link\b",
    "uni": r"\d\s?个?uni\b",
    "ton": r"\bton\b|\btoncoin",
    "pepe": r"\bpepe",
    "shib": r"\bshib",
    "zksync": r"\bzksync",
    "weth": r"\bweth",
}  # fmt: skip
_KINDS: Final = ((_THINGS, THING), (_STATES, STATE), (_PLACES, PLACE))
WEIGHTS: Final[dict[str, float]] = {name: weight for kind, weight in _KINDS for name in kind}
NAMES: Final = tuple(WEIGHTS)

RELATED: Final[dict[str, frozenset[str]]] = {}
"""Things that people use for one another, so that one does not contradict the other."""
for _group in (
    ("withdrawal", "transfer", "sale"),
    ("deposit", "transfer", "missing_token", "balance", "purchase"),
    ("staking", "reward", "earn"),
    ("verification", "source_of_funds", "frozen", "statement", "name_change"),
    ("login", "code", "authenticator", "password", "lost_phone", "frozen", "name_change"),
    ("card", "payment", "purchase", "bind_card", "double_charge", "refund"),
    ("fee", "refund", "double_charge"),
    ("seed", "backup", "missing_token", "address", "lost_phone"),
    ("stolen", "approval", "scam", "statement"),
    ("crash", "update", "device"),
    ("giftcard", "purchase"),
    ("biometric", "password", "update"),
    ("wrong_recipient", "wrong_network", "transfer", "address", "missing_token", "deposit", "withdrawal"),
    ("price", "widget"),
    ("display", "language"),
    ("p2p", "purchase", "sale"),
    ("transfer", "bridge", "nonce", "memo"),
    ("swap", "fee", "refund"),
    ("hardware", "update"),
    ("dapp", "approval"),
    ("invoice", "fee"),
    ("nft", "missing_token", "stolen"),
    ("refund", "purchase", "sale", "card", "deposit", "bridge"),
):  # fmt: skip
    for _name in _group:
        RELATED[_name] = RELATED.get(_name, frozenset()) | frozenset(_group)


@cache
def _finder() -> re2.Set:
    options = re2.Options()
    options.max_mem = 64 << 20
    found = re2.Set.SearchSet(options)
    for kind, _ in _KINDS:
        for pattern in kind.values():
            found.Add(pattern)
    found.Compile()
    return found


def concepts(folded: str) -> tuple[str, ...]:
    """The concepts of a folded text, in the order of `NAMES`."""
    return tuple(NAMES[at] for at in sorted(_finder().Match(folded) or ()))


def is_thing(concept: str) -> bool:
    """Whether it says what a message is about."""
    return concept in _THINGS


def is_coin(concept: str) -> bool:
    """Whether it is a coin or a network."""
    return concept in _PLACES


def contradicts(thing: str, others: frozenset[str]) -> bool:
    """Whether a thing is none of `others` and no other word for one of them."""
    return not (RELATED.get(thing, frozenset((thing,))) | {thing}) & others
