"""What Telegram says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "@{name}, {n} updates wait": "@{name}，有 {n} 条更新在等待",
    "Telegram answered 429: too many requests": "Telegram 返回 429：请求过多",
    "Telegram gave no answer in time": "Telegram 未及时应答",
    "Telegram gave updates without ids": "Telegram 给出的更新没有编号",
    "Telegram refuses the token": "Telegram 拒绝了令牌",
    "a bot cannot look up what it has sent; look into the chat, or ask the customer": (
        "机器人无法查询自己发过什么；请查看聊天或询问客户"
    ),
    "another program has set a webhook of its own for this bot": "另一个程序为此机器人设置了自己的 webhook",
    "getMe gave no bot": "getMe 没有返回机器人",
    "getUpdates gave no list": "getUpdates 没有返回列表",
    "getWebhookInfo gave no object": "getWebhookInfo 没有返回对象",
    "give the channel the token that BotFather shows (/mybots, API Token)": (
        "请为此渠道提供 BotFather 显示的令牌（/mybots，API Token）"
    ),
    "give the channel the token that BotFather shows": "请为此渠道提供 BotFather 显示的令牌",
    "no answer that can be read: {error}": "没有可读取的应答：{error}",
    "no connection to Telegram: {error}": "无法连接 Telegram：{error}",
    "waiting for its turn in this chat": "正在此聊天中排队",
    "webhook at {host}": "webhook 位于 {host}",
    (
        "stop the other program that uses this token, or revoke the token and give this channel the new one"
    ): "请停止使用此令牌的另一个程序，或吊销令牌并为此渠道提供新令牌",
    "this bot's updates go to a webhook; delete it (deleteWebhook), or set mode: webhook": (
        "此机器人的更新发往 webhook；请删除它（deleteWebhook），或设置 mode: webhook"
    ),
    "@{name}: the webhook is set when the service starts; now it is at {host}": (
        "@{name}：webhook 在服务启动时设置；目前位于 {host}"
    ),
    "the file server answered {status}": "文件服务器返回 {status}",
    "the file server: {error}": "文件服务器：{error}",
}
