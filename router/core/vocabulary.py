"""What people talk about with a wallet's support: concepts with their words, in English and Chinese. Data.

Words are of folded text, lower case and simplified Chinese, set apart by `|`; `_` is an edge of an English word.
"""

from typing import Final

THINGS: Final[dict[str, str]] = {
    "withdrawal": "_withdraw|_withdrew|_cashing out|_cashingout|_cashed out|_cashedout|_cash out|_cashout"
    "|_payouts_|_payout_|提现|提币|提款|出币|提走|提不|提都|提出|提的|提到|提领|_pay out_|_payouts|_take my money out"
    "|_take money out|_taking out|_pull out|提去|提返|出唔到|提咗|提现去",
    "deposit": "_deposit|_topping up|_topping-up|_toppingup|_topped up|_topped-up|_toppedup|_top up|_top-up"
    "|_topup|_sepa_|充值|充币|入金|入账|转入|充的|入错链|_wire of|_wired_|_upi_|_blik|_gcash|_ecocash|_mpesa|_m-pesa"
    "|_mtn momo|_momo_|_cash in|_add money|_added money|_pay in_|_paid in_|_incoming_|充了|转进来|上账|未入|没入|充进"
    "|存入|入数|转数快|_faster payment|_bank transfer|_sent from my bank|_not credited|_isn't credited|_isnt credited"
    "|_credited",
    "transfer": "_transfer|_send_|_sent_|_sending_|_recipient|转账|转帐|转出|转给|汇款|转的|转到|转错|转了|打到"
    "|打给|打币|转我|转畀|转俾|汇俾|汇给|_remit|_remesa|过数|过咗|转过|_sended|_i paid_|转账备注|转唔|转不|转一点"
    "|转钱",
    "swap": "_swap|_convert|_conversion|_slippage|_exchange my|_exchange of|_exchange for|_exchanged my"
    "|_exchanged of|_exchanged for|_exchanging my|_exchanging of|_exchanging for|_quotes_|_quote_|_liquidity|换币"
    "|兑换|闪兑|滑点|夹了|三明治|mev_|报价一直|报价出|_swapping|换成|换的|_converted|_exchange rate|_spread_"
    "|_was quoted|_got quoted|_quoted|_rate you gave|汇率|_price impact|点差",
    "bridge": "_bridg|_relayer|_cross chain|_cross-chain|_crosschain|跨链|跨到|跨过|桥接|目标链|来源链"
    "|_wrong chain|_claim the bridge|桥过|过桥|跨过去",
    "staking": "_unstake_|_unstaked_|_unstaking_|_stake_|_staked_|_staking_|_unbond|_delegat|_validator|_apy_"
    "|_apr_|质押|解押|解锁要|委托|节点|年化|池子|_slash|_cooldown|_epoch|_lock-up|_lockup|_lock period|赎回质押"
    "|解质押|验证器",
    "reward": "_rewards_|_reward_|_payout|_accru|_yield|奖励|收益|利息|分红|_rebate|_cashback|回赠|返点|回馈|返利"
    "|_incentive|返现",
    "earn": "_interest_|_earn tab|_earn page|_earn balance|_earn product|_earn account|_savings_|_saving_|理财"
    "|活期|定期|赎回|_interest rate|_fixed term|_flexible term|利率|年利|生息|理财宝|收益宝|天那款|_savings rate",
    "fee": "_fees_|_fee_|_gas_|_sat/vb|_commission|手续费|矿工费|燃料费|费用|网络费|能量|_charges_|_charged me"
    "|_cost me|_cost is|要收|收我|收了我|费率|_surcharge|_pricing|收费|扣费|_cheapest|_flat fee",
    "card": "_debit card|_bank card|_physical card|_virtual card|_plastic card|_my card|_the card|_wallet card"
    "|_new card|_cards_|_card_|_at the shop|_at the restaurant|_at the till|_at the terminal|_pos_|_atm_|实体卡|卡片"
    "|刷卡|激活|制卡|我的卡|这个卡|虚拟卡|这张卡|卡被|卡号|盗刷|发卡|张卡|隻卡|刷不了|卡刷|碌卡|拍卡|补卡|_tap to pay"
    "|_contactless|_pos terminal|_cardholder|_card's|_my visa|_mastercard|_visa_|_debit_|换卡|新卡|卡面|解绑",
    "purchase": "_buying_|_buy_|_bought|_purchas|_apple pay|_google pay|_pix_|_buy-|买币|买的|购买|买入|买了|下单"
    "|付了款|支付宝|微信付|法币|_ordered_|_my order|_order was|_buy order|_upi_|_blik|_google play|订单|_card payment"
    "|刷卡买",
    "sale": "_selling_|_sell_|_sold_|_off ramp|_off-ramp|_offramp|_sell-|卖币|卖出|卖的|卖了|出金",
    "p2p": "_p2p|_seller|_buyer|_c2c|卖家|买家|商家|场外|申诉单|放币|不放|释放|_release the|_counterparty|_my ad_"
    "|广告单|接单",
    "refund": "_refund|_money back|_chargeback|_dispute|_bucks back|_reimburs|退款|退回|退费|退钱|退到|赔付|赔偿"
    "|退不退",
    "double_charge": "_charged twice|_debited twice|_taken twice|_shows twice|_show twice|_listed twice"
    "|_double charg|_double-charg|_doublecharg|_duplicate charge|_two fees|多扣|重复扣|扣了两|两笔扣|扣两|_paid twice"
    "|_two times|_twice_|两次扣|扣多|收两次|重复",
    "verification": "_kyc_|_verify|_verified|_verification|_identity_|_selfie|_face scan|_liveness|_passport"
    "|_proof of address|_id card|_no face|身份验证|实名|人脸|刷脸|护照|身份证|认证|证件|自拍|_id check|_face check"
    "|_documents_|_document_|_proof of business|_kyb_|_unreadable_|身份材料|补资料|补材料|审核|活体|认证过|刷面"
    "|验证身份|手持照|_badge no|_id photo|_driver's licen|_driving licen|_residence permit",
    "source_of_funds": "_source of funds|_source of wealth|_payslip|_compliance|资金来源|资金用途|流水证明"
    "|_proof of income|_where the money|_salary slip|收入证明|来源证明|合规",
    "frozen": "_frozen|_freez|_unfre|_unfro|_locked my account|_locked account|_account is locked"
    "|_account is blocked|_account is suspended|_account is restricted|_account is disabled|_account was locked"
    "|_account was blocked|_account was suspended|_account was restricted|_account was disabled|_account got locked"
    "|_account got blocked|_account got suspended|_account got restricted|_account got disabled|_account locked"
    "|_account blocked|_account suspended|_account restricted|_account disabled|_suspend|_restricted account|冻结"
    "|封号|解冻|风控|风险行为|误冻|限制提现|账号被封|被限制|_restricted for|_account don block|_blocked my account"
    "|_closed my account|_account closed|_account is closed|_account got closed|_under review|_banned_|封咗|锁定|被封"
    "|账户关|_locked out of my account|限制了",
    "login": "_logged in_|_logged on_|_logged out_|_logged-in_|_logged-on_|_logged-out_|_loggedin_|_loggedon_"
    "|_loggedout_|_logging in_|_logging on_|_logging out_|_logging-in_|_logging-on_|_logging-out_|_loggingin_"
    "|_loggingon_|_loggingout_|_log in_|_log on_|_log out_|_log-in_|_log-on_|_log-out_|_logon_|_logout_|_signed in_"
    "|_signed-in_|_signedin_|_signing in_|_signing-in_|_signingin_|_sign in_|_sign-in_|_signin_|_login|_locked out"
    "|_session expired|_get in_|登录|登陆|登不|登入|登进|登出|进不去|_logs me out|_logging me out|_logged me out"
    "|_kicked me out|_kicks me out|_kicked out|_logs out|_session_|_not trusted|_passkey|踢下线|掉线|被登出"
    "|_device not|_account does not exist|登唔|入唔到",
    "code": "_sms_|_6-digit|_6 digit|_6digit|_otp_|_login code|_verification code|_verification mail"
    "|_verification email|验证码|短信|_one-time|_login mail|_verification link|_text message|_resend_|验证邮件"
    "|收不到码|code call|_no sms",
    "authenticator": "_2fa_|_two factor|_two-factor|_authenticator|_google auth|谷歌验证|双重验证|两步验证"
    "|二次验证|二步验证|_2-step|_two step|_two-step|_auth app|验证器|_security key|_yubikey|密保",
    "password": "_passwords_|_password_|_passcode|_pin_|_wipes_|_wipe_|密码|忘记密",
    "biometric": "_face id|_faceid|_touch id|_touchid|_fingerprint|_biometr|指纹|面容|生物识别|面部解锁|生物辨识"
    "|指纹支付|面容支付|_face unlock",
    "seed": "_seed_|_12 words|_12 phrase|_24 words|_24 phrase|_twelve words|_twelve phrase|_recovery words"
    "|_recovery phrase|_secret words|_secret phrase|_backup words|_backup phrase|_phrase_|_restore|_restoring"
    "|_derivation|_mnemonic|恢复钱包|导入|私钥|恢复短语|词|_private key|_xpub|_keystore|_export my|_import keeps"
    "|_importing|_code word|助记词|_seedphrase|_recovery code|词组|keystore",
    "backup": "_backed up|_backed-up|_backedup|_backing up|_backing-up|_backingup|_back up|_back-up|_backup"
    "|_icloud|备份",
    "address": "_old address|_new address|_wrong address|_receive address|_receiving address|_my address"
    "|_address book|_address changed|_address whitelist|_whitelist|地址为什么|地址变|收款码|错地址|地址填错|白名单"
    "|地址簿",
    "wrong_network": "_wrong network|_wrong chain|_on the wrong|错链|选错网络|入错|链选错|网络选错",
    "wrong_recipient": "_wrong person|_wrong address|_wrong recipient|_wrong wallet|_mistyped"
    "|_contract address and not|_contract address by mistake|_contract and not|_contract by mistake|转错|填错|手滑"
    "|误转|打错|_by mistake|_wrong coin|_to the wrong|_litecoin to a|少复制|复制错|搞错地址|转重|_sent twice|提错"
    "|打错地址",
    "memo": "_memo_|_destination tag|_without a tag|_without the tag|_without tag|标签",
    "stolen": "_stole|_theft_|_thet_|_hack|_drain|_empti|_robb|_unauthorised|_unauthorized|_did not make"
    "|_did not do|_did not authori|_didn't make|_didn't do|_didn't authori|_didnt make|_didnt do|_didnt authori"
    "|_not me_|_took my funds|_took my money|_took my coins|_don't recognise|_don't recognize|_dont recognise"
    "|_dont recognize|被盗|盗走|偷|转走|不是我|黑客|没了币|不认识的转|_i didn't make|_i didn't send|_without me"
    "|_not mine|_not done by me|_wasn't me|_wasnt me|不是我操作|不是我本人|无端端|被人转",
    "scam": "_scam|_phish|_fake_|_imperson|_pretend|_is it really_|_is it real_|_is this really_|_is this real_"
    "|_is that really_|_is that real_|_really you_|_claim now|_you won|_called me|_called again|_calling me"
    "|_calling again|骗|钓鱼|假客服|冒充|假的|真的吗|中奖|_giveaway|_suspicious|_odd code|_pretending|_someone called"
    "|_somebody called|_asked for my|打嚟|打来|诈骗|冒认|套路|假冒|_ad with your logo|_legit_|_is this you|_is it you"
    "|可信吗|真系",
    "approval": "_approvals_|_approval_|_approve request|_approve transaction|_allowance|_revok|_unlimited"
    "|_signature request|授权|无限额度",
    "balance": "_balances_|_balance_|_shows 0|_shows zero|_shows $0|_show 0|_show zero|_show $0|_empty wallet"
    "|余额|资产|归零|变成0|变0|显示0|_portfolio_|_everything at 0|_at 0_|_net worth|_profit and loss|赚了多少|总资产"
    "|_pnl_",
    "missing_token": "_missing token|_missing coin|_isn't shown|_isnt shown|_can't see that|_can't see my"
    "|_can't see the|_cant see that|_cant see my|_cant see the|_only shows_|_only show_|_add the token|_add token"
    "|_not shown|_not visible|_not displayed|不显示|看不到|唔见|代币合约|显示返|_token list|_hide spam"
    "|_doesn't show up|_doesnt show up|_not showing|_isnt displayed|_isn't displayed|_not on the list|不见了|没显示"
    "|冇显示",
    "nft": "_collectible|_gallery|藏品|nft|_mint_|_minted|_minting|_punk_|_my piece|_floor price|_opensea|铸造"
    "|_royalt|版税",
    "airdrop": "_airdrop|_eligib|空投|资格|_claim_|_snapshot",
    "referral": "_referral|_invit|_my code_|_bonus_|邀请|返佣|推荐奖|推荐码|_affiliate|_referr|_refer a|_refer my"
    "|_my link|_invite|邀请码|拉新|佣金|推荐注册|推荐人",
    "giftcard": "_gift card|_gift voucher|_giftcard|_giftvoucher|_voucher|_redeem|礼品卡|兑换码|代金券|卡密",
    "price": "_prices_|_price_|_price widget|_charts_|_chart_|_market data|行情|价格|报价|k线|币价|走势图|走势"
    "|_price alert|_stale price",
    "widget": "_widgets_|_widget_|小组件|小部件|_home screen|_homescreen|_lock screen|桌面组件|锁屏",
    "notification": "_notif|_push_|_alerts_|_alert_|通知|推送|提醒|_rang_|_badge_|_weekly report|_alarm|角标|红点"
    "|周报|_ping_|_pings_|短信提醒|_e-mails from you|_emails from you",
    "newsletter": "_newsletter|_unsubscribe|_marketing e-mail|_marketing email|_marketing -mail|_marketing mail"
    "|订阅邮件|营销邮件|退订",
    "language": "_language|_translat|_spelling|_locale|_in german_|语言|翻译|中文|错别字|切成|_in english"
    "|_in french|_in spanish|_in welsh|_to english|_to french|_into english|_only english|英文|简体|繁体|界面语言"
    "|转做英文|_dutch_|_subtitles",
    "display": "_dark mode|_light mode|_font|_unreadable|_decimal|_displayed as|_display as|_currency display"
    "|深色|夜间模式|字体|小数点|人民币显示|显示成|法币显示|字太小|大字|放大|_too small|_large text|_bigger text"
    "|_black background|_white background|_dark theme|_light theme|_theme_|_app icon|_display currency|_in dollars"
    "|_in euros|图标|主题|皮肤|计价|背景|_background_|_hurts my eyes|_screen reader|_voiceover|无障碍|_contrast",
    "crash": "_crash|_white screen|_blank screen|_won't open|_won't start|_won't launch|_wont open|_wont start"
    "|_wont launch|_close itself|_close right|_closes itself|_closes right|_closing itself|_closing right"
    "|_shuts itself|_freezes_|_not opening|_app is down|_app down|_brick|_only white|闪退|白屏|崩溃|打不开|卡死|黑屏"
    "|_loading logo|_loading screen|_froze_|_closes_|_shuts down|_crashing|自己退|一直退|退出去|转圈|_spinning"
    "|_spinner|加载|_blank page|_white page|_not load|_doesn't load|_doesnt load|_stuck loading|_won't load"
    "|_wont load|_unresponsive|白页|空白|_goes black|_black screen|卡顿|_laggy|_is dead_|_wallet dead",
    "update": "_updat|_upgrad|_new version|_version|更新|升级|新版|版本|旧版|_after 8|_since the update|_beta_"
    "|升级版|装了新|_testflight|_apk_",
    "hardware": "_ledger_|_trezor|_hardware wallet|_firmware|_keystone|_usb|硬件钱包|冷钱包|固件",
    "dapp": "_dapps_|_dapp_|_walletconnect|_uniswap|_opensea|_provider not found|_connecting to a site"
    "|_connecting to a dapp|_connecting to a uniswap|_connecting to a opensea|_connecting to the site"
    "|_connecting to the dapp|_connecting to the uniswap|_connecting to the opensea|_connecting to site"
    "|_connecting to dapp|_connecting to uniswap|_connecting to opensea|_connection to a site|_connection to a dapp"
    "|_connection to a uniswap|_connection to a opensea|_connection to the site|_connection to the dapp"
    "|_connection to the uniswap|_connection to the opensea|_connection to site|_connection to dapp"
    "|_connection to uniswap|_connection to opensea|_connect to a site|_connect to a dapp|_connect to a uniswap"
    "|_connect to a opensea|_connect to the site|_connect to the dapp|_connect to the uniswap|_connect to the opensea"
    "|_connect to site|_connect to dapp|_connect to uniswap|_connect to opensea|_pairing|_pair w|连不上|连接没反应"
    "|扫码连|插件",
    "gdpr": "_gdpr|_delete of my|_delete of all|_delete of account|_delete of the account|_delete of data"
    "|_delete my|_delete all|_delete account|_delete the account|_delete data|_deletion of my|_deletion of all"
    "|_deletion of account|_deletion of the account|_deletion of data|_deletion my|_deletion all|_deletion account"
    "|_deletion the account|_deletion data|_erasure|_personal data|_close my account|注销|删除账号|删除账户|个人信息"
    "|隐私数据|_dpa_|_data protection|_sub-processor|_subprocessor|_privacy|_my data|隐私|数据保护|删号",
    "tax": "_tax|_csv_|_accountant|_yearly|报税|税务|年度账单|_1099|_w-8|_w8|_irs_|_self-assessment|_pit-|_tds_"
    "|_capital gain|税表|税|盈亏报表|_cost basis",
    "invoice": "_invoices_|_invoice_|_vat_|_receipt for|发票|开票|_inv-|_invoicing|专票|普票|抬头|开具",
    "statement": "_proof of payment|_letter for|_written proof|_written statement|_certificate|_signed pdf|证明"
    "|书面|_statement|_holdings_|对账单|账单|资产证明|存款证明|持仓证明",
    "limit": "_limits_|_limit_|_quota|_daily maximum|_rate limit|_rate-limit|_ratelimit|额度|限额|上限|限流|429"
    "|_daily cap|_cap_|_raise my|_increase my|_higher limit|提额|额度不够|一天只能|每天限|次太少|_per minute",
    "api": "_api_|_endpoint|_docs_|_doc_|_webhook|_sdk|接口|文档|开发者|回调|_callback|_websocket|_401_|_403_"
    "|密钥|沙箱|_sandbox|_fix gateway|_api key|_rate-limited|_payload|_signature mismatch|_testnet|_integration"
    "|推送回调|对接",
    "email_change": "_change my e-mail|_change my email|_change of e-mail|_change of email|_change the e-mail"
    "|_change the email|_change e-mail|_change email|_changing my e-mail|_changing my email|_changing of e-mail"
    "|_changing of email|_changing the e-mail|_changing the email|_changing e-mail|_changing email|_e-mail change"
    "|_email change|_change-of-email|_new e-mail|_new email|换邮箱|改邮箱|换绑邮箱|绑定邮箱|改绑邮箱|邮箱换|邮箱改"
    "|_change the mail|_another e-mail|_other e-mail|_new mail address|_e-mail address on|_email address on"
    "|_different email",
    "phone_change": "_new phone number|_new number|_change my phone|_change my number|_change the phone"
    "|_change the number|_change phone|_change number|_changing my phone|_changing my number|_changing the phone"
    "|_changing the number|_changing phone|_changing number|_old number|换手机号|改手机号|换号|手机号换|换绑手机"
    "|手机号码|改电话|电话号码|新号|旧号|_phone number|_mobile number|_sim_|_new sim|号码换",
    "lost_phone": "_lost my phone|_lost phone|_phone was stolen|_phone was lost|_phone was broken"
    "|_phone got stolen|_phone got lost|_phone got broken|_phone stolen|_phone lost|_phone broken|手机丢|手机坏"
    "|手机被偷|换手机|新手机|旧手机",
    "name_change": "_name change|_marriage|_maiden|改名|婚后|_married name|_new surname|_changed my name"
    "|_deed poll",
    "support_network": "_do you guys support|_do you support|_do it guys support|_do it support"
    "|_do the wallet guys support|_do the wallet support|_does you guys support|_does you support"
    "|_does it guys support|_does it support|_does the wallet guys support|_does the wallet support"
    "|_will you guys support|_will you support|_will it guys support|_will it support|_will the wallet guys support"
    "|_will the wallet support|_roadmap|_listing of supported|_listing of new|_list of supported|_list of new"
    "|什么时候上线|会支持|_plan to list|_plan to support|_plan to add|_plans to|_do u plan|_add kaspa|_list kaspa"
    "|_when will you|_when do you add|_supporting_|支持吗|会上|上线吗|支不支持|上币",
    "nonce": "_nonce|_speed up|_speedup|_replacement|_dropped|加速|取消交易|怎么取消|_accelerate|_unconfirmed"
    "|_stuck transaction|_mempool|_low fee|_sat/vb|_rbf|加油费|_cancel it before|广播中",
    "bind_card": "_adding my card|_adding a card|_adding the card|_adding card|_add my card|_add a card"
    "|_add the card|_add card|_linking my card|_linking a card|_linking the card|_linking card|_link my card"
    "|_link a card|_link the card|_link card|_binding my card|_binding a card|_binding the card|_binding card"
    "|_bind my card|_bind a card|_bind the card|_bind card|_saveing my card|_saveing a card|_saveing the card"
    "|_saveing card|_save my card|_save a card|_save the card|_save card|_3ds|绑定信用卡|绑卡|添加银行卡|发卡行",
    "payment": "_payments_|_payment_|_paid at_|_merchant|_cashback|消费|返现",
    "history": "_transaction history|_transactions list|_transactions record|_transaction list"
    "|_transaction record|交易记录|转账记录|流水|明细|_trade history|_history_|_export of my|_activity list|账变"
    "|交易历史|_past transactions",
    "phone_call": "_hotline|_phone line|_phone support|_call you|_call a human|电话打|打电话|人工客服|客服电话"
    "|_phone number of|_ring you|_a number to call|_speak to a human|_talk to a human|_call me|_real person"
    "|_call centre|_callback from",
    "device": "_tablet|_ipad_|_android version|_desktop app|_desktop build|平板|电脑版|桌面版|_2 phones"
    "|_two phones|_both phones|_both of my|_second phone|_two devices|_2 devices|_another phone|_new device"
    "|_other device|_linux_|_apple watch|_smartwatch|两部手机|两台手机|多台|设备管理|登录设备|手表",
    "profile": "_nickname|_avatar|_username|_profile_|昵称|头像|用户名|_emoji_|_name each|_rename|_label"
    "|_contact name|改名字|备注名",
    "job": "_job_|_partnership|_collaborat|_list our token|合作|招聘|上币|_agent for you|_be agent|_ambassador"
    "|_sponsor|_partner with|_collab|_vacanc|_hiring|_career|_internship|招人|应聘|简历|岗位|代理|加盟|商务|_resume_"
    "|_list kas|_listing_|上架币",
    "futures": "_futures_|_perp|_leverage|_margin_|_liquidation price|_my position|_my positions|_close position"
    "|_open position|_stop loss|_stop-loss|_take profit|_funding rate|_copy trad|_trading bot|_grid bot|_orderbook"
    "|_order book|_limit order|_spot trad|合约|永续|仓位|平仓|爆仓|强平|杠杆|保证金|止损|止盈|资金费|跟单|网格|现货"
    "|挂单|限价单|做空|做多|子账户|_sub-account|_subaccount|划转|_spot_",
    "loan": "_loan|_borrow|_collateral|_lending|借贷|借币|贷款|抵押|清算|还款|补仓|_repay|_liquidated",
    "airtime": "_airtime|_mobile top|_data bundle|话费|流量包",
    "redpacket": "_red packet|_red envelope|_redpacket|_hongbao|红包|抢了|利是",
    "promo": "_promo|_campaign|_contest|_lottery|_prize|_coupon|_points_|_trial fund|活动|抽奖|体验金|优惠券|积分"
    "|签到|奖品|竞赛|名次",
    "vip": "_vip|_tier_|_loyalty|等级|会员",
    "subscription": "_premium|_subscription|_monthly fee|会员费|月费|自动续费|续费|包月",
    "multisig": "_multisig|_multi-sig|_co-sign|_cosign|_signer|_signator|_joint account|_two owners"
    "|_trust account|_shared wallet|_family account|多签|签名人|共管|联名|审批流",
    "inheritance": "_inherit|_passed away|_deceased|_died_|_late father|_late husband|_late wife|_late mother"
    "|_estate_|_beneficiar|_probate|_executor|_death cert|过世|去世|继承|遗产|身故|遗物",
    "minor": "_underage|_under age|_teen|_under 18|_she is 1|_he is 1|_is 16|_is 15|_is 17|_for my kid"
    "|_for my child|_kids account|未成年|儿童|小孩|未满18",
    "registration": "_register|_registration|_sign up_|_signing up|_signup|_sign-up|_create an account"
    "|_open an account|_opening an account|注册|开户|开通账|入驻",
    "account_merge": "_merge|_two accounts|_2 accounts|_second account|合并账|两个账号|两个账户",
    "country": "_moved from|_moved to|_moving to|_relocat|_residenc|_nationality|_my country|_in my country"
    "|_change country|_change my country|_region_|居住地|搬到|国籍|所在地|地区",
    "qr": "_qr_|_qr code|_qr-code|二维码|扫码|码扫|扫唔|扫不",
    "merchant": "_pay link|_payment link|_checkout|_merchant|_settlement|_my shop|_our shop|_my store|_our store"
    "|_storefront|_terminal|_business account|_business dashboard|_company account|_our customer|_point of sale|商户"
    "|商家入驻|收款链接|收单|结算|店铺|企业账户|企业收款|收款账户|收银",
    "bank_link": "_bank account|_my iban|_linked bank|_link a bank|_link my bank|_bank details|_add my bank"
    "|_add bank|绑定的银行|绑定银行|绑银行|银行卡绑|换银行卡|银行账户|银行户口|收款账户|四要素|姓名不一致|绑张",
    "recurring": "_recurring|_auto buy|_auto-buy|_autobuy|_auto invest|_auto-invest|_dca_|_weekly buy"
    "|_monthly buy|_every month|_standing order|定投|自动买|自动扣|每月自动",
    "watch_only": "_watch-only|_watch only|观察钱包|只读钱包",
    "spam_token": "_spam token|_weird token|_unknown token|_strange token|_dust_|_fake token|_safe to touch"
    "|垃圾币|多了一个币|多了个币|陌生代币|莫名其妙的币",
    "complaint": "_complain|_rude|_compensat|_unprofessional|投诉|态度|差评",
    "event": "_meetup|_podcast|_webinar|_conference|_hackathon|线下|沙龙|直播|展会|峰会",
    "outage": "_site down|_site is down|_is down|_502_|_503_|_504_|_nginx|_servers_|_server_|_outage|_maintenance"
    "|_service unavailable|服务器|维护|宕机|停机|崩了|挂了|瘫痪|_node unreachable|_rpc_",
    "battery": "_battery|_drains|_overheat|费电|耗电|发热|发烫|后台耗",
    "extension": "_extension|_metamask|_rabby|_phantom|_chrome_|浏览器扩展|扩展程序",
    "launchpad": "_launchpad|_launchpool|_presale|_ido_|_ieo_|打新|认购|申购",
    "postal": "_billing address|_moved house|_shipping address|_delivery address|_mailing address|_postal"
    "|_tracking number|_courier|_shipped|账单地址|新家|收货地址|快递|物流|寄出|寄到|邮寄|派送",
    "personal_details": "_date of birth|_birthday|_birth date|_surname|_middle name|_misspel|出生日期|生日"
    "|名字写错|姓名写错|录错",
    "insurance": "_insurance|_insured|保险|丢失险|理赔",
    "wallet_deleted": "_deleted the app|_deleted my|_deleted the wallet|_deleted it by|_uninstalled|_reinstall"
    "|_2nd wallet|_second wallet|_wallet switcher|_lost my wallet|钱包删|卸载|删掉了|删了app|删除了app|重装",
    "gold": "_gold_|_paxg|_xaut|_silver_|黄金|实物",
    "website": "_link is dead|_link is broken|_dead link|_broken link|_support page|_website|_your site"
    "|_help page|_404_|_your blog|官网|链接打不开|博客|帮助页|帮助中心|网站",
}  # fmt: skip
"""What a message is about."""
STATES: Final[dict[str, str]] = {
    "pending": "_pending|_stuck|_processing|_unconfirmed|_confirmations_|_confirmation_|_queue|_still waiting"
    "|_still says|_still not|_hang|处理中|待确认|卡住|排队|确认中|审核中|没动静|一直转|卡了|不动|_on hold|_held_"
    "|_broadcast|广播|审核|_under review|_waiting_|_in review|_not confirmed|_0 confirm|等待|没放|_still in|未确认"
    "|没确认|0确认|_frozen at",
    "missing": "_not arrive|_not receive|_not credited|_not there|_not shown up|_never arriv|_never came"
    "|_never receiv|_never got|_hasn't arriv|_hasn't come|_hasn't shown|_hasn't been|_hasnt arriv|_hasnt come"
    "|_hasnt shown|_hasnt been|_has not arriv|_has not come|_has not shown|_has not been|_haven't got"
    "|_haven't received|_havent got|_havent received|_didn't arrive|_didn't get|_didn't receive|_didn't come"
    "|_didnt arrive|_didnt get|_didnt receive|_didnt come|_did not arrive|_did not get|_did not receive|_did not come"
    "|_missing|_vanish|_disappear|_gone_|_nothing received|_nothing in there|_nothing there|_sees nothing|_where's"
    "|_wheres|_where is|_where are|未到|没到|没收到|未收到|没有到|不到账|没有收到|没给我|没入账|还没来|没帐|收不到"
    "|没入|没上账|没发|不见了|没看见|没显示|_not here|_isn't here|_isnt here|_not enter|_never enter|_don't have it"
    "|_doesn't have it|_not in my|_not reflect|_not seen|_isn't in|_isnt in|_not yet|_no sign|_nothing came"
    "|_hasn't landed|_not landed|_never landed|_not added|唔到账|未到账|收唔到|冇收到|唔见咗|还没到|都未到"
    "|_not appear|_doesn't appear|_didn't show|_didnt show|_lost_",
    "failed": "_fail|_error|_declin|_denied|_refus|_reject|_doesn't work|_doesnt work|_not working|_isn't working"
    "|_isnt working|_won't|_wont|_can't|_cant|_cannot|_unable|_something went wrong|_not accepted|_isn't accepted"
    "|_isnt accepted|失败|报错|错误|被拒|拒绝|不行|无法|不能|异常|退回|不了|无效|_invalid|_not recogn"
    "|_stopped working|_broken|_blank|唔到|唔得|打不开|刷不|用不了|不能用|_does not|_keeps_|_cut off|_bounced|_crash"
    "|_not load|_no longer|没反应|不成功|不对|_wrong_|收不到|点不|用唔到",
    "greyed": "_grayed out|_grayedout|_gray out|_grayout|_greyed out|_greyedout|_grey out|_greyout|_button is"
    "|灰的|灰色|点不了|没反应",
    "deducted": "_deduct|_debited|_taken from|_charged_|_paid_|_payment went|_payment settled|_payment done|扣了"
    "|扣款|被扣|付款|已付|付了",
    "slow": "_slow|_takes so long|_take so long|_how long|_for days|_for weeks|_for hours|多久|几天|太慢|一个月"
    "|什么时候|_since this morning|_since monday|_since tuesday|_since wednesday|_since thursday|_since friday"
    "|_since saturday|_since sunday|_days ago|_weeks ago|_hours_|天了|几时|幾時|等了|_too long|_so long",
    "less": "_less than|_only got|_instead of|_higher than|_too high|_too much|_expensive|少了|少发|太贵|便宜"
    "|这么贵|不一样|更贵|实际只有|_short by|_short of|_out by|_wrong amount|少咗|多收|对不上|_missing from|_off by"
    "|_lower than|贵咗|亏",
    "blocked": "_block|_unblock|_disabled|屏蔽|拦截",
    "bank": "_bank_|_iban_|_wire_|_landlord|银行|储蓄卡|招行|建行|工行",
    "exchange": "_exchange_|_binance|_kraken|_coinbase|_okx|_bybit|交易所|币安|欧易",
    "explorer": "_explorer|_etherscan|_tronscan|_on chain|_on-chain|浏览器|链上",
    "screenshot": "_screenshot|_picture|_attach|_photo|截图|附件|图片",
    "ticket": "_ticket|_case no|_case number|工单|单号",
}  # fmt: skip
"""How it stands with it."""
PLACES: Final[dict[str, str]] = {
    "btc": "_btc_|_bitcoin|比特币|bc1|大饼|_sats_",
    "eth": "_eth_|_ethereum_|_ether_|_erc-20|_erc20|以太|_eth-|_mainnet|主网",
    "usdt": "_usdt|_tether|泰达|_u没|波场的u|_usdt-",
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
    "dot": "_dot_|_polkadot",
    "ltc": "_ltc_|_litecoin|莱特",
    "doge": "_doge|狗狗",
    "near": "_near rewards|_near protocol",
    "avax": "_avax",
    "dai": "_dai_",
    "link": "",
    "uni": "",
    "ton": "_ton_|_toncoin",
    "pepe": "_pepe",
    "shib": "_shib",
    "zksync": "_zksync",
    "weth": "_weth",
    "kaspa": "_kaspa|_kas_",
    "linea": "_linea_",
    "scroll": "_scroll_",
    "gnosis": "_gnosis|_xdai_",
    "polkadot": "",
    "hbar": "_hbar_|_hedera",
    "xlm": "_xlm_|_stellar",
    "eurc": "_eurc_",
    "paxg": "_paxg_",
    "bch": "_bch_|_bitcoin cash",
    "etc": "_etc_",
    "okb": "_okb_",
    "trump": "",
    "sui": "_sui_",
    "aptos": "_aptos_|_apt_",
    "matic": "",
    "fil": "_fil_|_filecoin",
    "eos": "_eos_",
}  # fmt: skip
"""Coins and networks."""
