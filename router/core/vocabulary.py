"""What people talk about with a wallet's support: concepts with their words, in English and Chinese. Data.

Words are of folded text, lower case and simplified Chinese, set apart by `|`; `_` is an edge of an English word.
"""

from typing import Final

THINGS: Final[dict[str, str]] = {
    "withdrawal": "_withdraw|_withdrew|_cashing out|_cashingout|_cashed out|_cashedout|_cash out|_cashout"
    "|_payout_|提现|提币|提款|出币|提走|提不|提都|提出|提的|提到|提领|_pay out_|_payouts|_take my money out"
    "|_take money out|_taking out|_pull out|提去|提返|出唔到|提咗|_take out my|_taking my money|_my payout"
    "|_off the platform|_to my bank|取款|取现|取出|提钱|提u|提了|出不来",
    "deposit": "_deposit|_topping up|_topping-up|_toppingup|_toppedup|_top up|_top-up|_topup|_sepa_|充值|充币"
    "|入金|入账|转入|充的|入错链|_wire of|_wired_|_upi_|_blik|_gcash|_ecocash|_mpesa|_m-pesa|_mtn momo|_momo_"
    "|_cash in|_add money|_added money|_pay in_|_paid in_|_incoming_|充了|上账|未入|没入|充进|存入|入数|转数快"
    "|_faster payment|_bank transfer|_sent from my bank|_credited|_funded_|_funding my|_fund my|_topped_|_loaded_"
    "|_load my|_reload|_put in_|_put money|_paid into|_not in my account|打进|打款|打了钱|汇入|进账|到我账|充不|转进"
    "|转到你们|存币|存款|存钱",
    "transfer": "_transfer|_recipient|转账|转帐|转出|转给|汇款|转的|转到|转错|转了|打到|打给|打币|转我|转畀|转俾"
    "|汇俾|汇给|_remit|_remesa|过数|过咗|转过|_sended|_i paid_|转唔|转不|转一点|转钱",
    "swap": "_swap|_convert|_conversion|_slippage|_exchange my|_exchange of|_exchange for|_exchanged my"
    "|_exchanged of|_exchanged for|_exchanging my|_exchanging of|_exchanging for|_quotes_|_quote_|_liquidity|换币"
    "|兑换|闪兑|滑点|夹了|三明治|mev_|报价一直|报价出|_exchange rate|_spread_|_quoted|_rate you gave|汇率"
    "|_price impact|点差|_exchange_ for|_traded_ for|_flip my|_trade my|_price difference|换成usd|换成btc|换成eth"
    "|兑成|互换|换汇",
    "bridge": "_bridg|_relayer|_cross chain|_cross-chain|_crosschain|桥接|目标链|来源链|_wrong chain|桥过|过桥"
    "|_l2_|_layer 2|_to arbitrum|_to base|_to optimism|_to polygon|二层|跨",
    "staking": "_unstake_|_unstaked_|_stake_|_staked_|_staking_|_unbond|_delegat|_validator|_apy_|_apr_|质押|解押"
    "|解锁要|委托|节点|年化|池子|_slash|_cooldown|_epoch|_lock-up|_lockup|_lock period|_staker|_unstaking|_restake"
    "|_liquid staking|_steth_|_lido_|锁仓|解锁期",
    "reward": "_rewards_|_reward_|_payout|_accru|_yield|奖励|收益|利息|分红|_rebate|_cashback|回赠|返点|回馈|返利"
    "|_incentive|返现",
    "earn": "_interest_|_earn tab|_earn page|_earn balance|_earn product|_earn account|_savings_|_saving_|理财"
    "|活期|定期|赎回|_fixed term|_flexible term|利率|年利|生息|收益宝|天那款",
    "fee": "_fees_|_fee_|_gas_|_sat/vb|_commission|手续费|矿工费|燃料费|费用|网络费|能量|_charges_|_charged me"
    "|_cost me|_cost is|要收|收我|收了我|费率|_surcharge|_pricing|收费|扣费|_cheapest|_flat fee|_costs me|_cost too"
    "|_took_ as fee|_network cost|_service charge|_deducted as|_too expensive|_overcharg|抽成|扣我|收太多|多少手续"
    "|服务费|千分之|百分之",
    "card": "_bank card|_physical card|_virtual card|_plastic card|_my card|_the card|_wallet card|_new card"
    "|_cards_|_card_|_at the shop|_at the restaurant|_at the till|_at the terminal|_pos_|_atm_|实体卡|卡片|刷卡|激活"
    "|制卡|我的卡|这个卡|虚拟卡|卡被|卡号|盗刷|发卡|张卡|隻卡|刷不了|卡刷|碌卡|拍卡|补卡|_tap to pay|_contactless"
    "|_cardholder|_my visa|_mastercard|_visa_|_debit_|换卡|新卡|卡面|解绑|_cvv_|_physical one|_virtual one|_swiped"
    "|_swipe my|付款被拒|卡里|卡上|这卡|卡没|办卡|领卡|收到卡|卡到",
    "purchase": "_buying_|_buy_|_bought|_purchas|_apple pay|_google pay|_pix_|买币|买的|购买|买入|买了|下单"
    "|付了款|支付宝|微信付|法币|_ordered_|_my order|_order was|_upi_|_blik|_google play|订单|_card payment|刷卡买"
    "|_checkout failed|_paid with my card|_simplex|_moonpay|_credit card|_instant buy|买不了|购币|快捷买|信用卡买"
    "|一键买",
    "sale": "_selling_|_sell_|_sold_|_off ramp|_off-ramp|_offramp|卖币|卖出|卖的|卖了|出金|变现|卖掉|抛售",
    "p2p": "_p2p|_seller|_buyer|_c2c|卖家|买家|商家|场外|放币|不放|释放|_release the|_counterparty|_my ad_|广告单"
    "|接单|_escrow|_my order partner|_marked paid|_marked as paid|_merchant won't|收了钱不|没放|申诉|仲裁|对手方",
    "refund": "_refund|_money back|_chargeback|_dispute|_bucks back|_reimburs|退款|退回|退费|退钱|退到|赔付|赔偿"
    "|退不退|_give back|_get back my|_return my money|_returned to|_reversal|_reversed|_paid back|_pay back|退返|返还"
    "|退给我|原路",
    "double_charge": "_charged twice|_debited twice|_taken twice|_shows twice|_show twice|_listed twice"
    "|_double charg|_double-charg|_doublecharg|_duplicate charge|_two fees|多扣|扣了两|两笔扣|扣两|_paid twice"
    "|_two times|_twice_|两次扣|扣多|收两次|重复",
    "verification": "_kyc_|_verify|_verified|_verification|_identity_|_selfie|_face scan|_liveness|_passport"
    "|_proof of address|_id card|_no face|身份验证|实名|人脸|刷脸|护照|身份证|认证|证件|自拍|_id check|_face check"
    "|_documents_|_document_|_proof of business|_kyb_|_unreadable_|身份材料|补资料|补材料|审核|活体|刷面|验证身份"
    "|_badge no|_id photo|_driver's licen|_driving licen|_residence permit|_id upload|_upload my id|_national id"
    "|_second level|_level 2|_tier 2 verif|_photo of my id|身份核实|手持|回执",
    "source_of_funds": "_source of funds|_source of wealth|_payslip|_compliance|资金来源|资金用途|流水证明"
    "|_proof of income|_where the money|_salary slip|收入证明|来源证明|合规",
    "frozen": "_frozen|_freez|_unfre|_unfro|_locked my account|_locked account|_account is locked"
    "|_account is blocked|_account is restricted|_account is disabled|_account was locked|_account was blocked"
    "|_account was restricted|_account was disabled|_account got locked|_account got blocked|_account got restricted"
    "|_account got disabled|_account locked|_account blocked|_account restricted|_account disabled|_suspend|冻结|封号"
    "|解冻|风控|风险行为|误冻|限制提现|被限制|_account don block|_blocked my account|_closed my account"
    "|_account closed|_account is closed|_account got closed|_under review|_banned_|封咗|锁定|被封|账户关"
    "|_locked out of my account|限制了|_account on hold|_restricted_|_limited my account|_risk control|_security hold"
    "|_24h hold|风险控制|解封|账号异常|账户异常|受限|冻住",
    "login": "_logged in_|_logged on_|_logged out_|_logged-in_|_logged-on_|_logged-out_|_loggedin_|_loggedon_"
    "|_loggedout_|_logging in_|_logging on_|_logging out_|_logging-in_|_logging-on_|_logging-out_|_loggingin_"
    "|_loggingon_|_loggingout_|_log in_|_log on_|_log out_|_log-in_|_log-on_|_log-out_|_logon_|_logout_|_signed in_"
    "|_signed-in_|_signedin_|_signing in_|_signing-in_|_signingin_|_sign in_|_sign-in_|_signin_|_login|_locked out"
    "|_session expired|_get in_|登录|登陆|登不|登入|登进|登出|进不去|_logs me out|_logging me out|_logged me out"
    "|_kicked me out|_kicks me out|_kicked out|_logs out|_not trusted|_passkey|踢下线|掉线|_device not"
    "|_account does not exist|登唔|入唔到|_can't get into|_cant get into|_cannot get into|_can not enter|_can't enter"
    "|_cant enter|_let me in|_access my account|_sign back|_log back|_get back into|进不了|打不开账|上不去",
    "code": "_sms_|_6-digit|_6 digit|_6digit|_otp_|_login code|_verification code|_verification mail"
    "|_verification email|验证码|短信|_one-time|_login mail|_verification link|_text message|_resend_|验证邮件"
    "|收不到码|code call|_no sms|_confirmation code|_security code|_verification text|_code by sms|_code expired"
    "|_wrong code|_pin code by|动态码|校验码",
    "authenticator": "_two factor|_two-factor|_authenticator|_google auth|谷歌验证|双重验证|两步验证|二次验证"
    "|二步验证|_2-step|_two step|_two-step|_auth app|验证器|_security key|_yubikey|密保|_authy_|_otp app|_2fa|_mfa_"
    "|动态口令|谷歌码",
    "password": "_passwords_|_password_|_passcode|_pin_|_wipes_|_wipe_|密码|忘记密|_forgot my pass|_reset my pass"
    "|_unlock code|_wrong pin|_payment password|改密",
    "biometric": "_face id|_faceid|_touch id|_touchid|_fingerprint|_biometr|指纹|面容|生物识别|面部解锁|生物辨识"
    "|_face unlock|_face recognition|人脸解锁",
    "seed": "_seed_|_12 words|_12 phrase|_24 words|_24 phrase|_twelve words|_twelve phrase|_secret words"
    "|_secret phrase|_backup words|_backup phrase|_phrase_|_restore|_restoring|_derivation|_mnemonic|恢复钱包|导入"
    "|私钥|恢复短语|_private key|_xpub|_export my|_import keeps|_importing|_code word|_seedphrase|词组|keystore"
    "|_recovery|_12-word|_24-word|_my words|助记|备份词",
    "backup": "_backed up|_backed-up|_backedup|_backing up|_backing-up|_backingup|_back up|_back-up|_backup"
    "|_icloud|备份",
    "address": "_old address|_new address|_wrong address|_receive address|_receiving address|_my address"
    "|_address book|_address changed|_whitelist|地址为什么|地址变|收款码|错地址|地址填错|白名单|地址簿",
    "wrong_network": "_wrong network|_wrong chain|_on the wrong|错链|入错|链选错|网络选错|_other network"
    "|_different network|_different chain|_instead of trc|_instead of erc|_instead of bep|_on bsc instead|_via bsc"
    "|网络错|链错|错网络|走错|选成|别的链",
    "wrong_recipient": "_wrong person|_wrong address|_wrong recipient|_wrong wallet|_mistyped"
    "|_contract address and not|_contract and not|转错|填错|手滑|误转|打错|_by mistake|_wrong coin|_to the wrong"
    "|_litecoin to a|少复制|复制错|搞错地址|转重|_sent twice|提错|_typo in the address|_one letter wrong"
    "|_wrong account|_wrong iban|_not to him|_someone else's|发错|写错地址|地址错|少一位",
    "memo": "_destination tag|_without a tag|_without the tag|_without tag|标签|_memo|_tag_|_payment id"
    "|_forgot the tag|附言",
    "stolen": "_stole|_theft_|_thet_|_hack|_drain|_empti|_robb|_unauthorised|_unauthorized|_did not make"
    "|_did not do|_did not authori|_didn't make|_didn't do|_didn't authori|_didnt make|_didnt do|_didnt authori"
    "|_not me_|_took my funds|_took my money|_took my coins|_don't recognise|_don't recognize|_dont recognise"
    "|_dont recognize|被盗|盗走|偷|转走|不是我|黑客|没了币|不认识的转|_i didn't send|_without me|_not mine"
    "|_not done by me|_wasn't me|_wasnt me|无端端|被人转|_someone took|_someone moved|_someone sent"
    "|_money disappeared|_coins disappeared|_funds gone|_all gone|_wiped out|_cleared out|_without my permission"
    "|被划走|币没了|钱没了|不是本人|被黑",
    "scam": "_scam|_phish|_fake_|_imperson|_pretend|_is it really_|_is it real_|_is this really_|_is this real_"
    "|_is that really_|_is that real_|_really you_|_claim now|_you won|_called me|_called again|_calling me"
    "|_calling again|骗|钓鱼|假客服|冒充|假的|真的吗|中奖|_giveaway|_suspicious|_odd code|_someone called"
    "|_somebody called|_asked for my|打嚟|打来|冒认|套路|假冒|_ad with your logo|_legit_|_is this you|_is it you"
    "|可信吗|真系|_fraud|_asked me for my seed|_telegram group|假网站|假app|可疑",
    "approval": "_approvals_|_approval_|_approve request|_approve transaction|_allowance|_revok|_unlimited"
    "|_signature request|授权|无限额度",
    "balance": "_balances_|_balance_|_shows 0|_shows zero|_shows $0|_show 0|_show zero|_show $0|_empty wallet"
    "|余额|资产|归零|变成0|变0|显示0|_portfolio_|_everything at 0|_at 0_|_net worth|_profit and loss|赚了多少|_pnl_",
    "missing_token": "_missing token|_missing coin|_isn't shown|_isnt shown|_can't see that|_can't see my"
    "|_can't see the|_cant see that|_cant see my|_cant see the|_only shows_|_only show_|_add the token|_add token"
    "|_not shown|_not visible|_not displayed|不显示|看不到|唔见|代币合约|显示返|_token list|_hide spam"
    "|_doesn't show up|_doesnt show up|_not showing|_isnt displayed|_isn't displayed|_not on the list|不见了|没显示"
    "|冇显示",
    "nft": "_collectible|_gallery|藏品|nft|_mint_|_minted|_minting|_punk_|_my piece|_floor price|_opensea|铸造"
    "|_royalt|版税|_artwork",
    "airdrop": "_airdrop|_eligib|空投|资格|_claim_|_snapshot|_claimable|_token claim|领取",
    "referral": "_invit|_my code_|_bonus_|邀请|返佣|推荐奖|推荐码|_affiliate|_referr|_refer a|_refer my|_my link"
    "|拉新|佣金|推荐注册|推荐人|_friend joined|_friend signed|_signed up with my|_my friends code|拉了|返利",
    "giftcard": "_gift card|_giftcard|_giftvoucher|_voucher|_redeem|礼品卡|兑换码|代金券|卡密|_gift code"
    "|_card code|_steam_|_itunes|_amazon_|_razer|礼物卡|充值卡|点卡|兑换券",
    "price": "_prices_|_price_|_charts_|_chart_|_market data|行情|价格|报价|k线|币价|走势|_stale price"
    "|_rate shown|_wrong price|_quote_ is|_candl|_ticker_|价钱|牌价",
    "widget": "_widgets_|_widget_|小组件|小部件|_home screen|_homescreen|_lock screen|桌面组件|锁屏",
    "notification": "_notif|_push_|_alerts_|_alert_|通知|推送|提醒|_rang_|_badge_|_weekly report|_alarm|角标|红点"
    "|周报|_ping_|_pings_|_e-mails from you|_emails from you|_no alert|_silent_|_mute|_spam me|_too many emails"
    "|_stop sending|提示音|别再发",
    "newsletter": "_newsletter|退订|_unsubscrib|_mailing list|_marketing_|_promotional mail|_advert|_ads_|广告"
    "|订阅|推广邮件|营销",
    "language": "_language|_translat|_spelling|_locale|语言|翻译|中文|错别字|切成|_in english|_in french"
    "|_in spanish|_in welsh|_to english|_to french|_into english|_only english|英文|简体|繁体|_dutch_|_subtitles"
    "|_in chinese|_in german|_in italian|_in portuguese|_in arabic|_in turkish|_mistranslat|_typo_|繁體|西班牙语",
    "display": "_dark mode|_light mode|_font|_unreadable|_decimal|_displayed as|_display as|_currency display"
    "|深色|字体|小数点|人民币显示|显示成|法币显示|字太小|大字|放大|_too small|_large text|_bigger text"
    "|_black background|_white background|_dark theme|_light theme|_theme_|_app icon|_display currency|_in dollars"
    "|_in euros|图标|主题|皮肤|计价|背景|_background_|_hurts my eyes|_screen reader|_voiceover|无障碍|_contrast"
    "|_night mode|_colour|_color_|_layout_|_screen size|_cut off on|_landscape|_accessib|_hide balance"
    "|_hide my balance|排版|颜色|夜间|浅色|遮住|显示不全|隐藏余额|小数位",
    "crash": "_crash|_white screen|_blank screen|_won't open|_won't start|_won't launch|_wont open|_wont start"
    "|_wont launch|_close itself|_close right|_closing itself|_closing right|_shuts itself|_freezes_|_not opening"
    "|_app is down|_app down|_brick|_only white|闪退|白屏|崩溃|打不开|卡死|黑屏|_loading logo|_loading screen|_froze_"
    "|_closes_|_shuts down|自己退|一直退|退出去|_unresponsive|_goes black|_black screen|卡顿|_laggy|_is dead_"
    "|_wallet dead",
    "hardware": "_trezor|_hardware wallet|_firmware|_keystone|_usb|冷钱包|固件|_ledger|_bluetooth|_cold wallet"
    "|_nano x|_nano s|_onekey|硬件|蓝牙",
    "dapp": "_walletconnect|_uniswap|_opensea|_provider not found|_connecting to a site|_connecting to the site"
    "|_connecting to site|_connection to a site|_connection to the site|_connection to site|_connect to a site"
    "|_connect to the site|_connect to site|_pairing|_pair w|连接没反应|扫码连|插件|_connect wallet|_wallet connect"
    "|_site can't connect|_not connecting|_won't connect|_wont connect|_disconnect|_aave|_pancakeswap|_curve_"
    "|连接钱包|授权网站|浏览器里打开|连不|dapp",
    "gdpr": "_gdpr|_delete of my|_delete of all|_delete of account|_delete of the account|_delete of data"
    "|_delete my|_delete all|_delete account|_delete the account|_delete data|_deletion of my|_deletion of all"
    "|_deletion of account|_deletion of the account|_deletion of data|_deletion my|_deletion all|_deletion account"
    "|_deletion the account|_deletion data|_erasure|_personal data|_close my account|注销|删除账号|删除账户|个人信息"
    "|_dpa_|_data protection|_sub-processor|_subprocessor|_privacy|_my data|隐私|数据保护|删号|_delete everything"
    "|_remove my account|_close the account|_closing my account|_account closure|_right to be forgotten|关闭账|销户"
    "|数据副本",
    "tax": "_tax|_accountant|_yearly|年度账单|_1099|_w-8|_w8|_irs_|_self-assessment|_pit-|_tds_"
    "|_capital gain|税|盈亏报表|_cost basis|_hmrc_|_fiscal|_annual report|_fifo_|年度报表|申报|会计",
    "invoice": "_invoice_|_vat_|_receipt for|发票|开票|_inv-|_invoicing|专票|普票|抬头|开具|_invoices|_billing"
    "|_proof of purchase|_tax invoice|_company details|_company name on|税号|收据|票据",
    "statement": "_proof of payment|_letter for|_written proof|_certificate|_signed pdf|证明|书面|_statement"
    "|_holdings_|账单|_bank letter|_confirmation letter|_proof of funds|_proof of balance|_audit|_signed letter"
    "|_stamped|盖章|流水单",
    "limit": "_limit_|_quota|_rate limit|_rate-limit|_ratelimit|额度|限额|上限|限流|429|_daily cap|_cap_"
    "|_raise my|_increase my|_higher limit|提额|一天只能|每天限|次太少|_per minute|_limits|_daily limit|_weekly limit"
    "|_monthly limit|_maximum|_minimum|_min amount|_max amount|_too low limit|_exceed|最低|最高|最小|超限|单笔",
    "api": "_endpoint|_docs_|_doc_|_webhook|_sdk|接口|文档|回调|_callback|_websocket|_401_|_403_|密钥|沙箱"
    "|_sandbox|_fix gateway|_rate-limited|_payload|_signature mismatch|_testnet|_integration|对接|_api|_keys_ for"
    "|_rest_|_json_|_developer|_documentation|_read-only key|开发|调用|签名错误",
    "email_change": "_change my e-mail|_change my email|_change of e-mail|_change of email|_change the e-mail"
    "|_change the email|_change e-mail|_change email|_changing my e-mail|_changing my email|_changing of e-mail"
    "|_changing of email|_changing the e-mail|_changing the email|_changing e-mail|_changing email|_e-mail change"
    "|_email change|_change-of-email|_new e-mail|_new email|换邮箱|改邮箱|换绑邮箱|绑定邮箱|改绑邮箱|邮箱换|邮箱改"
    "|_change the mail|_another e-mail|_other e-mail|_new mail address|_e-mail address on|_email address on"
    "|_different email|_change mail|_update my email|_update email|_old email|_lost access to my email|_lost my email"
    "|_no access to my email|_no longer have that email|_email to a new|旧邮箱|新邮箱|邮箱不用|邮箱丢",
    "phone_change": "_new number|_change my phone|_change my number|_change the phone|_change the number"
    "|_change phone|_change number|_changing my phone|_changing my number|_changing the phone|_changing the number"
    "|_changing phone|_changing number|_old number|换手机号|改手机号|换号|手机号换|换绑手机|手机号码|改电话|电话号码"
    "|新号|旧号|_phone number|_mobile number|_sim_|_new sim|号码换|_changed my number|_changed number|_lost my sim"
    "|_lost my number|_new mobile|_number no longer|_update my phone|_update my number|更换手机|旧手机号|号码不用"
    "|停机了|注销的号|新手机号",
    "lost_phone": "_lost my phone|_lost phone|_phone was stolen|_phone was lost|_phone was broken"
    "|_phone got stolen|_phone got lost|_phone got broken|_phone stolen|_phone lost|_phone broken|手机丢|手机坏"
    "|手机被偷|换手机|新手机|旧手机|_broke my phone|_phone died|_phone fell|_phone is gone|_phone is broken"
    "|_new iphone|_new phone|_changed phone|_switched phone|手机没了|手机掉|手机进水|手机摔|换了手机|新机|旧机",
    "name_change": "_name change|_marriage|_maiden|改名|婚后|_married name|_new surname|_changed my name"
    "|_deed poll|_name on my account|_legal name|_change my name|_wrong name|_name mismatch|_name does not match"
    "|_name doesn't match|更名|改姓|姓名不符|名字不一致",
    "support_network": "_do you guys support|_do you support|_do it guys support|_do it support"
    "|_do the wallet guys support|_do the wallet support|_does you guys support|_does you support"
    "|_does it guys support|_does it support|_does the wallet guys support|_does the wallet support"
    "|_will you guys support|_will you support|_will it guys support|_will it support|_will the wallet guys support"
    "|_will the wallet support|_roadmap|_listing of supported|_listing of new|_list of supported|_list of new"
    "|什么时候上线|会支持|_plan to list|_plan to support|_plan to add|_plans to|_do u plan|_add kaspa|_list kaspa"
    "|_when will you|_when do you add|_supporting_|支持吗|会上|上线吗|支不支持|上币|_add support|_will there be"
    "|_is it supported|_can you add|_please add|_please list|_not supported yet|增加支持|能不能加|希望支持|希望加"
    "|建议加|什么时候支持|支持不支持|上新",
    "nonce": "_nonce|_speed up|_speedup|_replacement|_dropped|加速|取消交易|怎么取消|_accelerate|_unconfirmed"
    "|_stuck transaction|_mempool|_low fee|_sat/vb|_rbf|加油费|_cancel it before|广播中|_replace by fee"
    "|_cancel transaction|_cancel the transaction|_cancel a transaction|_stuck tx|_speed it up|_pending tx|撤销交易"
    "|取消这笔|撤回|加gas|提高矿工费",
    "bind_card": "_adding my card|_adding a card|_adding the card|_adding card|_add my card|_add a card"
    "|_add the card|_add card|_linking my card|_linking a card|_linking the card|_linking card|_link my card"
    "|_link a card|_link the card|_link card|_binding my card|_binding a card|_binding the card|_binding card"
    "|_bind my card|_bind a card|_bind the card|_bind card|_saveing my card|_saveing a card|_saveing the card"
    "|_saveing card|_save my card|_save a card|_save the card|_save card|_3ds|绑定信用卡|绑卡|添加银行卡|发卡行",
    "payment": "_payments_|_payment_|_paid at_|_merchant|_cashback|消费|返现|_pay with|_paying with|_pay a bill"
    "|_pay bills|_bill payment|_transaction declined|_supermarket|_restaurant|_petrol|_till_|缴费|付钱|付款失败|超市"
    "|店里|餐厅|加油",
    "history": "_transaction history|_transactions list|_transactions record|_transaction list"
    "|_transaction record|交易记录|转账记录|流水|明细|_trade history|_history_|_export of my|_activity list|账变"
    "|交易历史|_past transactions|_past orders|_order history|_my transactions|_csv_|_export the"
    "|_download history|历史记录|历史订单|导出",
    "phone_call": "_hotline|_phone line|_phone support|_call you|_call a human|电话打|打电话|人工客服|客服电话"
    "|_phone number of|_ring you|_a number to call|_speak to a human|_talk to a human|_call me|_real person"
    "|_call centre|_callback from|_phone call|_telephone|_call center|_talk to someone|_speak to someone"
    "|_speak to somebody|_live agent|_human being|打个电话|电话联系|转人工|真人",
    "device": "_tablet|_android version|平板|桌面版|_2 phones|_two phones|_both phones|_both of my|_second phone"
    "|_two devices|_2 devices|_another phone|_new device|_other device|_linux_|_apple watch|_smartwatch|两部手机"
    "|两台手机|多台|设备管理|登录设备|手表|_desktop|_mac_|_windows_|_laptop|_ipad|_browser_|_huawei|_android tv|_sync"
    "|_other phone|电脑|同步|换设备|多设备",
    "profile": "_nickname|_avatar|_username|_profile_|昵称|头像|用户名|_emoji_|_name each|_rename|_label"
    "|_contact name|改名字|备注名|_display name|_nick_|_bio_|签名档|资料页",
    "job": "_partnership|_list our token|合作|招聘|上币|_agent for you|_be agent|_ambassador|_sponsor|_collab"
    "|_vacanc|_hiring|_career|_internship|招人|应聘|简历|岗位|代理|加盟|商务|_resume_|_list kas|_listing_|上架币|_job"
    "|_work for you|_apply for|_position at|_cv_|_partner_|_business proposal|_influencer|_youtube|_tiktok"
    "|_affiliate program|_market maker|实习|求职|合伙|渠道|自媒体|博主",
    "futures": "_perp|_leverage|_margin_|_liquidation price|_my position|_close position|_open position"
    "|_stop loss|_stop-loss|_take profit|_funding rate|_copy trad|_trading bot|_grid bot|_orderbook|_order book"
    "|_limit order|合约|永续|仓位|平仓|爆仓|强平|杠杆|保证金|止损|止盈|资金费|跟单|网格|现货|挂单|限价单|做空|做多"
    "|子账户|_sub-account|_subaccount|划转|_spot_|_futures|_long position|_short position|_pnl_|_entry price"
    "|_stop order|_order filled|_order didn't fill|_copytrad|开仓|平不了|做市|委托单",
    "loan": "_loan|_borrow|_collateral|_lending|借贷|借币|贷款|抵押|清算|还款|补仓|_repay|_ltv_|_liquidat"
    "|_health factor|爆仓|借款|质押借|还贷",
    "airtime": "_airtime|_mobile top|_data bundle|话费|流量包|_recharge|_top up my phone|_data plan|_electricity"
    "|_bill_ token|电费|水费|手机充值",
    "redpacket": "_red packet|_red envelope|_redpacket|_hongbao|红包|抢了|利是",
    "promo": "_promo|_campaign|_contest|_lottery|_prize|_coupon|_points_|_trial fund|活动|抽奖|体验金|优惠券|积分"
    "|签到|奖品|竞赛|名次|_competition|_challenge_|_quest_|_mission_|_welcome bonus|_sign-up bonus|奖励金|新手|抽中"
    "|空降|折扣|满减|福利",
    "vip": "_vip|_tier_|_loyalty|等级|会员",
    "subscription": "_premium|_subscription|_monthly fee|月费|包月|_subscrib|_pro plan|_plus plan"
    "|_membership|_renew|_cancel my plan|高级版|专业版|会员|订阅费",
    "multisig": "_multisig|_multi-sig|_co-sign|_cosign|_signer|_signator|_joint account|_two owners"
    "|_trust account|_shared wallet|_family account|多签|签名人|共管|联名|_2-of-3|_3-of-5|_second owner|_co-owner"
    "|_team member|_team account|_approver|_user roles|_permission|多人|权限|成员|审批|联合账户",
    "inheritance": "_inherit|_passed away|_deceased|_died_|_late father|_late husband|_late wife|_late mother"
    "|_estate_|_beneficiar|_probate|_executor|_death cert|过世|去世|继承|遗产|身故|遗物|_heir|_funeral|_widow"
    "|_will and|_power of attorney|_testament|后事|老伴走|丧|委托书",
    "minor": "_underage|_under age|_teen|_under 18|_she is 1|_he is 1|_is 16|_is 15|_is 17|_for my child"
    "|_kids account|未成年|儿童|小孩|未满18|_my kid|_minor_|_years old|_age limit|儿子开|女儿开|年龄",
    "registration": "_register|_registration|_sign up_|_signing up|_signup|_sign-up|_create an account"
    "|_open an account|_opening an account|注册|开户|开通账|入驻",
    "account_merge": "_merge|_two accounts|_2 accounts|_second account|合并账|两个账号|两个账户"
    "|_duplicate account|_both accounts|_other account|_another account|_old account|_first account|另一个账号"
    "|另外一个账号|旧账号|两个号|小号",
    "country": "_moved from|_moved to|_moving to|_relocat|_residenc|_nationality|_my country|_change country"
    "|_region_|居住地|搬到|国籍|所在地|地区|_another country|_new country|_new address proof|_abroad|_travelling"
    "|_traveling|_available in|_my state|_resident|国外|海外|出国|移民|其他国家|我国|境外",
    "qr": "二维码|扫码|码扫|扫唔|扫不|_qr|_barcode|_scanner|_scanning|扫一扫|扫描|收款码|付款码",
    "merchant": "_pay link|_payment link|_checkout|_merchant|_settlement|_my shop|_our shop|_my store|_our store"
    "|_storefront|_terminal|_business account|_business dashboard|_company account|_our customer|_point of sale|商户"
    "|收款链接|收单|结算|店铺|企业账户|企业收款|收款账户|收银|_our clients|_my customers|_our payments|_shopify"
    "|_woocommerce|_plugin_|_invoice link|_for my business|公司账户|我司|我们公司|客户付|店主|对公|商家",
    "bank_link": "_bank account|_my iban|_linked bank|_link a bank|_link my bank|_bank details|_add my bank"
    "|_add bank|绑定的银行|绑定银行|绑银行|银行卡绑|换银行卡|银行账户|银行户口|收款账户|四要素|姓名不一致|绑张"
    "|_bank card|_iban_|_sort code|_account number|_routing number|_payee|_beneficiary name|_zelle|_ach_|_swift_"
    "|_sepa|开户行|银行信息|支付宝绑|微信绑",
    "recurring": "_recurring|_auto buy|_auto-buy|_autobuy|_auto invest|_auto-invest|_dca_|_weekly buy"
    "|_monthly buy|_every month|_standing order|定投|自动买|自动扣|每月自动|_every week|_every monday|_scheduled"
    "|_schedule a|_regular buy|_plan stopped|_savings plan|定期买|计划买|每周|每月买|扣款计划",
    "watch_only": "_watch-only|_watch only|只读钱包|_view only|_read only wallet|_track an address|观察|监控地址",
    "spam_token": "_spam token|_weird token|_unknown token|_strange token|_dust_|_fake token|_safe to touch"
    "|垃圾币|多了一个币|多了个币|陌生代币|莫名其妙的币",
    "complaint": "_complain|_rude|_compensat|_unprofessional|投诉|态度|差评|_ombudsman|_lawyer|_legal action"
    "|_sue_|_report you|_terrible service|_worst|_unacceptable|_disgust|律师|起诉|维权|曝光|举报你|垃圾|太差",
    "event": "_meetup|_podcast|_webinar|_conference|_hackathon|线下|沙龙|直播|展会|峰会|_ticket for the|_event_"
    "|_ama_|_summit|_booth|_merch_|_t-shirt|_hoodie|周边|活动门票|见面会",
    "outage": "_site down|_is down|_502_|_504_|_nginx|_servers_|_server_|_outage|_maintenance|服务器|维护|宕机"
    "|停机|崩了|挂了|瘫痪|_node unreachable|_rpc_|_app not working|_nothing works|_all down|_not responding|_timeout"
    "|_timed out|_time out|_unavailable|_service down|_network error|_connection error|_cant connect|_can't connect"
    "|_503|_gateway|超时|连接失败|网络错误|网络异常|系统繁忙|不可用|全挂",
    "battery": "_battery|_drains|_overheat|费电|耗电|发热|发烫|后台耗|_heats|掉电",
    "extension": "_extension|_metamask|_rabby|_phantom|_chrome_|浏览器扩展|扩展程序",
    "launchpad": "_launchpad|_launchpool|_presale|_ido_|_ieo_|打新|认购|申购",
    "postal": "_billing address|_moved house|_shipping address|_mailing address|_postal|_tracking number|_courier"
    "|_shipped|账单地址|新家|收货地址|快递|物流|寄出|寄到|邮寄|派送|_post office|_parcel|_envelope|_arrive by post"
    "|_letterbox|_mailbox|_in the post|_delivered_|_delivery|_dispatch|送到|没送|信箱|邮局|包裹|邮递",
    "personal_details": "_date of birth|_birthday|_birth date|_surname|_middle name|_misspel|生日|名字写错"
    "|姓名写错|录错",
    "insurance": "保险|丢失险|理赔|_insur|_guarantee|_claim form|_cover_|赔不赔|保障|赔付",
    "wallet_deleted": "_deleted the app|_deleted my|_deleted the wallet|_deleted it by|_uninstalled|_reinstall"
    "|_2nd wallet|_second wallet|_wallet switcher|_lost my wallet|钱包删|卸载|删掉了|删了app|删除了app|重装"
    "|_removed the wallet|_removed my wallet|_reset my phone|_factory reset|_disappeared wallet|_wallets are gone"
    "|误删|删除钱包|钱包没了|钱包不见|恢复出厂|重置手机",
    "gold": "_paxg|_xaut|黄金|实物|_gold|_silver",
    "website": "_link is dead|_link is broken|_dead link|_broken link|_support page|_website|_your site"
    "|_help page|_404_|_your blog|官网|链接打不开|博客|帮助页|帮助中心|网站|_webpage|_web page|_your page"
    "|_landing page|_faq_|_knowledge base|_tutorial|网页|页面打不|教程",
}  # fmt: skip
"""What a message is about."""
STATES: Final[dict[str, str]] = {
    "pending": "_pending|_stuck|_processing|_unconfirmed|_confirmations_|_confirmation_|_queue|_still waiting"
    "|_still says|_still not|_hang|处理中|待确认|卡住|排队|确认中|没动静|一直转|卡了|不动|_on hold|_held_|_broadcast"
    "|广播|审核|_under review|_waiting_|_in review|_not confirmed|_0 confirm|等待|没放|_still in|未确认|没确认|0确认"
    "|_frozen at|_in progress|_awaiting|_under investigation|_not processed|_on the way|_in limbo|进行中|未完成"
    "|没处理|还在",
    "missing": "_not arrive|_not receive|_not credited|_not there|_not shown up|_never arriv|_never came"
    "|_never receiv|_never got|_hasn't arriv|_hasn't come|_hasn't shown|_hasn't been|_hasnt arriv|_hasnt come"
    "|_hasnt shown|_hasnt been|_has not arriv|_has not come|_has not shown|_has not been|_haven't got"
    "|_haven't received|_havent got|_havent received|_didn't arrive|_didn't get|_didn't receive|_didn't come"
    "|_didnt arrive|_didnt get|_didnt receive|_didnt come|_did not get|_did not come|_missing|_vanish|_disappear"
    "|_gone_|_nothing received|_nothing in there|_nothing there|_sees nothing|_where's|_wheres|_where is|_where are"
    "|未到|没到|没收到|未收到|没有到|不到账|没有收到|还没来|没帐|收不到|没入|没上账|没发|不见了|没看见|没显示"
    "|_not here|_isn't here|_isnt here|_not enter|_never enter|_don't have it|_doesn't have it|_not in my"
    "|_not reflect|_not seen|_isn't in|_isnt in|_not yet|_no sign|_nothing came|_hasn't landed|_not landed"
    "|_never landed|_not added|唔到账|收唔到|冇收到|唔见咗|_not appear|_doesn't appear|_didn't show|_didnt show"
    "|_lost_|_didn't appear|_where did|_not visible|_never showed|_never appeared|_no trace|_nothing arrived|_nowhere"
    "|_hasn't turned up|没见到|没看到|没有看到|没动静|没出现|迟迟|没下文|没给|没退",
    "failed": "_fail|_error|_declin|_denied|_refus|_reject|_doesn't work|_doesnt work|_not working|_isn't working"
    "|_isnt working|_won't|_wont|_can't|_cant|_cannot|_unable|_something went wrong|_not accepted|_isn't accepted"
    "|_isnt accepted|失败|报错|错误|被拒|拒绝|不行|无法|不能|异常|退回|不了|无效|_invalid|_not recogn"
    "|_stopped working|_broken|_blank|唔到|唔得|打不开|刷不|_does not|_keeps_|_cut off|_bounced|_crash|_not load"
    "|_no longer|没反应|不成功|不对|_wrong_|收不到|点不|空白|转圈|加载|_spinning|_spinner|_white page|白页"
    "|_stuck loading|_doesn't load|_doesnt load|_glitch|_bug_|_buggy|_unsuccessful|_not possible|_impossible"
    "|_nothing happens|_no response|_stops working|点了没|没用|不工作|出错|故障|有问题|坏了|卡死",
    "greyed": "_grayed out|_grayedout|_gray out|_grayout|_greyed out|_greyedout|_grey out|_greyout|_button is"
    "|灰的|灰色|点不了|没反应",
    "deducted": "_deduct|_debited|_taken from|_charged_|_paid_|_payment went|_payment settled|_payment done|扣了"
    "|扣款|被扣|付款|已付|付了",
    "slow": "_slow|_how long|_for days|_for weeks|_for hours|多久|几天|太慢|一个月|什么时候|_since this morning"
    "|_since monday|_since tuesday|_since wednesday|_since thursday|_since friday|_since saturday|_since sunday"
    "|_days ago|_weeks ago|_hours_|天了|几时|幾時|等了|_too long|_so long|_for ages|_ages_|_forever|_how much longer"
    "|_when will|_when is|_still after|_two weeks|_a week|_a month|_2 days|_3 days|_4 days|好久|多长时间|这么久"
    "|等到什么|一星期|一周|半个月|两天|三天|几个小时",
    "less": "_less than|_only got|_instead of|_higher than|_too high|_too much|_expensive|少了|少发|太贵|便宜"
    "|这么贵|不一样|更贵|实际只有|_short by|_short of|_out by|_wrong amount|少咗|多收|对不上|_missing from|_off by"
    "|_lower than|贵咗|亏|_incorrect amount|_less money|_only received|_only credited|_was charged more|_more than"
    "|_difference of|_not the full|_partial|差了|不够|只到了|只收到|少收|多扣|不对数|缺",
    "blocked": "_block|_unblock|_disabled|屏蔽|拦截",
    "bank": "_bank_|_iban_|_wire_|_landlord|银行|储蓄卡|招行|建行|工行",
    "exchange": "_exchange_|_binance|_kraken|_coinbase|_okx|_bybit|交易所|币安|欧易",
    "explorer": "_explorer|_etherscan|_tronscan|_on chain|_on-chain|浏览器|链上",
    "screenshot": "_screenshot|_picture|_attach|_photo|截图|附件|图片",
    "ticket": "_ticket|_case no|_case number|工单|单号",
    "update": "_updat|_upgrad|_version|更新|升级|新版|版本|旧版|_after 8|_beta_|装了新|_testflight|_apk_",
}  # fmt: skip
"""How it stands with it."""
