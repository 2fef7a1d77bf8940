"""What X says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "X answered 429: too many requests": "X 返回 429：请求过多",
    "X answered with something that cannot be read": "无法读取 X 的应答",
    "X answered without the id of what it made": "X 的应答没有给出所建内容的编号",
    "X answered {status}": "X 返回 {status}",
    "X gave no account": "X 没有返回账户",
    "X gave no answer: {error}": "X 没有应答：{error}",
    "X gave no list": "X 没有返回列表",
    "X refuses the keys": "X 拒绝了密钥",
    "X's limit for this is reached": "已达到 X 的限额",
    "X's list of our own messages cannot be read": "无法读取 X 上我们自己的消息列表",
    "ca: {path} cannot be used: {error}": "ca：无法使用 {path}：{error}",
    (
        "give the channel the keys that developer.x.com shows for the app and the account, and see that "
        "this machine's clock is right"
    ): "请为此渠道提供 developer.x.com 显示的应用和账户密钥，并确认本机时钟准确",
    (
        "the app may not do this: give it read, write and direct message permission at developer.x.com, "
        "make a new access token, and see that its plan includes it"
    ): "应用无权执行此操作：请在 developer.x.com 授予读、写和私信权限，生成新的访问令牌，并确认套餐包含此功能",
    "no connection to X: {error}": "无法连接 X：{error}",
    "on again in {n} s": "{n} 秒后继续",
    "deliveries are expected at {url}": "推送应送达 {url}",
    "X does not list it yet: look into the messages before it is sent again": ("X 尚未列出它：再次发送前请先查看消息"),
    "X lists no such post, and takes the same words only once": "X 没有列出此帖，且相同内容只接受一次",
    "it could not be looked up: no answer within {n} s": "无法查询：{n} 秒内没有应答",
    "it could not be looked up: {error}": "无法查询：{error}",
    "done twice is done once": "执行两次等于执行一次",
    "the file was not uploaded: {error}": "文件未能上传：{error}",
    "X is still preparing the file": "X 仍在处理文件",
    "the files were not at X within {n} s; the upload goes on": "{n} 秒内文件未全部到达 X；上传将继续",
    "the file server answered {status}": "文件服务器返回 {status}",
    "the file server: {error}": "文件服务器：{error}",
}
