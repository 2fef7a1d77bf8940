"""What people talk about with a wallet's support, in English and Chinese alike: a concept is the same in both.

A thing (withdrawal, card, verification) says what a message is about and weighs much; a state (pending, failed), a coin
or a network is shared by many matters and weighs little. Words are of folded text, lower case and simplified Chinese,
set apart by `|`; `_` is an edge of an English word. All are found in one pass (Aho and Corasick, 1975).
"""

import re
from functools import cache
from string import ascii_letters, digits
from typing import Final, NamedTuple

import ahocorasick_rs

THING, STATE, PLACE = 1.0, 0.35, 0.5
"""Weights of the three kinds."""

_THINGS: Final[dict[str, str]] = {
    "withdrawal": "_withdraw|_withdrew|_cashing out|_cashingout|_cashed out|_cashedout|_cash out|_cashout|_payouts_"
    "|_payout_|提现|提币|提款|出币|提走|提不|提都|提出|提的",
    "deposit": "_deposit|_topping up|_topping-up|_toppingup|_topped up|_topped-up|_toppedup|_top up|_top-up|_topup"
    "|_sepa_|充值|充币|入金|入账|转入|充的|入错链",
    "transfer": "_transfer|_send_|_sent_|_sending_|_recipient|转账|转帐|转出|转给|汇款|转的|转到|转错|转了|打到|打给"
    "|打币",
    "swap": "_swap|_convert|_conversion|_slippage|_exchange my|_exchange of|_exchange for|_exchanged my"
    "|_exchanged of|_exchanged for|_exchanging my|_exchanging of|_exchanging for|_quotes_|_quote_|_liquidity|换币"
    "|兑换|闪兑|滑点|夹了|三明治|mev_|报价一直|报价出",
    "bridge": "_bridg|_relayer|_cross chain|_cross-chain|_crosschain|跨链|跨到|跨过|桥接|目标链|来源链",
    "staking": "_unstake_|_unstaked_|_unstaking_|_stake_|_staked_|_staking_|_unbond|_delegat|_validator|_apy_|_apr_"
    "|质押|解押|解锁要|委托|节点|年化|池子",
    "reward": "_rewards_|_reward_|_payout|_accru|_yield|奖励|收益|利息|分红",
    "earn": "_interest_|_earn tab|_earn page|_earn balance|_earn product|_earn account|_savings_|_saving_|理财|活期"
    "|定期|赎回",
    "fee": "_fees_|_fee_|_gas_|_sat/vb|_commission|手续费|矿工费|燃料费|费用|网络费|能量",
    "card": "_debit card|_bank card|_physical card|_virtual card|_plastic card|_my card|_the card|_wallet card"
    "|_new card|_cards_|_card_|_at the shop|_at the restaurant|_at the till|_at the terminal|_pos_|_atm_|实体卡"
    "|卡片|刷卡|激活|制卡|我的卡|这个卡|虚拟卡|这张卡|卡被|卡号|盗刷|发卡",
    "purchase": "_buying_|_buy_|_bought|_purchas|_apple pay|_google pay|_pix_|_buy-|买币|买的|购买|买入|买了|下单"
    "|付了款|支付宝|微信付|法币",
    "sale": "_selling_|_sell_|_sold_|_off ramp|_off-ramp|_offramp|_sell-|卖币|卖出|卖的|卖了|出金",
    "p2p": "_p2p|_seller|_buyer|_c2c|卖家|买家|商家|场外|申诉单",
    "refund": "_refund|_money back|_chargeback|_dispute|_bucks back|_reimburs|退款|退回|退费|退钱|退到|赔付|赔偿"
    "|退不退",
    "double_charge": "_charged twice|_debited twice|_taken twice|_shows twice|_show twice|_listed twice"
    "|_double charg|_double-charg|_doublecharg|_duplicate charge|_two fees|多扣|重复扣|扣了两|两笔扣|扣两",
    "verification": "_kyc_|_verify|_verified|_verification|_identity_|_selfie|_face scan|_liveness|_passport"
    "|_proof of address|_id card|_no face|身份验证|实名|人脸|刷脸|护照|身份证|认证|证件|自拍",
    "source_of_funds": "_source of funds|_source of wealth|_payslip|_compliance|资金来源|资金用途|流水证明",
    "frozen": "_frozen|_freez|_unfre|_unfro|_locked my account|_locked account|_account is locked"
    "|_account is blocked|_account is suspended|_account is restricted|_account is disabled|_account was locked"
    "|_account was blocked|_account was suspended|_account was restricted|_account was disabled"
    "|_account got locked|_account got blocked|_account got suspended|_account got restricted"
    "|_account got disabled|_account locked|_account blocked|_account suspended|_account restricted"
    "|_account disabled|_suspend|_restricted account|冻结|封号|解冻|风控|风险行为|误冻|限制提现|账号被封|被限制",
    "login": "_logged in_|_logged on_|_logged out_|_logged-in_|_logged-on_|_logged-out_|_loggedin_|_loggedon_"
    "|_loggedout_|_logging in_|_logging on_|_logging out_|_logging-in_|_logging-on_|_logging-out_|_loggingin_"
    "|_loggingon_|_loggingout_|_log in_|_log on_|_log out_|_log-in_|_log-on_|_log-out_|_logon_|_logout_"
    "|_signed in_|_signed-in_|_signedin_|_signing in_|_signing-in_|_signingin_|_sign in_|_sign-in_|_signin_|_login"
    "|_locked out|_session expired|_get in_|登录|登陆|登不|登入|登进|登出|进不去",
    "code": "_sms_|_6-digit|_6 digit|_6digit|_otp_|_login code|_verification code|_verification mail"
    "|_verification email|验证码|短信",
    "authenticator": "_2fa_|_two factor|_two-factor|_authenticator|_google auth|谷歌验证|双重验证|两步验证|二次验证"
    "|二步验证",
    "password": "_passwords_|_password_|_passcode|_pin_|_wipes_|_wipe_|密码|忘记密",
    "biometric": "_face id|_faceid|_touch id|_touchid|_fingerprint|_biometr|指纹|面容|生物识别|面部解锁",
    "seed": "_seed_|_12 words|_12 phrase|_24 words|_24 phrase|_twelve words|_twelve phrase|_recovery words"
    "|_recovery phrase|_secret words|_secret phrase|_backup words|_backup phrase|_phrase_|_restore|_restoring"
    "|_derivation|_mnemonic|恢复钱包|导入|私钥|恢复短语|词",
    "backup": "_backed up|_backed-up|_backedup|_backing up|_backing-up|_backingup|_back up|_back-up|_backup|_icloud"
    "|备份",
    "address": "_old address|_new address|_wrong address|_receive address|_receiving address|_my address"
    "|_address book|_address changed|_address whitelist|_whitelist|地址为什么|地址变|收款码|错地址|地址填错|白名单"
    "|地址簿",
    "wrong_network": "_wrong network|_wrong chain|_on the wrong|错链|选错网络|入错|链选错|网络选错",
    "wrong_recipient": "_wrong person|_wrong address|_wrong recipient|_wrong wallet|_mistyped"
    "|_contract address and not|_contract address by mistake|_contract and not|_contract by mistake|转错|填错|手滑"
    "|误转|打错",
    "memo": "_memo_|_destination tag|_without a tag|_without the tag|_without tag|标签",
    "stolen": "_stole|_theft_|_thet_|_hack|_drain|_empti|_robb|_unauthorised|_unauthorized|_did not make|_did not do"
    "|_did not authori|_didn't make|_didn't do|_didn't authori|_didnt make|_didnt do|_didnt authori|_not me_"
    "|_took my funds|_took my money|_took my coins|_don't recognise|_don't recognize|_dont recognise"
    "|_dont recognize|被盗|盗走|偷|转走|不是我|黑客|没了币|不认识的转",
    "scam": "_scam|_phish|_fake_|_imperson|_pretend|_is it really_|_is it real_|_is this really_|_is this real_"
    "|_is that really_|_is that real_|_really you_|_claim now|_you won|_called me|_called again|_calling me"
    "|_calling again|骗|钓鱼|假客服|冒充|假的|真的吗|中奖",
    "approval": "_approvals_|_approval_|_approve request|_approve transaction|_allowance|_revok|_unlimited"
    "|_signature request|授权|无限额度",
    "balance": "_balances_|_balance_|_shows 0|_shows zero|_shows $0|_show 0|_show zero|_show $0|_empty wallet|余额"
    "|资产|归零|变成0|变0|显示0",
    "missing_token": "_missing token|_missing coin|_isn't shown|_isnt shown|_can't see that|_can't see my"
    "|_can't see the|_cant see that|_cant see my|_cant see the|_only shows_|_only show_|_add the token|_add token"
    "|_not shown|_not visible|_not displayed|不显示|看不到|唔见|代币合约|显示返",
    "nft": "_collectible|_gallery|藏品|nft",
    "airdrop": "_airdrop|_eligib|空投|资格",
    "referral": "_referral|_invit|_my code_|_bonus_|邀请|返佣|推荐奖|推荐码",
    "giftcard": "_gift card|_gift voucher|_giftcard|_giftvoucher|_voucher|_redeem|礼品卡|兑换码|代金券|卡密",
    "price": "_prices_|_price_|_price widget|_charts_|_chart_|_market data|行情|价格|报价|k线|币价",
    "widget": "_widgets_|_widget_|小组件|小部件",
    "notification": "_notif|_push_|_alerts_|_alert_|通知|推送|提醒",
    "newsletter": "_newsletter|_unsubscribe|_marketing e-mail|_marketing email|_marketing -mail|_marketing mail"
    "|订阅邮件|营销邮件|退订",
    "language": "_language|_translat|_spelling|_locale|_in german_|语言|翻译|中文|错别字|切成",
    "display": "_dark mode|_light mode|_font|_unreadable|_decimal|_displayed as|_display as|_currency display|深色"
    "|夜间模式|字体|小数点|人民币显示|显示成|法币显示",
    "crash": "_crash|_white screen|_blank screen|_won't open|_won't start|_won't launch|_wont open|_wont start"
    "|_wont launch|_close itself|_close right|_closes itself|_closes right|_closing itself|_closing right"
    "|_shuts itself|_freezes_|_not opening|_app is down|_app down|_brick|_only white|闪退|白屏|崩溃|打不开|卡死"
    "|黑屏",
    "update": "_updat|_upgrad|_new version|_version|更新|升级|新版|版本|旧版",
    "hardware": "_ledger_|_trezor|_hardware wallet|_firmware|_keystone|_usb|硬件钱包|冷钱包|固件",
    "dapp": "_dapps_|_dapp_|_walletconnect|_uniswap|_opensea|_provider not found|_connecting to a site"
    "|_connecting to a dapp|_connecting to a uniswap|_connecting to a opensea|_connecting to the site"
    "|_connecting to the dapp|_connecting to the uniswap|_connecting to the opensea|_connecting to site"
    "|_connecting to dapp|_connecting to uniswap|_connecting to opensea|_connection to a site"
    "|_connection to a dapp|_connection to a uniswap|_connection to a opensea|_connection to the site"
    "|_connection to the dapp|_connection to the uniswap|_connection to the opensea|_connection to site"
    "|_connection to dapp|_connection to uniswap|_connection to opensea|_connect to a site|_connect to a dapp"
    "|_connect to a uniswap|_connect to a opensea|_connect to the site|_connect to the dapp"
    "|_connect to the uniswap|_connect to the opensea|_connect to site|_connect to dapp|_connect to uniswap"
    "|_connect to opensea|_pairing|_pair w|连不上|连接没反应|扫码连|插件",
    "gdpr": "_gdpr|_delete of my|_delete of all|_delete of account|_delete of the account|_delete of data|_delete my"
    "|_delete all|_delete account|_delete the account|_delete data|_deletion of my|_deletion of all"
    "|_deletion of account|_deletion of the account|_deletion of data|_deletion my|_deletion all|_deletion account"
    "|_deletion the account|_deletion data|_erasure|_personal data|_close my account|注销|删除账号|删除账户"
    "|个人信息|隐私数据",
    "tax": "_tax|_csv_|_accountant|_yearly|报税|税务|年度账单",
    "invoice": "_invoices_|_invoice_|_vat_|_receipt for|发票|开票",
    "statement": "_proof of payment|_letter for|_written proof|_written statement|_certificate|_signed pdf|证明|书面",
    "limit": "_limits_|_limit_|_quota|_daily maximum|_rate limit|_rate-limit|_ratelimit|额度|限额|上限|限流|429",
    "api": "_api_|_endpoint|_docs_|_doc_|_webhook|_sdk|接口|文档|开发者",
    "email_change": "_change my e-mail|_change my email|_change of e-mail|_change of email|_change the e-mail"
    "|_change the email|_change e-mail|_change email|_changing my e-mail|_changing my email|_changing of e-mail"
    "|_changing of email|_changing the e-mail|_changing the email|_changing e-mail|_changing email|_e-mail change"
    "|_email change|_change-of-email|_new e-mail|_new email|换邮箱|改邮箱|换绑邮箱",
    "phone_change": "_new phone number|_new number|_change my phone|_change my number|_change the phone"
    "|_change the number|_change phone|_change number|_changing my phone|_changing my number|_changing the phone"
    "|_changing the number|_changing phone|_changing number|_old number|换手机号|改手机号|换号|手机号换",
    "lost_phone": "_lost my phone|_lost phone|_phone was stolen|_phone was lost|_phone was broken|_phone got stolen"
    "|_phone got lost|_phone got broken|_phone stolen|_phone lost|_phone broken|手机丢|手机坏|手机被偷|换手机"
    "|新手机|旧手机",
    "name_change": "_name change|_marriage|_maiden|改名|婚后",
    "support_network": "_do you guys support|_do you support|_do it guys support|_do it support"
    "|_do the wallet guys support|_do the wallet support|_does you guys support|_does you support"
    "|_does it guys support|_does it support|_does the wallet guys support|_does the wallet support"
    "|_will you guys support|_will you support|_will it guys support|_will it support"
    "|_will the wallet guys support|_will the wallet support|_roadmap|_listing of supported|_listing of new"
    "|_list of supported|_list of new|什么时候上线|会支持",
    "nonce": "_nonce|_speed up|_speedup|_replacement|_dropped|加速|取消交易|怎么取消",
    "bind_card": "_adding my card|_adding a card|_adding the card|_adding card|_add my card|_add a card"
    "|_add the card|_add card|_linking my card|_linking a card|_linking the card|_linking card|_link my card"
    "|_link a card|_link the card|_link card|_binding my card|_binding a card|_binding the card|_binding card"
    "|_bind my card|_bind a card|_bind the card|_bind card|_saveing my card|_saveing a card|_saveing the card"
    "|_saveing card|_save my card|_save a card|_save the card|_save card|_3ds|绑定信用卡|绑卡|添加银行卡|发卡行",
    "payment": "_payments_|_payment_|_paid at_|_merchant|_cashback|消费|返现",
    "history": "_transaction history|_transactions list|_transactions record|_transaction list|_transaction record"
    "|交易记录|转账记录|流水|明细",
    "phone_call": "_hotline|_phone line|_phone support|_call you|_call a human|电话打|打电话|人工客服",
    "device": "_tablet|_ipad_|_android version|_desktop app|_desktop build|平板|电脑版|桌面版",
    "profile": "_nickname|_avatar|_username|_profile_|昵称|头像|用户名",
    "job": "_job_|_partnership|_collaborat|_list our token|合作|招聘|上币",
}  # fmt: skip
_STATES: Final[dict[str, str]] = {
    "pending": "_pending|_stuck|_processing|_unconfirmed|_confirmations_|_confirmation_|_queue|_still waiting"
    "|_still says|_still not|_hang|处理中|待确认|卡住|排队|确认中|审核中|没动静|一直转|卡了|不动",
    "missing": "_not arrive|_not receive|_not credited|_not there|_not shown up|_never arriv|_never came"
    "|_never receiv|_never got|_hasn't arriv|_hasn't come|_hasn't shown|_hasn't been|_hasnt arriv|_hasnt come"
    "|_hasnt shown|_hasnt been|_has not arriv|_has not come|_has not shown|_has not been|_haven't got"
    "|_haven't received|_havent got|_havent received|_didn't arrive|_didn't get|_didn't receive|_didn't come"
    "|_didnt arrive|_didnt get|_didnt receive|_didnt come|_did not arrive|_did not get|_did not receive"
    "|_did not come|_missing|_vanish|_disappear|_gone_|_nothing received|_nothing in there|_nothing there"
    "|_sees nothing|_where's|_wheres|_where is|_where are|未到|没到|没收到|未收到|没有到|不到账|没有收到|没给我"
    "|没入账|还没来|没帐|收不到",
    "failed": "_fail|_error|_declin|_denied|_refus|_reject|_doesn't work|_doesnt work|_not working|_isn't working"
    "|_isnt working|_won't|_wont|_can't|_cant|_cannot|_unable|_something went wrong|_not accepted|_isn't accepted"
    "|_isnt accepted|失败|报错|错误|被拒|拒绝|不行|无法|不能|异常|退回|不了",
    "greyed": "_grayed out|_grayedout|_gray out|_grayout|_greyed out|_greyedout|_grey out|_greyout|_button is|灰的"
    "|灰色|点不了|没反应",
    "deducted": "_deduct|_debited|_taken from|_charged_|_paid_|_payment went|_payment settled|_payment done|扣了"
    "|扣款|被扣|付款|已付|付了",
    "slow": "_slow|_takes so long|_take so long|_how long|_for days|_for weeks|_for hours|多久|几天|太慢|一个月"
    "|什么时候",
    "less": "_less than|_only got|_instead of|_higher than|_too high|_too much|_expensive|少了|少发|太贵|便宜|这么贵"
    "|不一样|更贵|实际只有",
    "blocked": "_block|_unblock|_disabled|屏蔽|拦截",
    "bank": "_bank_|_iban_|_wire_|_landlord|银行|储蓄卡|招行|建行|工行",
    "exchange": "_exchange_|_binance|_kraken|_coinbase|_okx|_bybit|交易所|币安|欧易",
    "explorer": "_explorer|_etherscan|_tronscan|_on chain|_on-chain|浏览器|链上",
    "screenshot": "_screenshot|_picture|_attach|_photo|截图|附件|图片",
    "ticket": "_ticket|_case no|_case number|工单|单号",
}  # fmt: skip
_PLACES: Final[dict[str, str]] = {
    "btc": "_btc_|_bitcoin|比特币|bc1|大饼",
    "eth": "_eth_|_ethereum_|_ether_|_erc-20|_erc20",
    "usdt": "_usdt|_tether|泰达|_u没|波场的u",
    "usdc": "_usdc",
    "tron": "_tron_|_trx_|_trc-20|_trc20|波场",
    "bsc": "_bsc_|_bnb_|_bep-20|_bep20",
    "sol": "_sol_|_solana",
    "polygon": "_polygon|_matic",
    "arbitrum": "_arbitrum_|_arb_",
    "optimism": "_optimism",
    "base": "_base_",
    "xrp": "_xrp_|_ripple|瑞波",
    "ada": "_ada_|_cardano",
    "atom": "_atom_|_cosmos",
    "dot": "_dot_",
    "ltc": "_ltc_|_litecoin|莱特",
    "doge": "_doge|狗狗",
    "near": "_near rewards",
    "avax": "_avax",
    "dai": "_dai_",
    "link": "",
    "uni": "",
    "ton": "_ton_|_toncoin",
    "pepe": "_pepe",
    "shib": "_shib",
    "zksync": "_zksync",
    "weth": "_weth",
}  # fmt: skip
_SPREAD: Final[dict[str, tuple[str, str]]] = {
    "withdrawal": ("提", r"提.{0,3}不出|提[0-9]"),
    "deposit": ("credit", r"\bcredit(?:ed)?\b.{0,12}\b(?:account|wallet|balance)"),
    "swap": ("换", r"换[a-z0-9]{2,6}失败"),
    "fee": ("charge", r"\bcharged?\b.{0,10}(?:fee|too|more)"),
    "code": ("code", r"\bcodes?\b.{0,25}\b(?:arriv|receiv|come|sms|email)"),
    "wrong_network": ("erc", r"\bbep-?20\b.{0,40}\berc|\berc-?20\b.{0,40}\bbep"),
    "stolen": ("unknown ", r"\bunknown .{0,24}(?:outgoing|transaction|payment|transfer)"),
    "support_network": ("支持", r"支持.{0,8}(?:链|网络|币)吗"),
    "pending": ("卡在", r"卡在[^哪]"),
    "usdt": ("u", r"[0-9]\s?u\b"),
    "near": ("near", r"[0-9] near\b"),
    "link": ("link", r"[0-9] link\b"),
    "uni": ("uni", r"[0-9]\s?个?uni\b"),
}
"""What has something in between: the part that is looked for first, and the whole."""
_KINDS: Final = ((_THINGS, THING), (_STATES, STATE), (_PLACES, PLACE))
WEIGHTS: Final[dict[str, float]] = {name: weight for kind, weight in _KINDS for name in kind}
NAMES: Final = tuple(WEIGHTS)
_JOINED: Final = frozenset(ascii_letters + digits + "_")

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


class _Word(NamedTuple):
    concept: int
    """Which of `NAMES`."""
    begins: bool
    """Whether an English word has to begin with it."""
    ends: bool


class _Finder:
    """All words of all concepts."""

    def __init__(self) -> None:
        words: dict[str, list[_Word]] = {}
        for number, written in enumerate(text for kind, _ in _KINDS for text in kind.values()):
            for word in filter(None, written.split("|")):
                words.setdefault(word.strip("_"), []).append(_Word(number, word[0] == "_", word[-1] == "_"))
        self._find = ahocorasick_rs.AhoCorasick(list(words)).find_matches_as_indexes
        self._words = list(words.values())
        self._spread = [
            (NAMES.index(name), part, re.compile(whole, re.ASCII)) for name, (part, whole) in _SPREAD.items()
        ]

    def __call__(self, folded: str) -> set[int]:
        found: set[int] = set()
        for which, start, end in self._find(folded, True):  # noqa: FBT003 - overlapping
            for word in self._words[which]:
                if (
                    word.concept not in found
                    and not (word.begins and start and folded[start - 1] in _JOINED)
                    and not (word.ends and folded[end : end + 1] in _JOINED)
                ):
                    found.add(word.concept)
        for concept, part, whole in self._spread:
            if concept not in found and part in folded and whole.search(folded) is not None:
                found.add(concept)
        return found


_finder = cache(_Finder)


def concepts(folded: str) -> tuple[str, ...]:
    """The concepts of a folded text, in the order of `NAMES`."""
    return tuple(NAMES[at] for at in sorted(_finder()(folded)))


def is_thing(concept: str) -> bool:
    """Whether it says what a message is about."""
    return concept in _THINGS


def is_coin(concept: str) -> bool:
    """Whether it is a coin or a network."""
    return concept in _PLACES


def contradicts(thing: str, others: frozenset[str]) -> bool:
    """Whether a thing is none of `others` and no other word for one of them."""
    return not (RELATED.get(thing, frozenset((thing,))) | {thing}) & others
