"""What the demo says first: where everything is, in the reader's language. Pure."""

from collections.abc import Mapping
from typing import Final

from rules.phrases import Phrases
from rules.translation import Language

_TEXTS: Final[Mapping[Language, str]] = {
    "en": """
Switchboard demo is running. Everything is kept in {folder}; Ctrl-C stops it, nothing is lost.

  Inbox             {base}/inbox
    sign in as agent  {agent}
    sign in as admin  {admin}
  Customer's page   {base}/channels/webchat/default/
  Web form          {form}
  Rules folder      {rules}   (change the queue in own.yaml and watch the inbox)
  Mail              {support}: {email}
                    answers arrive in {answers}/YOUR-ADDRESS/INBOX
  Telegram          {telegram}
  Facebook          {facebook}
  X                 {x}
  Phone             {phone}
  API token         {token}

Send a public post through the API (the card number will never be stored):
  {post}

Press the alarm as a user whom the app vouches for (a proposal to freeze the account comes with it; Ada and Lee decide):
  {alarm}

Their app, where they confirm that it is them (*Verify identity* in the inbox; opens the account to agents for an hour):
  {app}

Follow any message or ticket:
  {trace}
""",
    "zh": """
Switchboard 演示已启动。全部数据保存在 {folder}；按 Ctrl-C 停止，不会丢失任何内容。

  收件箱            {base}/inbox
    以客服登录        {agent}
    以管理员登录      {admin}
  客户聊天页        {base}/channels/webchat/default/
  网页表单          {form}
  规则目录          {rules}   （修改 own.yaml 中的队列，看收件箱如何变化）
  邮件              {support}：{email}
                    回复会送达 {answers}/您的地址/INBOX
  Telegram          {telegram}
  Facebook          {facebook}
  X                 {x}
  电话              {phone}
  API 令牌          {token}

通过 API 发送一条公开消息（卡号绝不会被保存）：
  {post}

以经应用验证的用户身份按下警报（同时会提议冻结账户，由 Ada 和 Lee 决定）：
  {alarm}

该用户的应用，用于确认是其本人（收件箱中的“核验身份”；通过后一小时内客服可查看账户）：
  {app}

追踪任意消息或工单：
  {trace}
""",
}
_THERE: Final = "并在那里看到回复"
_PLACES: Final = Phrases(
    {
        "write as a customer at {url} and see the answer there": f"以客户身份在 {{url}} 写消息，{_THERE}",
        "write as a customer at {url} and see the answer there; "
        "or send to SMTP {smtp} (no login); IMAP {imap}, password {password}": (
            f"以客户身份在 {{url}} 写邮件，{_THERE}；或发到 SMTP {{smtp}}（不登录）；IMAP {{imap}}，密码 {{password}}"
        ),
        "write to the page or comment at {url} and see the answer there": f"在 {{url}} 给主页发消息或评论，{_THERE}",
        "{url} in any browser, with or without JavaScript": "{url} 任何浏览器均可，无需 JavaScript",
        "call as a customer at {url} (a keypad to press, and whether a colleague answers)": (
            "以客户身份在 {url} 打电话（可按键，并可决定是否有同事接听）"
        ),
        "post or write as a customer at {url} and see the answer there": f"以客户身份在 {{url}} 发帖或私信，{_THERE}",
    }
)


def greeting(language: Language, places: Mapping[str, str], **where: str) -> str:
    """The first words; `places` says where one is a customer of each channel, as its simulator puts it."""
    if language == "zh":
        places = {kind: _PLACES.find(place, lambda _, value: value) or place for kind, place in places.items()}
    return _TEXTS[language].format(**places, **where)
