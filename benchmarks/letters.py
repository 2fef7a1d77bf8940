"""What the corpus' customers write: a few matters in English and Chinese, each with its own subjects and sentences.

`{amount}`, `{order}` and `{minor}` are filled in by the corpus.
"""

from typing import Final

import msgspec


class Matter(msgspec.Struct, frozen=True):
    """One thing that people write about."""

    subjects: tuple[str, ...]
    lines: tuple[str, ...]


ENGLISH: Final = (
    Matter(
        ("Transfer still pending", "Where is my USDT?", "Deposit not showing"),
        (
            "I sent {amount} USDT from my exchange this morning and your app still shows nothing.",
            "The exchange says completed, your app says pending, and I do not know whom to believe.",
            "The order number is {order}, you should be able to see it in my account.",
            "Two earlier transfers of the same kind went through within a few minutes.",
            "I have checked the address three times and it is the right one.",
            "How long does this usually take, and is there anything that I can do?",
        ),
    ),
    Matter(
        ("Locked out since the update", "Cannot log in on my new phone"),
        (
            "Since yesterday's update the app asks for a password that I never set.",
            "I moved to a new phone last week and now the app says that there is no such account.",
            "I have tried it on the phone and on the website, always with the same result.",
            "My old phone is already wiped, so there is nothing that I could look up on it.",
            "It worked without any trouble for two years, and I have changed nothing myself.",
            "Please tell me which steps I have to take to get in again.",
        ),
    ),
    Matter(
        ("Why is the fee so high?", "Question about fees"),
        (
            "The network fee was {amount} dollars, which is more than what I wanted to send.",
            "Last month the same thing cost me less than one dollar.",
            "Is there a time of day when it is cheaper, or a slower way that costs less?",
            "Your page about prices says something else than what I see in the app.",
            "I stopped before the last step, so nothing has happened yet.",
            "It would help to see the price before I type in everything else.",
        ),
    ),
    Matter(
        ("Identity check refused again", "Verification"),
        (
            "My identity check was refused for the third time and nobody tells me why.",
            "The photo is clear, the passport is valid, and my name is spelled as in my account.",
            "I took the pictures by daylight, with a good camera, as your page advises.",
            "The message only says that something is not readable, without saying what.",
            "If you need another document, please tell me which one.",
            "I have been waiting since the beginning of the month.",
        ),
    ),
    Matter(
        ("Export for taxes", "Statement of last year"),
        (
            "How can I export everything I did last year as a spreadsheet?",
            "My tax adviser needs it before the end of the month.",
            "On the website I only find single days, and copying {amount} of them by hand is no fun.",
            "A file with date, amount and price would be quite enough.",
            "A colleague said that there used to be a button for it.",
            "I use the web page with a current browser, in case that matters.",
        ),
    ),
    Matter(
        ("The app closes by itself", "App trouble after the update"),
        (
            "The app closes by itself when I open the second page.",
            "It is version 8.{minor} on a phone that is two years old.",
            "I have removed it and installed it again, and nothing has changed.",
            "The picture stays white for some seconds, then I am back on the start screen.",
            "On my tablet the same version works as it should.",
            "I can send you a video of it if that helps.",
        ),
    ),
    Matter(
        ("Is this mail really from you?", "Strange mail"),
        (
            "I got a mail that says my wallet will be closed unless I confirm it on a page.",
            "The page looks exactly like yours, so I wanted to ask before I do anything.",
            "The sender's name is yours, but the address looks odd to me.",
            "I have not clicked on anything and I have not typed in anything.",
            "Should I just delete it, or do you want to have it?",
            "A friend of mine got the very same one last week.",
        ),
    ),
)
ENGLISH_TALK: Final = (
    "Could somebody have a look at it?",
    "I have read the help pages already, so please do not send me there again.",
    "I use the Android app, version 8.{minor}.",
    "Yesterday everything was as it should be.",
    "If you need a picture of the screen, tell me where to send it.",
    "Thank you in advance, I know that you must be busy these days.",
    "I am at work during the day and can answer in the evening.",
)
ENGLISH_RARE: Final = (
    "Two transfers just left my wallet and I did not make them, please stop it!",
    "My card is 4111 1111 1111 1111, please check the payment with it.",
    "I want to speak to a real person, this is the third time I explain it.",
    "You can call me at +1 202 555 0147 in the evening.",
)
CHINESE: Final = (
    Matter(
        ("转账三个小时没到账", "充值没有到账"),
        (
            "我今天上午从交易所转了 {amount} USDT，到现在还没有到账。",
            "交易所显示已经完成，你们这边一直显示处理中，不知道该相信谁。",
            "订单号是 {order}，在我的账户里可以看到。",
            "之前同样的两笔都是几分钟就到了。",
            "地址我核对了三遍，没有写错。",
            "一般需要多长时间？我这边还能做什么？",
        ),
    ),
    Matter(
        ("换手机后登录不了", "更新以后进不去"),
        (
            "昨天更新之后，软件要我输入一个我从来没有设置过的密码。",
            "上个星期换了新手机，现在登录的时候提示没有这个账户。",
            "手机和网页都试过了，结果都一样。",
            "旧手机已经恢复出厂设置，没有办法再查。",
            "用了两年一直很正常，我自己什么也没有改过。",
            "请告诉我要怎么做才能重新进去。",
        ),
    ),
    Matter(
        ("手续费怎么算的", "手续费太高"),
        (
            "这次的手续费是 {amount} 块，比我要转的钱还多。",
            "上个月同样的操作还不到一块钱。",
            "有没有便宜一点的时间，或者慢一点但是便宜的方式？",
            "你们网页上写的价格和软件里看到的不一样。",
            "最后一步我没有点，所以现在还没有发生什么。",
            "希望能在填写之前就看到价格。",
        ),
    ),
    Matter(
        ("身份认证一直不通过", "认证问题"),
        (
            "身份认证已经是第三次被拒绝了，也没有人告诉我原因。",
            "照片很清楚，证件也在有效期内，名字和账户里的一样。",
            "照片是白天用好相机拍的，完全按照网页上的要求。",
            "提示只说看不清，没有说哪里看不清。",
            "如果需要别的证件，请告诉我是哪一种。",
            "从月初一直等到现在。",
        ),
    ),
    Matter(
        ("怎么导出交易记录", "去年的对账单"),
        (
            "请问怎么把去年的全部记录导出成表格？",
            "月底之前会计需要这份资料。",
            "网页上只能一天一天地看，{amount} 天没有办法手工抄。",
            "只要有日期、数量和价格就可以了。",
            "同事说以前有一个按钮可以导出。",
            "我用的是网页版，浏览器是最新的。",
        ),
    ),
    Matter(
        ("软件自己关闭", "更新后软件有问题"),
        (
            "打开第二个页面的时候，软件就自己关闭了。",
            "版本是 8.{minor}，手机用了两年。",
            "删除以后重新安装过，还是一样。",
            "画面先白几秒钟，然后就回到手机的主屏幕。",
            "同样的版本在平板上是正常的。",
            "需要的话我可以录一段视频。",
        ),
    ),
    Matter(
        ("这封邮件是你们发的吗", "收到奇怪的邮件"),
        (
            "收到一封邮件，说不在网页上确认的话钱包就会被关闭。",
            "那个网页和你们的一模一样，所以我想先问一问再操作。",
            "发件人的名字是你们，但是地址看起来很奇怪。",
            "我什么也没有点，什么也没有填。",
            "直接删除就可以，还是要转给你们看？",
            "我的一个朋友上个星期也收到了同样的。",
        ),
    ),
)
CHINESE_TALK: Final = (
    "麻烦帮我看一下。",
    "帮助中心的文章我都看过了，请不要再发给我同样的内容。",
    "我用的是安卓版 8.{minor}。",
    "昨天一切都还正常。",
    "如果需要截图，请告诉我发到哪里。",
    "先谢谢你们了，最近应该很忙吧。",
    "白天我要上班，晚上可以回复。",
)
CHINESE_RARE: Final = (
    "我的钱包里的币刚刚被人转走了，不是我操作的，快帮我冻结！",
    "我的银行卡号是 4111 1111 1111 1111，请查一下这笔付款。",
    "我要投诉，已经等了两天没有人回复。",
    "可以打我的电话 13800138000。",
)
