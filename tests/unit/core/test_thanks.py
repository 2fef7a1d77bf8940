"""Thanks and "it works now": what keeps a ticket as it is, and what looks like it and does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.thanks import is_thanks
from tests.unit.core.world import event

LAST_WORDS = """\
Thanks!
thank you so much
Thanks a lot for your help
Thank you for the quick reply, it works now :)
ok thanks
Great, thank you guys
Many thanks for your patience!
Thanks Maria
Hi Maria, thanks a lot, it's solved now. Best regards, Ann Lee
thx 👍
👍
🙏🏽
It works now
it's working again, cheers
The problem is solved
My withdrawal has arrived, thank you
I got it, thanks
I received my refund. Thank you!
Everything is fine now
All good, thanks
Problem solved!
Never mind, I figured it out
I have received the code, thanks
Perfect, much appreciated
got it
Noted, thanks.
Thank you very much for your kind support. Have a nice day!
It has been resolved
fixed
You are the best!
谢谢
谢谢！
好的，谢谢
非常感谢
谢谢您的帮助
已经解决了，谢谢
问题解决了，感谢！
解决了
搞定了，多谢
钱已经到账了，谢谢客服
收到，谢谢
收到了
好的
可以了，谢谢你们
现在可以登录了，谢谢
辛苦了
没问题了
谢谢，已到账 🙏
感謝您的幫助
嗯嗯，好的，谢谢啦
你好，问题已解决，谢谢！
好了，麻烦你们了
明白了，谢谢您的耐心解答
好滴谢谢
好嘞
好了好了，谢谢
已经可以了，谢谢
已经收到退款了，谢谢
钱收到了，太好了，感恩
""".splitlines()
OTHERS = """\
Thanks for nothing
Thanks, but it still does not work
thank you, one more question
It is not solved
the problem is not fixed, thanks
Is it solved?
is it working now
have you fixed my issue
It was working yesterday
The problem is back
Thanks. My other wallet is stuck too
solved? no
I received only half of it, thanks
Thank you. When will the rest arrive
I did not get it
thanks, please close my account
Thanks, can you send me the receipt
why was it solved
my transfer has arrived at the wrong address
It works now but my balance is zero
Please fix it, thanks
Help
Thanks. Help
I want a refund, thank you
ok so where is my money
😡
Thanks 😡
great, another fee
hello
hi there
谢谢，但是还没到账
没解决
还没有解决，谢谢
解决了吗
解决了没
谢谢，请问什么时候到账
没收到
我没收到钱，谢谢
麻烦帮我处理一下，谢谢
请尽快解决，谢谢
谢谢，另外我还有一个问题
问题没有解决
又不行了
可以退款吗
钱到账了，但是少了一半
不可以
好的，那我什么时候能收到
帮我看一下，谢谢
你好
你好，在吗
谢谢你个大头鬼
收到退款了吗
没有收到退款
收到退款了一半
收到假币了
太好了，那我的币呢
已经可以了？
太慢了
""".splitlines()


@pytest.mark.parametrize("text", LAST_WORDS)
def test_a_last_word(text):
    assert is_thanks(event(text, person={"name": "Ann Lee"}))


@pytest.mark.parametrize("text", OTHERS)
def test_everything_else_is_a_message(text):
    assert not is_thanks(event(text, person={"name": "Ann Lee"}))


def test_what_is_quoted_below_is_not_what_was_said():
    quoted = "Thank you!\n\nOn Mon, 2 Nov 2026 at 10:00, Support <help@example.org> wrote:\n> Is it solved now?\n> Mei"
    assert is_thanks(event(quoted))


def test_a_file_or_a_call_is_no_thanks():
    assert not is_thanks(event("thanks", kind="call"))
    assert not is_thanks(event(""))
    assert not is_thanks(event("thanks " * 100))


@given(st.text(max_size=400))
def test_any_text_has_an_answer(text):
    assert is_thanks(event(text)) in {True, False}
