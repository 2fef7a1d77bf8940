"""What e-mail says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "IMAP and SMTP take the login": "IMAP 和 SMTP 均可登录",
    "IMAP folder: {error}": "IMAP 文件夹：{error}",
    "OK, and nothing is handed out": "OK，但没有给出任何内容",
    "a new refresh token could not be kept: {error}": "无法保存新的刷新令牌：{error}",
    "no sent_folder is configured to look in": "未配置可供查找的 sent_folder",
    "another folder has the name now": "现在是另一个文件夹在用这个名称",
    "host must be a name in its certificate; a private authority's goes to ca_file": (
        "host 必须是其证书中的名称；私有机构的证书请写到 ca_file"
    ),
    "nothing is sent in clear: it wants tls: tls, or another port": (
        "不会以明文发送任何内容：需要 tls: tls，或换一个端口"
    ),
    "not in the sent folder": "不在已发送文件夹中",
    "the mail server refuses the credentials: {error}": "邮件服务器拒绝了登录信息：{error}",
    "the mail server takes no more logins for now: {error}": "邮件服务器暂时不接受更多登录：{error}",
    "the mail server is slow: other mails are still being handed to it": "邮件服务器很慢：还在向它递交其他邮件",
    "the sent folder cannot be read: {error}": "无法读取已发送文件夹：{error}",
    "the server closed the connection": "服务器关闭了连接",
    "the token endpoint answers {code}: consent has to be given anew, or the client is wrong": (
        "令牌接口返回 {code}：需要重新授权，或客户端信息有误"
    ),
    "the token endpoint answers {code}": "令牌接口返回 {code}",
    "the token endpoint cannot be reached: {error}": "无法连接令牌接口：{error}",
    "this port begins in clear: it wants tls: starttls, or another port": (
        "此端口以明文开始：需要 tls: starttls，或换一个端口"
    ),
}
