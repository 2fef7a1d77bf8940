"""What the telephone says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "an answer that cannot be read: {error}": "无法读取的应答：{error}",
    "give the channel the account's SID and token as the provider's console shows them": (
        "请为此渠道提供服务商控制台显示的账户 SID 和令牌"
    ),
    "it cannot have been sent": "不可能已发出",
    "more than {n} entries in one list": "一个列表中超过 {n} 条",
    "no answer of the provider: {error}": "服务商没有应答：{error}",
    "no connection to the provider: {error}": "无法连接服务商：{error}",
    "the next page of a list is not where lists are": "列表的下一页不在应有的位置",
    "the provider answered {status}": "服务商返回 {status}",
    "the provider is busy (429)": "服务商繁忙（429）",
    "the provider refuses the account or its token ({status})": "服务商拒绝了账户或令牌（{status}）",
    "the provider's answer cannot be read": "无法读取服务商的应答",
    "the provider's list of sent messages does not have it; it may come there later": (
        "服务商的已发送列表中没有它，可能稍后才会出现"
    ),
}
