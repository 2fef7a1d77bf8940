"""What is folded away from a mail's text, client by client, and what must never be."""

import pytest

from router.core.quotes import fold, visible

FOLDED = {
    "gmail": (
        "Thanks!\n\nOn Mon, 2 Nov 2026 at 10:00, Support <help@shop.example> wrote:\n> hi\n>\n> old\n",
        "Thanks!",
    ),
    "gmail, wrapped": ("ok\n\nOn Mon, Nov 2, 2026 at 10:00 AM Support\n<help@shop.example> wrote:\n\n> hi\n", "ok"),
    "apple mail": ("Yes.\n\n> On 2 Nov 2026, at 10:00, Support <help@shop.example> wrote:\n> \n> hi\n", "Yes."),
    "apple without marks": ("Yes.\n\nOn 2 Nov 2026, at 10:00, Support <help@shop.example> wrote:\n\nhi\n", "Yes."),
    "outlook": (
        "Here it is\n\n________________________________\nFrom: Support <help@shop.example>\n"
        "Sent: Monday, 2 November 2026 10:00\nTo: Anna\nSubject: Your order\n\nold words\n",
        "Here it is",
    ),
    "outlook, plain": ("a\n\n-----Original Message-----\nFrom: x\nold\n", "a"),
    "outlook, german": ("Danke\n\nVon: Support\nGesendet: Montag\nAn: Anna\nBetreff: Bestellung\n\nalt\n", "Danke"),
    "thunderbird, german": ("Ja\n\nAm 02.11.26 um 10:00 schrieb Support:\n> alt\n", "Ja"),
    "gmail, french": ("Oui\n\nLe lun. 2 nov. 2026 à 10:00, Support <help@shop.example> a écrit :\n> vieux\n", "Oui"),
    "gmail, spanish": ("Sí\n\nEl lun, 2 nov 2026 a las 10:00, Support (<help@x.example>) escribió:\n> viejo\n", "Sí"),
    "gmail, russian": ("Да\n\nпн, 2 нояб. 2026 г. в 10:00, Support <help@shop.example>:\n> старое\n", "Да"),
    "words right above": ("I paid in 2024\nOn 2 Nov 2026 at 10:00, X <x@y.example> wrote:\n> q\n", "I paid in 2024"),
    "an opener above": ("On Monday I paid\nOn 2 Nov 2026 10:00, X <x@y.example> wrote:\n> q\n", "On Monday I paid"),
    "am I above a date": ("Am I right\n2026-11-02 10:00 X <x@y.example> wrote:\n> q\n", "Am I right"),
    "wrapped before the address": ("ok\n\nOn 2 Nov 2026 at 10:00 Support\nhelp@shop.example wrote:\n> q\n", "ok"),
    "mail.ru": ("Да\n\n02.11.2026 10:00, Support пишет:\n> старое\n", "Да"),
    "qq": (
        "还是没到账\n\n\n------------------ 原始邮件 ------------------\n发件人: <help@shop.example>;\n旧内容\n",
        "还是没到账",
    ),
    "163": ('谢谢\n\n\n在 2026-11-02 16:03:01，"客服" <help@shop.example> 写道：\n\n旧内容\n', "谢谢"),
    "foxmail": ("谢谢\n\n发件人： 客服\n发送时间： 2026-11-02 16:03\n收件人： anna\n主题： Re: 提现\n旧内容\n", "谢谢"),
    "wechat work": ("好的\n\n--------------回复的邮件信息--------------\n发件人：客服<help@shop.example>\n"
                    "发送时间：2026-11-02\n主题：提现\n旧\n", "好的"),
    "signature": ("hello\n\n-- \nAnna Berg\nShop Ltd\n", "hello"),
    "signature, quote": ("hello\n--\nAnna\n\nOn 2.11.2026 10:00, X wrote:\n> q\n\nPS: hurry\n", "hello\n\nPS: hurry"),
    "phone": ("help me\n\nSent from my iPhone\n", "help me"),
    "phone, chinese": ("救命\n\n发自我的iPhone\n", "救命"),
    "gmail, german, wrapped": (
        "Danke\n\nAm Do., 5. Nov. 2026 um 11:48\u202fUhr schrieb Support <\nhelp@shop.example>:\n\n> alt\n", "Danke"),
    "gmail, russian, wrapped": (
        "Да\n\nсб, 7 нояб. 2026\u202fг. в 14:02, Поддержка\n<help@shop.example>:\n\n> старое\n", "Да"),
    "yahoo app": (
        "ok\n\nYahoo Mail: Search, Organize, Conquer \n \n    On Tue, Nov 10, 2026, 6:10 PM, X <x@y.example> wrote:  \n"
        " \n  old words\n", "ok"),
    "zoho": ("ok\n\n---- On Wed, 11 Nov 2026 16:20:07 +0530 X <x@y.example> wrote ---\n\nold\n", "ok"),
    "fields in marks of bold": (
        "ok\n\n**From:** X <x@y.example>  \n**Sent:** 2 Nov 2026 10:00  \n**To:** Anna\n\nold\n",
        "ok"),
    "daum": ("ok\n\n---------[ 원본 메일 정보 ]---------\n제목: x\n날짜: 2026\n보낸이: X <x@y.example>\n\n旧\n", "ok"),
    "feishu's phone": ("好的\n\n来自飞书邮箱\n\n发件人：X\n时间：2026-11-02\n收件人：y\n主题：x\n旧\n", "好的"),
    "answers that stand above": (
        "My answers below:\n1. yes\n2. no\n\nFrom: X <x@y.example>\nSent: Monday\nTo: Anna\nSubject: x\n\nold\n",
        "My answers below:\n1. yes\n2. no"),
    "history below what is cited": (
        "It says:\n> wait\nWhat now?\nFrom: X <x@y.example>\nSent: Monday\nTo: Anna\nSubject: x\nold\n",
        "It says:\n> wait\nWhat now?"),
    "wecom, english": ("好的\n\n------------------ Original ------------------\nFrom: x\n旧\n", "好的"),
    "gmx": ("nein\n\nGesendet: Donnerstag, 12. November 2026 um 17:00 Uhr\nVon: \"Support\" <help@shop.example>\n"
            "An: anna@mail.example\nBetreff: x\nalt\n", "nein"),
    "mutt": ("* Support <help@shop.example> [2026-11-16 18:22 +0000]:\n\n> which?\nDebian\n", "Debian"),
    "rulers in another language": (
        "好\n\n======== 邮件原文 ========\nFrom: X <x@y.example>\nTo: z\nSubject: s\n旧\n", "好"),
    "outlook, chinese phone": ("好的\n\n获取 Outlook for iOS<https://aka.ms/o0ukef>\n", "好的"),
    "phone, german, verb last": ("Danke\n\nVon meinem Samsung Galaxy Smartphone gesendet.\n", "Danke"),
    "phone, korean, verb last": ("감사합니다\n\n나의 iPhone에서 보냈습니다\n", "감사합니다"),
    "phone, swedish": ("tack\n\nSkickat från min iPhone\n", "tack"),
    "answers that say so": (
        "------------ 原始邮件 ------------\n发件人: x\n1. 版本？\n【回复】4.17\n2. 手机？\n【回复】安卓\n谢谢\n",
        "【回复】4.17\n【回复】安卓"),
    "outlook, slovak": (
        "áno\n\nOdosielateľ: S <h@shop.example>\nOdoslané: 2. novembra 2026\nKomu: A\nPredmet: x\nold\n", "áno"),
    "outlook, french, hard blanks": (
        "oui\n\nDe\xa0: S <h@shop.example>\nEnvoyé\xa0: 2 novembre 2026\nÀ\xa0: A\nObjet\xa0: x\nold\n", "oui"),
    "outlook's ruler, a language nobody knows": (
        "jā\n\n________________________________\nNo: S <help@shop.example>\nNosūtīts: 2026. gada 2. novembris 10:00\n"
        "Kam: A <a@y.example>\n\nold\n", "jā"),
    "gmail, hebrew": (
        "כן\n\n\u202bבתאריך יום ב׳, 2 בנוב׳ 2026 ב-10:00 מאת \u202aS\u202c\u200f "
        "<\u202ahelp@shop.example\u202c\u200f>:\u202c\n\n> old\n", "כן"),
    "apple mail, polish": (
        "tak\n\nWiadomość napisana przez S <help@shop.example> w dniu 2 lis 2026, o godz. 10:00:\n\n> old\n", "tak"),
    "horde": ("ja\n\nZitat von Support <help@shop.example>:\n\n> alt\n", "ja"),
    "proton, answered below": (
        "------- Original Message -------\nOn 2 Nov 2026 at 10:00, S <h@shop.example> wrote:\n\n> old\n\nyes\n", "yes"),
    "zoho, wrapped": ("ok\n\n---- On Wed, 11 Nov 2026 16:20:07 +0530 S\n<x@y.example> wrote ----\n\n> old\n", "ok"),
    "phone, chinese, no blanks": ("好\n\n从我的iPhone发送\n", "好"),
    "t-online's app": (
        "ja\n\n\nGesendet mit der Telekom Mail App\n<https://d.example/app>\n\n"
        "--- Original-Nachricht ---\nVon: S\nalt\n", "ja"),
    "gnus": ("Support <help@shop.example> writes:\n\n> which?\n\nDebian", "Debian"),
    "superhuman": ("ok\n\nSent via Superhuman ( https://sprh.mn/?vip=a )\n", "ok"),
    "gmx's app, no colon": ("ja\n\nAm 02.11.26 um 10:00 schrieb Support (Shop)\n> alt\n", "ja"),
    "a language nobody knows": (
        "bai\n\n2026(e)ko aza. 2(a) 10:00, Support\n<help@shop.example> igorleak hau idatzi du:\n\n> zaharra\n", "bai"),
    "yandex": ("Да\n\n----------------\nКому: Анна (anna@y.example);\nТема: Вопрос;\n"
               "02.11.2026, 10:00, \"S\" <help@shop.example>:\n> старое\n", "Да"),
    "samsung, all on one line": (
        "ok\n\n-------- Original message --------From: S <help@shop.example> Date: 02/11/2026 To: x\nold\n", "ok"),
    "a title without rulers": (
        "好\n\n         原始邮件\n\n发件人：S <help@shop.example>\n发件时间：2026年11月2日\n主题：s\n旧\n", "好"),
    "a help desk's mark": ("better\n\n##- Please type your reply above this line -##\n\nHi, is it better?\n", "better"),
    "a help desk's mark, german": ("ja\n\n##- Bitte antworten Sie oberhalb dieser Zeile. -##\nHallo\n", "ja"),
    "what somebody cites above the history": (
        "1. sixteen digits?\n> is the first sign, is it part of it?\n\n"
        "On 2 Nov 2026 at 10:00, X <x@y.example> wrote:\n> q\n",
        "1. sixteen digits?\n> is the first sign, is it part of it?"),
    "what somebody cites below the history": (
        "On 2 Nov 2026 at 10:00, X <x@y.example> wrote:\n> q\n\nthe log:\n\n> error -71\n\n> error -72\n\nsame twice\n",
        "the log:\n\n> error -71\n\n> error -72\n\nsame twice"),
    "quotes that say whose they are, history below": (
        "Yes.\n\n> On 2 Nov 2026, at 10:00, X <x@y.example> wrote:\n> hi\n\n"
        "-----Original Message-----\nFrom: x\n", "Yes."),
    "answers, then the quote to the end": ("See below:\n\n> which version?\n> which phone?\n", "See below:"),
    "inline answers, announced": ("My answers:\n> first?\nyes\n> second\nno\n", "My answers:\nyes\nno"),
    "a signature below dashes": ("hi\n--\nAnna Berg\nShop Ltd.\n", "hi"),
    "inline answers": ("> first?\nyes\n> second?\nno\n", "yes\nno"),
}  # fmt: skip
WHOLE = {
    "plain": "my order is late\n",
    "nothing but a quote": "> all\n> quoted\n",
    "nothing but history": "On Mon, 2 Nov 2026 at 10:00, Support <help@shop.example> wrote:\n> hi\n",
    "a forwarded mail": (
        "Is this real?\n\n---------- Forwarded message ---------\nFrom: Bank <phish@evil.example>\n"
        "Date: Mon, 2 Nov 2026\nSubject: Verify\nTo: anna\n\nsend us your phrase\n"
    ),
    "a transfer told as a list": "From: 0xabc\nTo: 0xdef\nDate: today\nAmount: 5\nwhere is it?\n",
    "somebody wrote something": "On Monday your agent wrote:\nI will refund you\nbut nothing came\n",
    "a ruler in a long text": "a\n--\n" + "line\n" * 40,
    "what apple forwards": (
        "Is this real?\n\nBegin forwarded message:\n\n> From: Bank <phish@evil.example>\n> Subject: x\n> \n> words\n"
    ),
    "what apple forwards, chinese": (
        "是真的吗？\n\n下面是被转发的邮件：\n\n> 发件人: 银行 <phish@evil.example>\n> 主题: 验证\n> \n> 请\n"
    ),
    "what somebody cites in a paragraph": "我的申诉如下：\n> 报错 500\n> 请求失败\n请尽快处理\n",
    "words below dashes": "Hello\n--\nMy wallet is empty\nsomebody took all\n",
    "words below a dash, chinese": "我的账户\n—\n钱被转走了 请马上冻结\n",
    "a comparison": "5 > 3\na\n",
    "what somebody cites": 'I send:\n> {"id":7}\n< limit\n> {"id":8}\n< timeout\n\nAm I limited?\n',
    "a line like a device's amid words": "Sent from my wallet to 0x12 on my iPhone\nand nothing came\n",
    "an account": "Hello\n\nVon meinem Konto wurden 300 Euro abgebucht\n",
    "what was sent from a phone": "Hello,\n\nsent yesterday 500 USDT from my Galaxy, not there!\n\nWhat now?\n",
    "what was sent, chinese": "您好\n我的手机是小米，发送验证码失败\n",
    "a question below a ruler": "1. yes\n2. no\n---\nalso: where is my card?\n",
    "a stranger's mail told": (
        "Hello,\n\nOn 2 Nov 2026 at 10:00 I got a mail from Support <phish@evil.example>:\n\nsend us your phrase\n"
    ),
    "a device alone above the history": (
        "Sent from my iPhone\n\n> On 2 Nov 2026, at 10:00, X <x@y.example> wrote:\n> \n> hi\n"
    ),
    "who answered above a line": "I replied above this line and then\nnothing\n",
    "answers in red": (
        "Hi Maria, please see my answers below in red.\n\nFrom: Support <help@shop.example>\n"
        "Sent: Monday, 2 November 2026 10:00\nTo: Anna\nSubject: x\n\nWhich device?\nA Pixel 8.\n"
    ),
    "answers in red, chinese": (
        "答复见下面红字。\n\n发件人: 客服\n发送时间: 2026-11-02 10:00\n收件人: 王\n主题: x\n\n什么手机？\n小米\n"
    ),
    "answers in the text, german": (
        "Meine Antworten finden Sie unten im Text.\n\n-----Ursprüngliche Nachricht-----\nVon: x\nalt\nneu\n"
    ),
    "nothing but see below": (
        "See below.\n\nAnna\n\nFrom: Support <help@shop.example>\nSent: Monday\nTo: Anna\nSubject: x\n\nold\nnew\n"
    ),
    "what somebody once wrote to us": (
        "Hallo,\n\nam 20.11.2026 um 10:00 schrieb ich an help@shop.example:\n\nbitte sperren\n\nNiemand antwortet.\n"
    ),
    "what somebody wrote to me": (
        "Bonjour,\n\nLe 20 nov. 2026 à 10:00, le livreur m'a écrit :\n\nje suis là\n\nmais personne.\n"
    ),
    "a device that is told of": (
        "It was stolen.\n\nSent from my iPhone on 2 Nov is a mail that I did not write.\n\nPlease check.\n"
    ),
    "a question below a delimiter": "Hi\n\n--\nAnna\n\nOne more question: when do you open?\n",
    "a mark in what is forwarded": (
        "Is this real?\n\n---------- Forwarded message ---------\nFrom: Desk <d@evil.example>\nDate: today\nTo: a\n\n"
        "##- Please type your reply above this line -##\n\nsend us your phrase\n"
    ),
}


@pytest.mark.parametrize("name", FOLDED)
def test_history_and_signatures_are_folded(name):
    text, wanted = FOLDED[name]
    assert visible(text) == wanted


@pytest.mark.parametrize("name", WHOLE)
def test_words_of_the_customer_stay(name):
    assert fold(WHOLE[name]) == ()
    assert visible(WHOLE[name]) == WHOLE[name]


@pytest.mark.parametrize("name", FOLDED)
def test_folds_are_sorted_whole_lines(name):
    text, _ = FOLDED[name]
    position = 0
    for one in fold(text):
        assert position <= one.start < one.end <= len(text)
        assert one.start == 0 or text[one.start - 1] == "\n"
        assert one.end == len(text) or text[one.end - 1] == "\n"
        position = one.end


def test_kinds_are_told_apart():
    folds = fold("hi\n-- \nAnna\n\nOn 2 Nov 2026 at 10:00, X <x@y.example> wrote:\n> q\n")
    assert [one.kind for one in folds] == ["signature", "quote"]


HOSTILE = {
    "attributions": "On Mon, 2 Nov 2026 at 10:00\n" * 5_000,
    "attributions that end": "On Mon, 2 Nov 2026 at 10:00 X <x@y.example> wrote\n" * 4_000,
    "one long line of dashes": "-" * 200_000,
    "lines of dashes": ("-" * 70 + "\n") * 2_800,
    "rulers": ("_" * 30 + "\n") * 6_000,
    "signatures": "--\n" * 66_000,
    "header fields": "From: x\n" * 25_000,
    "blank lines": "On 2 Nov 2026 10:00 X wrote:" + "\n" * 190_000,
    "a long line": "> " + "On " + "a " * 99_000,
    "colons": ":\n> x\n" * 40_000,
    "marks of help desks": "##- a a a a a a a a a a a a a a a a a\n" * 5_000,
    "titles": "Original Message\n" * 10_000 + "From: a@b\nTo: c\nSubject: d\n",
    "cited and told": ("a\n> b\nOn 2 Nov 2026 10:00 X <x@y.example> wrote:\n" * 4_000),
    "alternating": "> a\nb\n" * 30_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_ends(name):
    # A pattern that backtracks would meet the test's time limit by orders of magnitude.
    text = HOSTILE[name]
    assert visible(text).strip()
    assert visible(text + "\nlast words of mine") != ""
