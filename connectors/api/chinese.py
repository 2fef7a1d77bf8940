"""What the API channel says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "no webhook_url: replies cannot leave": "未设置 webhook_url，回复无法发出",
    "a webhook cannot be asked what it has": "无法向 webhook 查询它已收到什么",
    "no connection to the webhook: {error}": "无法连接 webhook：{error}",
    "the webhook gave no answer: {error}": "webhook 没有应答：{error}",
    "the webhook answered {status}": "webhook 返回 {status}",
    "does it know webhook_secret?": "它是否知道 webhook_secret？",
}
