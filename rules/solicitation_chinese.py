"""How Chinese asks for a secret; the text comes folded, so Traditional reads as Simplified."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from rules.expression import expression
from rules.facts import Span

_NEAR: Final = 24
"""Characters between what is asked for and the verb that asks."""

_REACH: Final = 36
"""Characters between what is named and a later order that means it."""

_SECRET: Final = expression(
    r"(?:(?:seed|recovery|secret|mnemonic) ?(?:phrases?|words?|keys?)|seed(?![a-z])|mnemonics?|private ?keys?|"
    r"passwords?|passcodes?|zhujici|yanzhengma|siyao|(?<![a-z])(?:zjc|yzm)(?![a-z])|(?:备份|抄下)的?(?:纸条?|"
    r"卡片|本子|小抄)|"
    r"(?:短信|简讯|手机)[^,.没]{0,3}收到的号码|[助注住祝][记计忆](?:词|辞|码|短语)|"
    r"钱包的?备份(?![邮助恢单教说指流步]|手[机册]|提[示醒]|[^,.]{0,6}(?:方|页|功))|(?<!关键)词组|"
    r"(?:显示|看到|出现|弹出)的(?:那?些|[\d一二十四]{1,3}个|所有|全部|一串|那串|这串)?(?:单词|词)(?!语|条)|"
    r"单词(?=[^,.!?]{0,14}(?:念|读|报|发|说)给我)|那(?:些|几个|十[二几]个)单词|"
    r"一(?:长)?[串组排行](?:英文|中文)?(?:单词|词(?!语|条)|密语)|"
    r"[前后](?:面的?)?(?:\d{1,2}|[一二三四五六七八九十几]{1,3})个(?:单词|"
    r"词)|(?:抄|写|记)[在到]"
    r"[^,.]{0,6}[上里]的?(?:那些|那|这些|几个|所有|全部)*(?:单词|词|字)|(?:重置|登录|验证|确认)(?:邮件|"
    r"密码)?(?:里面?|中)?的?链接|"
    r"(?:邮件|短信)(?:里面?|中|内)的?链接|(?:刚才?|刚刚|[您你])?收到的(?:那[条封]|这[条封])?(?:短信|简讯|重置邮件)|"
    r"(?:安全|密保)问题的?答案|密保答案|我们(?:刚才?|刚刚)?(?:给[您你])?发(?:给[您你])?的(?:那条)?(?:短信|"
    r"简讯)(?!链接)|(?:谷歌|身份)?验证器[^,.没不无旧]{0,12}(?:码|(?<![是有]几位)数字|(?<![是有]几)位数)|"
    r"(?:手机|短信|简讯|萤幕|荧幕|屏幕)[^,.没不无]{0,4}(?:跳出|弹出|收到|出现|显示)的?(?:一[组串]|那[组串]|"
    r"[六6四4]位)(?:数字|号码|数)|(?:以)?[xyz]prv(?:开头的?)?(?:那|这|一|长|"
    r"整|串|段|行)*|(?:备用|备份|恢复)(?:验证|代)?码|密语|"
    r"(?:银行|信用|储蓄|借记)卡的?(?:正反两?面|正反|双面|两面|正面[和与及、]反面)的?(?:照片|照|图片|图)?|"
    r"(?:里面|里边|里头|其中)的(?:六位|四位)?(?:数字|号码)|恢复(?:词|短语|密语)|备份(?:词|短语)|种子(?:词|短语)|"
    r"(?:12|24|十二|二十四) ?个(?:单词|"
    r"词|英文|字(?![符母节数]))|私钥|密钥文件|(?<!公)密钥|api ?(?:密钥|key|secret)|secret ?key|keystore|(?:登录|"
    r"登陆|登入|支付|"
    r"交易|提现|资金|"
    r"钱包|账号|账户|取款|银行卡|解锁|原|旧|手势)?密码|口令|pin ?码|(?:短信|手机|谷歌|邮箱|动态|二次验证|两步|"
    r"登录|收到)?的?(?:验证|校验|动态|确认|安全|认证|授权)码|动态(?:口令|密码)|(?:二次验证|两步验证|谷歌验证器?|"
    r"身份验证器)(?:上|里|中)?(?:面)?(?:现在|目前|当前|此刻)?(?:显示)?的?(?:码|数字)|短信码|私匙|密匙|cvv2?|"
    r"cvc2?|otp|2fa|背面[^,.!?没]{0,8}?(?:三|3|四|"
    r"4)[位码个](?:数字|数|码|号码)?|authenticator[^,.没不无旧]{0,6}(?:码|数字)|(?:完整)?(?:的)?卡号|(?:短信|"
    r"简讯|手机)(?:里|上|中|刚|刚刚|收到|刚才|的|那|[串组])*(?:六|6|四|"
    r"4)?位?(?:数字|数|码)|(?:六|6)位(?:数字|数|码)|(?:刚|刚才)?(?:收到|里面|上面|里头)的码)"
)
_NO_SECRET_AFTER: Final = expression(
    r"的?(?:页面|界面|页|输入框|框|按钮|提示|错误|报错|失败|重置|找回|修改|功能|管理器|规则|长度|格式|强度|过期|"
    r"邮件|信封|设置|(?:(?<=卡号)|(?<=卡号的)|(?<=key)|(?<=key的)|(?<=key 的))"
    r" ?(?:(?:最后|后面?|末)(?:四|4|几)[位码]|尾号)|已经?(?:过期|重置|修改|失效)|"
    r"(?:一直)?(?:收不到|没收到|未收到|没有收到)|是否|有没有(?![?])|还(?:在|记(?!得吗[,?] ?(?:请|麻烦|就|"
    r"直接)?(?:发|告诉|说|给我|报)))|不对|不正确|登不|丢了|忘|等于|"
    r"属于|保存在|保管|遗失|丢失|泄露|被盗|输错|错误|从未|(?:(?:中间|前面|后面|其余|其他|"
    r"部分)(?:几位)?)?(?:可以?|请|需要?|要|部分){0,3}(?:遮|打码|盖住|隐去|涂掉|"
    r"马赛克)|的(?:人|电话|短信|网站|链接|网页|客服|群|骗子|账号|号码|消息|信息|行为|帖子|页面))"
)
_GIVE: Final = expression(
    r"(?<![a-z])(?:send|share)(?: ?(?:给|我|to))|发给|发送|发过来|发来|发我|发到|发至|发一|发下|发出|提供|告诉|"
    r"告知|报给|报过来|报一|报下|上传|上交|上报|"
    r"口述|复述|转发|传给|传过来|传来|传至|传一|交给|给我|给到|给一|给下|给(?=个)|私信|私讯|私聊|回复|回一|回传|"
    r"念|读|说一|说下|说给|写给|写在|写下|写出|说出|讲一下|讲给|打出来|打给|给出|寄给|寄到|发出来|传(?!言|统|播|"
    r"真)|贴在|贴到|粘贴|出示|透露|提交|截图|截屏|截(?:一?[张个下]|取)|转(?=给|过来|来)|拍照|拍一|拍给|拍张|"
    r"留下|留言|附上|补充|核实|核对|确认一下|"
    r"看一下|看看|看下|复制到|复制给|拷贝到|俾(?=我)|畀(?=我)|(?<![补群开研触颁])发|给(?=我|咱|客服|您的客服)|"
    r"报(?!错|告|警)|交(?=出|一|我)"
)
_FILL: Final = expression(r"输入|打出|打上|敲|填写|填入|填上|填好|填|键入|录入|输")
_HERE: Final = expression(
    r"这里|此处|这边|对话|聊天|窗口|下方|下面|以下|如下|链接|表单|表格|回复|邮箱|客服|给我|[这那]个(?:页面|链接|"
    r"框|网站|网页|网址)|下一?条(?:消息|信息)|"
    r"我们?发的(?:页面|链接|网址|网站)|[这该]个?网址|本页|资料[::]|(?:该|此|上述|打开的|弹出的|跳转的)(?:页面?|网页|"
    r"网站|网址|框)|二维码"
)
_WHAT: Final = expression(
    r"(?:的?(?:开头|结尾|[前后首末]|最[前后])(?:面的?)?(?:[一二两三四五六\d几]|)[个位]?(?:字母|字符|数字|单词|"
    r"字|词)?)?"
    r"(?:的?第[一二三四五六七八九十\d]+个?[^,.?]{0,10}?)?(?:到底|究竟|现在|目前|当前|分别|具体)?(?:是|"
    r"为)?(?:什么|多少|几|啥|哪(?:些|几个|个|一?[组串个]))(?!时候|时|样|情况|"
    r"问题)|是[?]|[?]|呢[?]?$|麻烦(?!您?点)"
)
_NEED: Final = expression(
    r"(?:就|只|还)(?:差|缺|少)(?:了|[您你]的|一个|最后)*$|(?<![记觉懂值获取])得(?:先)?(?:有|知道|拿到|"
    r"看到)[您你]?的?$|(?:录|拍)[^.!?]{0,20}(?:看清|看到|"
    r"看见|显示出?|露出|出现)[^,.]{0,4}$|(?:需要|需|要|得有|得要|必须有|必须要|必须)(?:先|有|核实|核对|知道|"
    r"拿到|验证|确认|一下|"
    r"[您你])*(?:一下)?[您你](?:的|这张|卡片|银行卡|信用卡|卡)*(?:背面)?的?(?:[^,.]{1,8}(?:和|与|及|、))?$|(?:我|"
    r"我们|这边|咱们?|客服|技术|工程师)[^,.]{0,4}(?:需要|需|要|得|必须)(?:先|有|核实|核对|知道|拿到|验证|确认|看|"
    r"看到|一下)*(?:[^,.]{1,8}(?:和|与|及|、))?$"
)
_ENOUGH: Final = expression(r"^(?:的话)?(?:也|就)?(?:够|足够|即可|行|可以|好)(?:了|啦|的|吧)?(?=[,.!?~]|$)")
_ONLY: Final = expression(r"(?:只|光|仅|单|有)(?:要|需要?|用|有|凭)?(?:[您你]的?)?[^,.]{0,8}$")
_FOR_US: Final = expression(r"我(?!的)|客服|技术|工程师|这边")
_ONLY_LACKS: Final = expression(
    r"(?:我|我们|这边|咱们?|客服|技术|工程师)[^,.!?]{1,16},(?:现在|目前)?(?:只|就|还)(?:需要?|要|差|"
    r"缺)(?!了)[^,.]{0,8}$"
)
"""What somebody lacks to do what he offers."""
_ANSWER: Final = expression(
    r"^(?:的?第[^,.!?]{1,10}[词字])?[^,.!?;时后是原露]{0,8}?(?:发给|发送(?:给|到|至)|发过来|发来|发我|发到|发一|"
    r"发下|发(?=给)|提供|告诉|告知|"
    r"报|上传|转发|转(?=给|来|过来)|传|丢(?=到|给|过来|在)|交给|给我|给到|给一|给客服|私信|私讯|私聊|回复|念|读|"
    r"说一|说下|说出|讲|打出|打给|打在|复制(?=到|给)|拷贝(?=到|给)|"
    r"寄(?=给我|到我|来|过来|至我)|(?<![拼大小填])写(?!错|法|得)|借(?=我|给我)|甩(?=给|过来)|扔(?=给|过来)|举(?=到|"
    r"起|在)|对[着准](?:镜头|摄像头)|贴|粘贴|出示|提交|截图|截屏|拍|留|附|直接(?:发|给|回)|"
    r"方便(?:吗|发|给|提供|告))"
)
_DENIED: Final = expression(
    r"不(?!妨|好意思|客气|要紧|然|过|仅|但|只|同|久|管|论|到|懂)|勿|(?<![识分特个区性级类])别(?!人|的|担|急|处|墅|"
    r"怕)|绝|永远?不|从未|"
    r"从不|没有?(?!问题|关系|事|办法)|未(?!来)|禁|拒|避免|以免|防止|无需|无须|谨防|小心|警惕|停止|严|莫|何必"
)
_NO_DENIAL: Final = expression(
    r"(?:不要|不用|不必|别|无需|请勿)(?:担心|害怕|怕|着急|急|紧张|犹豫|客气|忘记?)了?|能不能|可不可以|方不方便|"
    r"是不是|要不要|不妨|不好意思|不然|否则|没问题|没关系|没事|不客气|看不到|不会(?:泄露|外泄|泄漏|保存|被)|"
    r"不提供|不发|不给|不告诉|不把|不报|没法|没办法|不了|无法"
)
_OR_ELSE: Final = expression(
    r"(?:不|没有?|未)[^.!?;]{0,32}?(?:无法|没法|没办法|不能|处理不了|恢复不了|没有办法|锁|冻结|注销)"
)
_OF_OTHERS: Final = expression(
    r"骗子|诈骗|骗|钓鱼|冒充|假冒|自称|对方|有人|他人|谁(?!能)|任何人|陌生|他们|黑客|盗|凡是|任何(?!时)|别人|"
    r"(?:如果|若|假如|要是|万一|凡|任何|哪个|有)[^,.]{0,8}(?:让|叫|要求|要|请)[您你]?|曾|是否|有没有|是不是您|"
    r"不法|朋友|第三方|收到[“\"']"
)
_TOLD_OTHERS: Final = expression(
    r"(?:给|告诉|透露给|分享给|到|发给)(?:了)?(?:骗|诈骗|任何|别人|他人|其他|陌生|朋友|第三|对方|包括|谁|某)|"
    r"过[吗?]|过.{0,6}[吗?]|给过|包括客服|(?:都|均|就|全)?是(?:钓鱼|诈骗|骗|假)"
)
_OWN: Final = expression(
    r"(?:已经?|正在|刚刚?|自动|会|将|点击?|按|选择|获取|系统|我们(?:会|已|将|再|重新)*(?:给您|向您|为您|给你|"
    r"向你)?|通过(?:短信|邮件))(?:[给向为往](?:它|该[^,]{0,4}|[您你](?:的[^,]{0,4})?)?)?(?:把|将)?[“\"']?$"
)
_TOLD_BEFORE: Final = expression(r"(?:告诉|给|透露给|分享给|发给)(?:任何|别|他|陌生|其他|第三)(?:人|方)")
"""Others that nothing is to be told: they end with their clause."""
_ALREADY: Final = expression(r"(?:已经?|曾经?|刚才?)[把将][^,.]{0,10}$")
_THEN_GIVE: Final = expression(
    r"[,.!?;] ?(?:请|麻烦|烦请|您?直接|(?:收到|看到|拿到|找到)(?:了?的话|以?后|之后|了)?|有的话|"
    r"尽快|如实|然后|再|就|先|立即|马上|现在|到了(?:以?后)?|一到|(?:复制|抄|拍|截)(?:下来|好)|"
    r"您|可以|都)*"
    r"(?:(?:发|报|念|读|转|传|回传|回|拍|写|贴|交|说|抄|复制|粘贴|提供|发送|回复|转发|私信|私讯|"
    r"截[个张一]{0,2}图|拍[个张一]{0,2}[照图]片?|录[个一]{0,2}屏)(?:一下)?(?:给(?:我们?|"
    r"客服|他|她|专员|同事)|我们?|来|过来|上来|到这里|在这里|这里|至本)|(?:发|贴|写|打|输入|填)(?:在|到)(?:聊天|"
    r"对话|这|回复|下面|下方)[^,.]{0,6}|(?:提供|回复|回|发|告知|上传|补充)一?下|给我们?|告诉(?:我们?|他|她|客服|"
    r"专员)|(?:说|报|念|读|"
    r"讲)一[下遍])(?:看看|看一下|一下|核对|"
    r"核实|即可|就行|就好|就可以|听|吧|哦|哈|呢|喔|唷|哟|啊|呀|嘛|啦)*(?=[,.!?;~]|$|我(?:这边)?(?:来|"
    r"好)?[帮替给看对查核])"
)
"""An order without an object: it is about what was named before."""
_FAILURE_SHOWN: Final = expression(
    r"(?:报错|错误|提示|失败|异常|卡住|不[了上出对行开去]|没反应)[^.!?;]{0,12}?[截拍录][^,.!?;]{0,4}(?:给我们?|"
    r"过来|发来)"
)
"""A picture of what went wrong, and not of what was named before."""
_THEN_ASKED: Final = expression(r"[^,.!?;]{0,10}[,.!?;] ?(?:那|请问|现在)*(?:是|为)(?:多少|什么|几|啥)(?=[?.!,]|$)")
_KEPT_READY: Final = expression(
    r"都?(?:准备好|备好|放在手边|拿在手[里上])[^,.!?]{0,6},[^,.]{0,4}(?:我|他|她|同事|专员|客服)们?(?:来|会|要|好)?"
    r"(?:记|问|核对|登记|录)"
)
_TAKEN_OVER: Final = expression(
    r"密码(?:先|临时|暂时)?(?:改|换|设|设置|修改)(?:成|为) ?[“\"]?[a-z]+\d|(?:邮箱|手机号?)[^,.!?]{0,4}(?:改|"
    r"换)(?:成|为)我们?这?边?的"
)
"""What gives somebody the account without telling him what opens it."""
_AS_SOON: Final = expression(
    r"(?:之?后)?,? ?(?:请|麻烦|您|你|直接|马上|立即|立刻|尽快|第一时间|就)*(?:读|念|报|发|告诉|转发?|回复|截图|"
    r"复制|粘贴|贴|抄|说)(?:给|来)?"
    r"(?:我|咱|客服|专员|同事)"
)
"""What is to be done with it once it is there."""
_ON_A_PAGE: Final = expression(
    r"(?:[这那]个|该|此|打开的|弹出的|跳转的)(?:页面|网站|网页|网址)[^,.]{0,10}(?:导入|粘贴)[^,.]{0,4}$"
)
_WILL_BE_ASKED: Final = expression(r"(?:会|将)(?:向[您你]|跟[您你])?(?:问|索要|要|询问)[您你]?的?$")
_THEN_ANSWER: Final = expression(r"[,;][您你]?(?:请|就|只要|只需|照实|如实|直接)*(?:回答|回复|告诉|提供|照说|说)")
_COPIED_OUT: Final = expression(
    r"[^,.]{0,2}(?:抄|写|拍|录|打印|存)[^,.]{0,4},[^,.把将]{0,3}[把将](?:那|这)?(?:[张份段个])?(?:纸|照片|视频|"
    r"录音|截图|文件)"
    r"[^,.]{0,2}(?:寄|发|传|交|给|邮)"
)
_GOT: Final = expression(r"(?:收到|拿到|看到|出现|有了)(?:了|的|新的|短信|手机)*$")
_REVEALED: Final = expression(r"(?:查看|显示|导出|备份|复制)[“\"'「]?(?:钱包|[您你]的|的)*$")
_SHOWN_GIVEN: Final = expression(
    r"(?:[^,.!?]{0,4}[.])?[^.!?]{0,16}(?:把|将)?[您你]?(?:看到|显示|出现|得到|导出|弹出|里面)的?(?:那|这)?(?:串|"
    r"些|段)?(?:内容|文字|"
    r"单词|字符|结果|东西|信息|文件)?"
    r"[^,.!?]{0,6}(?:发|传|给我|念|读|报|拍|截|贴)(?!生)"
)
"""What an app shows when it is told to is handed over under another name."""
_ALL_BUT_US: Final = expression(
    r"[^,.!?]{0,3}不(?:用|必|需要?)(?:全|都|完整)[^,.!?]{0,3}[,.] ?[^,.!?]{0,6}(?:给|发|告诉|说|"
    r"报)我?[^,.!?]{0,4}(?:一半|部分|几个|[前后])|"
    r"(?:但是?|不过)(?=[^.!?]{0,24}(?:我们|官方|客服|我|这里|这边))[^.!?]{0,16}?(?:发|告诉|交|提供|说|给)(?:给|"
    r"到)?(?:我们?|官方|客服|这里)"
    r"(?:是?(?:没问题|没关系|没事|安全的?|可以的?)|就(?:行|好|可以)|即可)?(?=[,.!?~]|$)"
)
"""The exception that somebody makes for himself after a warning."""
_CHOSEN: Final = expression(r"(?:设置|修改|更换|更新)[后过]?的新?$")
_PICTURED: Final = expression(r"(?:截|拍)[^,.]{0,6}$")
_IN_APP: Final = expression(r"(?:应用|app|钱包|软件|设备|手机)[^,.]{0,12}[里中内上][^,.]{0,8}$")
_LOOKED_AT: Final = frozenset({"核实", "核对", "确认一下", "看一下", "看看", "看下"})
"""What everybody does in an app, and nobody hands over by doing it."""
_NO_FRAUD: Final = expression(r"(?:不会|不是|并非|绝不|绝非|没有?)骗(?:您|你|人|子)?")
_MISSING: Final = expression(
    r"(?:(?:索要|索取|骗取|套取|讨要)[您你]?|收不到|没收到|没有收到|未收到|不需要|没有|忘记|忘了|丢了)(?:的)?$"
)
_TO_YOU: Final = expression(r"^送?(?:给|到|至)了?[您你](?!的客服)")
_BETWEEN: Final = expression(
    r"是否|有没有|何时|什么时候|怎么|如何|为什么|哪里|哪个|修改|重置|忘|改|设置|找回|丢|泄露|收不到|没收到|"
    r"没有收到|未收到|报错|出现|错误|输入后|过期|还记得|情况|步骤|多久|才能?(?!$)|不需要|无需|不要|不用|而不是|"
    r"以外|除了|请勿|不含|但不|后再?(?!$)|更换|更新|遮|盖住|隐去|打码|涂|原因|方法|教程|功能|检查|开启|关闭|"
    r"我们(?:会|将|已)|(?<!现)[在到][^,]{1,6}的$|过的$"
)
_SAVE_US: Final = expression(r"除了?(?:我们|我|本人|官方|客服|我们的)[^,.;]{0,8}(?:外|,)")
_TURN: Final = expression(r"[,:]|但是?|只要|只需|就可以")
_CARRIES_ON: Final = expression(r"^(?:或者?|也|更|以及|及|和|并且?|还|亦|且|与|不)")
_SHOWN: Final = expression(
    r"(?:共享|分享|投屏|开启|打开)[^.!?]{0,8}(?:屏幕|萤幕|荧幕|桌面|屏)|屏幕(?:共享|分享)|(?:萤幕|荧幕)分享|"
    r"投屏|远程(?:软件|控制|协助|桌面|连接)|向日葵|todesk|anydesk|teamviewer|当着我"
)
_SHOWING: Final = expression(r"输|填|进入|点[开进到]|切到|翻到|打开|显示|查看|登录|念|那一?页|操作")
_SENTENCE: Final = expression(r"(?:[^。.!?;\n]{1,20}+|[.](?=\w)){1,40}[!?]*")


class _Tone(NamedTuple):
    """A sentence, and what holds for each secret that it names."""

    said: str
    threatens: bool
    """What happens unless it is done."""
    screen: bool
    """A screen is shared, or a device lent."""
    watched: bool
    """And something is done meanwhile."""


def asked(text: str) -> Iterator[Span]:
    """Spans of folded text that ask for a secret, the request and its object."""
    text = text.replace("。", ".")
    for sentence in _SENTENCE.finditer(text):
        for taken in _TAKEN_OVER.finditer(sentence[0]):
            if not _is_taken_back(sentence[0][: taken.start()][-120:], ""):
                yield sentence.start() + taken.start(), sentence.start() + taken.end()
        tone: _Tone | None = None
        for secret in _SECRET.finditer(sentence[0]):
            tone = tone or _tone(sentence[0])
            start, end = sentence.start() + secret.start(), sentence.start() + secret.end()
            rest = text[end : end + _REACH]
            if _is_secret(tone, secret) and _is_asked(tone, secret.start(), secret.end(), rest):
                yield start, end


def _tone(said: str) -> _Tone:
    screen = _SHOWN.search(said) is not None
    return _Tone(said, _OR_ELSE.search(said) is not None, screen, screen and _SHOWING.search(said) is not None)


def _is_secret(tone: _Tone, named: re.Match[str]) -> bool:
    said = tone.said
    if named[0].endswith(("数字", "号码")) and named[0].startswith(("里", "其")):
        return re.search("短信|简讯|验证", said[max(0, named.start() - 120) : named.start()]) is not None
    thing = _NO_SECRET_AFTER.match(said, named.end())
    if thing is None:
        return True
    if re.search("页面|界面|页", thing[0]) is None:
        return False
    before = said[max(0, named.start() - _NEAR) : named.start()]
    pictured = re.match(
        r"[截拍]|[^.!?;]{1,14}[截拍录][^,.!?;]{0,3}(?:给|发|传)", _FAILURE_SHOWN.sub("", said[thing.end() :])
    )
    return tone.screen or bool(_PICTURED.search(before) or pictured)


def _is_asked(tone: _Tone, start: int, end: int, rest: str) -> bool:
    said = tone.said
    before, after = said[max(0, start - 120) : start], said[end : end + 60]
    if _MISSING.search(before) or _ALREADY.search(before):
        return False
    before, after = before.rstrip(), after.lstrip()
    if _ALL_BUT_US.search(rest):
        return True
    handed_on = (
        (_REVEALED.search(before) and _SHOWN_GIVEN.match(rest.lstrip()))
        or _COPIED_OUT.match(after)
        or (_WILL_BE_ASKED.search(before) and _THEN_ANSWER.match(after))
        or _ON_A_PAGE.search(before)
        or said[start:end] == "单词"
        or (_THEN_ASKED.match(rest) and not re.search("输|填|点|忘|改|重置", before[-12:] + rest[:10]))
        or _KEPT_READY.match(rest)
    )
    if handed_on:
        return not _is_taken_back(before, "")
    if _GOT.search(before + said[start : start + 2]) and _AS_SOON.match(after):
        return not _OF_OTHERS.search(before)
    if _THEN_GIVE.search(_FAILURE_SHOWN.sub("", rest)) and (tone.threatens or not _is_taken_back(before, "")):
        return True
    if tone.watched:
        return not _is_taken_back(before, after)
    if tone.threatens and re.search(r"不(?:提供|发|给|告诉|把|报)|没有?(?:提供|发)", before + said[start:end]):
        return not _OF_OTHERS.search(before)
    return _has_request(said, said[start:end], before, after) and not _is_taken_back(before, after)


def _has_request(said: str, named: str, before: str, after: str) -> bool:
    near = before[-_NEAR:]
    if ":" in before and (":" in said):
        near = before
    for verb in _GIVE.finditer(near):
        gap = near[verb.end() :]
        if (
            not _BETWEEN.search(gap)
            and not f"{gap}{named}".startswith(("的", "了的", "过的"))
            and not _OWN.search(near[: verb.start()])
            and not (verb[0] in _LOOKED_AT and _IN_APP.search(near[: verb.start()]))
            and not _TO_YOU.match(near[verb.end() - 1 :] if near[verb.end() - 1] in "给到至" else gap)
        ):
            return True
    if re.search(r"[把将][^,.]{0,10}$", before) and _ANSWER.match(after[:_NEAR]):
        return (
            not _TO_YOU.match(re.sub(r"^.*?(?=发|给)", "", after)[1:])
            if re.search(r"(?:已|会|我们)[^,.]{0,4}[把将][^,.]{0,10}$", before)
            else True
        )
    if (
        _ANSWER.match(after)
        and not re.match(r"[^,.]{0,6}(?:至|到|给|往)?[您你]的?(?:手机|邮箱|注册|电话|短信)", after)
        and not _own_sending(after)
    ):
        return True
    if _WHAT.match(after) and not _BETWEEN.search(_CHOSEN.sub("", before)[-6:]):
        return True
    if _NEED.search(near) and not re.match(r"(?:才能?登|登录)", after):
        return True
    if _ONLY_LACKS.search(before[-60:]) and re.match(
        r"(?:了|就(?:行|好|够|可以))?[,.!?]|(?:了|就(?:行|好|够|可以))?$", after
    ):
        return True
    parts = named.startswith(("前", "后")) or _FOR_US.search(said) is not None
    if parts and _ENOUGH.match(after) and _ONLY.search(near):
        return True
    fill = _FILL.search(near) or re.match(rf"[^,.!?不后时]{{0,3}}(?:{_FILL.pattern})", after)
    return bool(fill and _HERE.search(_FAILURE_SHOWN.sub("", said))) and not re.search(r"[填写入][了过]$", near)


def _own_sending(after: str) -> bool:
    return re.match(r"(?:已经?|会|将|正在|重新|自动)", after) is not None


def _is_taken_back(before: str, after: str) -> bool:
    if _SAVE_US.search(before):
        return False
    if _TOLD_OTHERS.search(after[:20]) or _OF_OTHERS.search(
        _NO_FRAUD.sub("", _TOLD_BEFORE.sub("", _last_clauses(before, 2)))
    ):
        return True
    clause = _last_clauses(before, 1)
    if _CARRIES_ON.match(clause):
        clause = _last_clauses(before, 2)
    return (
        _DENIED.search(_NO_DENIAL.sub("", clause)) is not None
        or re.match(r"[^,.]{0,2}(?:从未|从不|绝不|不会|没有|并未|切勿|请勿|不要|别|勿|不用|无需|千万)", after)
        is not None
    )


def _last_clauses(before: str, count: int) -> str:
    """The clause that is being said, and those before it."""
    turns = [turn.end() for turn in _TURN.finditer(before)]
    return before[turns[-count] :] if len(turns) >= count else before
