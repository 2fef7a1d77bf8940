"""What callers hear, in each language. Pure data; settings may say any of it in other words (`texts`)."""

from typing import Final, Literal

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "language": "For English, press {key}.",
        "greeting": "Welcome to support. We will never ask for your recovery phrase. Please do not tell it to anybody.",
        "emergency": "If somebody is taking your money right now, press {key}.",
        "topic": "For {topic}, press {key}.",
        "again": "That key has no meaning here.",
        "connecting": "One moment please, we are calling a colleague.",
        "alarm": "We have raised the alarm. Please stay on the line, we are calling somebody now.",
        "closed": "Nobody is at the phones at this time.",
        "busy": "All colleagues are on the phone.",
        "leave_message": "To leave a message, press {key}.",
        "ask_callback": "To be called back, press {key}.",
        "window": "To be called {window}, press {key}.",
        "number": "Please enter the number to call, with its country code, and then press the hash key.",
        "callback_noted": "Thank you. We will call you {window}.",
        "record": "Please speak after the tone, and press the hash key at the end. Never say your recovery phrase.",
        "recorded": "Thank you, we have your message. Goodbye.",
        "not_recorded": "We did not hear anything. Goodbye.",
        "goodbye": "Thank you for calling. Goodbye.",
        "away": "We cannot look after your call properly just now.",
        "try_later": "Please call again in a few minutes.",
        "screen": "A customer calls support about {topic}. To take the call, press 1.",
        "screen_alarm": "Alarm. A customer's money is being taken right now. To take the call, press 1.",
        "any_topic": "something",
    },
    "zh": {
        "language": "中文服务请按 {key}。",
        "greeting": "欢迎致电客服。我们绝不会询问您的助记词，请不要告诉任何人。",
        "emergency": "如果有人正在盗取您的资产，请按 {key}。",
        "topic": "{topic}，请按 {key}。",
        "again": "该按键无效。",
        "connecting": "请稍候，正在为您接通客服。",
        "alarm": "已为您发出警报。请不要挂断，我们正在呼叫值班人员。",
        "closed": "现在不是人工服务时间。",
        "busy": "客服全部忙线中。",
        "leave_message": "留言请按 {key}。",
        "ask_callback": "需要回电请按 {key}。",
        "window": "希望{window}接到回电，请按 {key}。",
        "number": "请输入回电号码，包括国家代码，按井号键结束。",
        "callback_noted": "谢谢，我们将{window}给您回电。",
        "record": "请在提示音后留言，说完请按井号键。请不要说出您的助记词。",
        "recorded": "谢谢，您的留言已收到。再见。",
        "not_recorded": "没有听到留言。再见。",
        "goodbye": "感谢来电，再见。",
        "away": "抱歉，目前无法正常处理您的来电。",
        "try_later": "请过几分钟再拨。",
        "screen": "客户来电，事由：{topic}。接听请按 1。",
        "screen_alarm": "警报：客户的资产正在被盗。接听请按 1。",
        "any_topic": "其他",
    },
}
