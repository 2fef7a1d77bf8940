"""What Facebook says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "Facebook answered {code}": "Facebook 返回 {code}",
    "Facebook's answer cannot be read": "无法读取 Facebook 的应答",
    "give the channel a new page access token (Business settings, System users)": (
        "请为此渠道提供新的主页访问令牌（Business settings，System users）"
    ),
    "it cannot be looked up: {error}": "无法查询：{error}",
    "it is not among the newest messages there": "不在那里的最新消息之中",
    "no answer of Facebook: {error}": "Facebook 没有应答：{error}",
    "no connection to Facebook: {error}": "无法连接 Facebook：{error}",
    "the comment is still as it was": "该评论仍保持原状",
    "the token is of another page, {page}": "令牌属于另一个主页 {page}",
    "Messenger takes no answer any more (or the app lacks the permission for it)": (
        "Messenger 已不再接受回复（或应用缺少相应权限）"
    ),
    "Facebook does not know what this answers, or whom it goes to": "Facebook 不认识所回复的内容或收件人",
    "the page's token lacks a permission for this": "主页令牌缺少所需权限",
    "Facebook has blocked this for the time being: it takes it for abuse": "Facebook 视其为滥用，已暂时限制",
    "this person takes no messages now": "对方目前不接收消息",
    "this comment has had its private reply already": "此评论已有过私信回复",
    "this person cannot be answered": "无法回复此人",
    "waiting until some is free": "正在等待额度恢复",
    "{percent} % of the calls that Meta allows are used": "已用 Meta 允许调用量的 {percent} %",
    "the page is subscribed when the service starts; now {fields} do not come here": (
        "服务启动时会订阅主页；目前 {fields} 不会送达这里"
    ),
    "the file server answered {status}": "文件服务器返回 {status}",
    "the file server: {error}": "文件服务器：{error}",
    "{n} echoes of ours": "{n} 条我方消息的回声",
    "{n} by the page itself": "{n} 条由主页自己发出",
    "{n} left to another app": "{n} 条留给其他应用",
    "{n} of another page": "{n} 条属于其他主页",
}
