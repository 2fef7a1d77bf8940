"""What to do about a problem of rules files, in Chinese; see rules/chinese.py."""

from typing import Final

HINTS: Final = {
    "did you mean {name}?": "是否想写 {name}？",
    "for example {encoder: incident, from: -2, start: 1, counts: 1}": (
        "例如 {encoder: incident, from: -2, start: 1, counts: 1}"
    ),
    "none is defined": "还没有定义任何一个",
    "known: {names}, ...": "可用：{names} 等",
    "known: {names}": "可用：{names}",
    "one of {names}": "其中之一：{names}",
    "use {names}": "可用：{names}",
    "found {kind}": "这里是{kind}",
    "found {value}": "这里是 {value}",
    "at most {n}": "最多 {n}",
    "write {language}: and a label": "写上 {language}: 和标签",
    "write {language}: and a text": "写上 {language}: 和文本",
    "buttons take none; write it into the text": "按钮不能有空位；请写进正文",
    "a whole address such as https://example.com/help, not longer than 1000": (
        "完整的网址，例如 https://example.com/help，不超过 1000 字符"
    ),
    "use en, zh or another language tag, buttons or fallback": "写 en、zh 或其他语言标记，或 buttons、fallback",
    "at most {n}; choose its telling part": "最多 {n}；请选取有代表性的部分",
    "at most {n}; split it into several files": "最多 {n}；请拆成几个文件",
    "at most {n}; use has or near with a list": "最多 {n}；请改用 has 或 near 加词表",
    "at most {n}, or 6 with ordered: true": "最多 {n}；写 ordered: true 时最多 6",
    "a whole number from {low} to {high}": "{low} 到 {high} 的整数",
    "a number from 1 to {n}": "1 到 {n} 的数",
    "a number such as 500 or 0.5": "数字，例如 500 或 0.5",
    "two values: [low, high]": "两个值：下限和上限",
    "one value": "一个值",
    "write true or false": "写 true 或 false",
    "write at least one value": "至少写一个值",
    "write {example}": "写 {example}",
    "write one": "请写上",
    "write message.findings|has: {name}": "请写 message.findings|has: {name}",
    "only at the end of a word it stands for any ending": "只有在词尾才表示任意结尾",
    "leave them out; capitals make no difference": "去掉它们；大小写本来就不区分",
    "leave them out, or use straight ones": "去掉引号，或改用英文引号",
    "write , between words; put it in quotes if it is one": "词之间请写英文逗号；若确是一个词，请加上引号",
    "keep one": "保留一个",
    "delete it": "请删除",
    "delete it or fill it in": "删除或补全",
    "delete it; values are typed by their key": "请删除；值的类型由键决定",
    "delete the id": "删除 id",
    "take it out": "请去掉",
    "take it out of one": "从其中一处去掉",
    "take one of them out": "去掉其中一个",
    "take the reference out": "去掉这个引用",
    "swap them": "请对调",
    "the first is {name}; keep one": "第一个是 {name}；保留一个",
    "the first is in line {line}; keep one": "第一个在第 {line} 行；保留一个",
    "the first is in {file} line {line}; rename or delete one": "第一个在 {file} 第 {line} 行；改名或删除一个",
    "small letters, digits and hyphens, such as lost-access": "小写字母、数字和连字符，例如 lost-access",
    # Reading a file.
    "save the file as UTF-8": "请把文件存为 UTF-8",
    "split the file": "请拆分文件",
    "quote it or split it": "加引号或拆开",
    "write the keys out": "请逐个写出键",
    "flatten it": "请减少嵌套",
    "define it above": "请在上方定义",
    "start with a key such as rules:": "以 rules: 之类的键开头",
    "check indentation, quotes and brackets here": "检查此处的缩进、引号和括号",
    "write blanks instead; two for each level": "请改用空格；每层两个",
    "put it in quotes": "请加上引号",
    "put a text that begins with {{ in quotes": "以 {{ 开头的文本请加上引号",
    "its colon is a Chinese one; write : and a blank": "它的冒号是中文冒号；请写 : 和空格",
    "close it, or leave it out": "请闭合，或去掉",
    "close the bracket of {where} before this, or put a text with signs in quotes": (
        "请在此之前闭合 {where} 的括号，或给含符号的文本加上引号"
    ),
    "use single quotes, where it is itself": "请用单引号，其中 \\ 就是它本身",
    "write : and a blank behind a key, or put a text in quotes": "请在键后写 : 和空格，或给文本加上引号",
    "begin a new line before the -": "请在 - 之前另起一行",
    "write - and a blank": "请写 - 和空格",
    "write : and a blank": "请写 : 和空格",
    "put the whole value in quotes": "请给整个值加上引号",
    "put that in quotes, or check the indentation": "请给上一行的值加上引号，或检查缩进",
    "begin the text in the line below | or >": "在 | 或 > 的下一行开始写文本",
    "put the whole value in one pair of quotes": "请把整个值放进同一对引号",
    "correct its blanks": "请改正行首的空格",
    "one document a file; delete the ---": "一个文件只能有一个文档；删除 ---",
    "a defect of ours, please report it; the file is as it was": "这是我们的缺陷，请报告；文件保持原样",
    # Words and conditions.
    "use fewer or shorter lists": "减少或缩短词表",
    "write the longer words that are meant": "写出想要的较长的词",
    "the shorter word already finds it; keep one": "较短的词已能命中；保留一个",
    "write ${name} instead of them": "用 ${name} 代替它们",
    "write ${name}": "写 ${name}",
    "split the rule, or put words into a list": "拆分规则，或把词放进词表",
    "join them with | or use has and near": "用 | 合并，或改用 has 和 near",
    "for example words: [[not, never], [arrived, received]]": "例如 words: [[not, never], [arrived, received]]",
    "fewer or smaller repeats such as {1,20}": "减少或缩小 {1,20} 之类的重复",
    "RE2 syntax: no look-around, no back-references": "RE2 语法：不支持环视和反向引用",
    "exact case may follow {names}": "exact case 可以跟在 {names} 后面",
    "write how many: has at least 2": "写明数量：has at least 2",
    "the other is in line {line}; take one out": "另一个在第 {line} 行；去掉一个",
    "no message has such a value; correct it": "没有消息有这样的值；请改正",
    "say what has to be there": "写出必须出现的内容",
    "texts are compared as {word}; write that": "文本按 {word} 比较；请这样写",
    "declare it once": "只声明一次",
    "write it as in the message: letters, digits, _ and -, such as order_value": (
        "按消息中的写法：字母、数字、_ 和 -，例如 order_value"
    ),
    # Hours, dates and events.
    "name each day once": "每天只写一次",
    "make one of them": "合并成一段",
    "00:00-24:00 is the whole day": "00:00-24:00 是全天",
    "from the first day to the last": "从第一天到最后一天",
    "for example open: {mon-fri: 09:00-18:00}": "例如 open: {mon-fri: 09:00-18:00}",
    "for example 09:00-18:00 or 22:00-06:00": "例如 09:00-18:00 或 22:00-06:00",
    "several hours of a day stand in brackets: [09:00-12:00, 13:00-18:00]": (
        "同一天的几段时间写在方括号里：[09:00-12:00, 13:00-18:00]"
    ),
    "for example 2026-10-01 or 2026-10-01 to 2026-10-07": "例如 2026-10-01 或 2026-10-01 to 2026-10-07",
    "for example 2026-12-24 Asia/Shanghai, 2026-12-24 09:00 Asia/Shanghai or 2026-12-24T09:00+08:00": (
        "例如 2026-12-24 Asia/Shanghai、2026-12-24 09:00 Asia/Shanghai 或 2026-12-24T09:00+08:00"
    ),
    "an IANA name such as Asia/Shanghai": "IANA 名称，例如 Asia/Shanghai",
    "a duration such as 90s, 15m, 4h or 2d, up to a year": "时长，例如 90s、15m、4h 或 2d，最长一年",
    "for example 16m, 4h or 2d": "例如 16m、4h 或 2d",
    "for example idle.30m, idle.4h or idle.2d": "例如 idle.30m、idle.4h 或 idle.2d",
    "sla.<name>.80% or sla.<name>.breach": "sla.<name>.80% 或 sla.<name>.breach",
    "the rule is checked and can be tested; it acts once the service does": "规则可以检查和测试；等服务支持后才起作用",
    "write first_reply: 15m or solve: 4h": "写 first_reply: 15m 或 solve: 4h",
    # Rules.
    "write id: a-short-name": "写 id: a-short-name",
    "write version: 1": "写 version: 1",
    "write it under then:": "请写在 then: 之下",
    "write it beside when, not in it": "请与 when 并列，不要写在其中",
    "write the condition without it, under not:": "去掉否定词，把条件写在 not: 之下",
    "a field comes first: message.text|{operator}": "前面要有字段：message.text|{operator}",
    "a list stands in [ and ]": "列表写在 [ 和 ] 之间",
    "add then: with tag, urgency, queue or reply": "加上 then:，写 tag、urgency、queue 或 reply",
    "{rule} (line {line}) takes all its messages first": "{rule}（第 {line} 行）先拿走了它的全部消息",
    "delete it, or give it a later day": "删除，或改成更晚的日期",
    "switch that rule on, or list the tag under tags: when people set it": (
        "启用那条规则；若由人设置，请把标签列在 tags: 下"
    ),
    "switch it on, or take it out of the test": "启用它，或从测试中去掉",
    "write verifying: {webhook: wallet} in lifecycle, with the name of one of `webhooks`": "在 lifecycle 中写 "
    "verifying: {webhook: wallet}，填 `webhooks` 之一的名称",
    "write sla: {name} in a rule": "在规则中写 sla: {name}",
    # Queues and skills.
    "add queues: with one default: true": "加上 queues:，其中一个写 default: true",
    "add default: true to one": "给其中一个加上 default: true",
    "for example en, zh or zh-Hant": "例如 en、zh 或 zh-Hant",
    "write queue: {name} in a rule, or delete it": "在规则中写 queue: {name}，或删除它",
    "write reply: {name}, or delete it": "写 reply: {name}，或删除它",
    "for example refund, lang:zh, refund>=2 or lang:{{message.lang}}": (
        "例如 refund、lang:zh、refund>=2 或 lang:{{message.lang}}"
    ),
    "it stands for every skill in relax: all": "它在 relax: all 中代表全部技能",
    "relax: all drops what rules ask for": "relax: all 会放弃规则要求的技能",
    "give it an overflow with a step to another queue": "给它加上 overflow，其中一步通向别的队列",
    "write after: 5m or when: {queue.available: 0}": "写 after: 5m 或 when: {queue.available: 0}",
    "write to: another-queue, relax: all, add_skill, urgency: up or reply": (
        "写 to: another-queue、relax: all、add_skill、urgency: up 或 reply"
    ),
    "write the steps in order of time": "按时间顺序写步骤",
    "queue.available or queue.waiting, for example queue.waiting|at least: 20": (
        "queue.available 或 queue.waiting，例如 queue.waiting|at least: 20"
    ),
    "let the way end in a queue without overflow": "让它止于没有 overflow 的队列",
    "let its last overflow step go to a queue without skills, or relax: all": (
        "让 overflow 的最后一步通向不要求技能的队列，或写 relax: all"
    ),
    "give {name} an overflow whose last step goes to a queue without skills, or relax: all": (
        "给 {name} 加上 overflow，最后一步通向不要求技能的队列，或写 relax: all"
    ),
    # Redaction and what rules do to tickets.
    "write then: {{key}: {name}}": "写 then: {{key}: {name}}",
    "it decides who writes {names}; the highest urgency always wins": "它决定由谁写 {names}；urgency 总是取最高的",
    "write find: [PHONE, EMAIL]": "写 find: [PHONE, EMAIL]",
    "write at least one type, such as PHONE": "至少写一个类型，例如 PHONE",
    "write one of the two": "写其中一个",
    "write mode: seal": "写 mode: seal",
    "write supervisor: full": "写 supervisor: full",
    "write event: {event}": "写 event: {event}",
    "at most {n}d": "最多 {n}d",
    "make it need a character": "让它至少需要一个字符",
    "only what is sealed can be revealed": "只有封存的内容才能查看",
    "nobody may hold these: they are masked on every channel; put them into a policy with mode: mask": (
        "任何人都不得持有：它们在所有渠道都会被遮盖；请放进 mode: mask 的策略"
    ),
    "everybody reads it there; write mode: {public: mask}": "那里人人可见；请写 mode: {public: mask}",
    "such a rule is tried before the message is kept: it may ask for its text, channel and the like": (
        "这样的规则在消息保存之前执行：可以判断文本、渠道等"
    ),
    "it is done as a message comes": "它在消息到来时执行",
    "write a rule of its own for it": "请为它单独写一条规则",
    "it needs url and secret": "需要 url 和 secret",
    "https://…, or env:NAME where the service finds it": "https://…，或服务能找到的 env:NAME",
    "env:NAME or file:PATH, where the service finds it; 16 characters or more": (
        "服务能找到的 env:NAME 或 file:PATH；至少 16 个字符"
    ),
    "choose close or snooze": "close 与 snooze 选一个",
    "snooze: 4h, or snooze: {until: office}": "snooze: 4h，或 snooze: {until: office}",
    "notify: {queue: billing, text: look at this}; agent: and a login name instead of queue": (
        "notify: {queue: billing, text: 请看一下}；也可用 agent: 加登录名代替 queue"
    ),
    "the rule may do everything else": "规则的其他动作都可以",
    # Weights.
    'write words: | or whole: | and lines such as "+1.5 not me"': '写 words: | 或 whole: | 和 "+1.5 not me" 这样的行',
    "for example +1.5 not me": "例如 +1.5 not me",
    "for example {of: incident, at least: 0}": "例如 {of: incident, at least: 0}",
    "add it to lists": "把它加进 lists",
    "choose the telling ones": "选取有代表性的",
    "delete one of the lines": "删除其中一行",
    # Templates.
    "write {{ticket.number}}": "写 {{ticket.number}}",
    "nobody may ask for one; say instead that you never do": "谁也不能索要；请改为声明从不索要",
    "write a text for it, or fallback: {language}": "补上文本，或写 fallback: {language}",
    "link to one of guard.link_hosts, or add the host there": "链接到 guard.link_hosts 中的网站，或把网站加进去",
    # Packs and tests.
    "a name and a version such as shop@2.3.0": "名称和版本，例如 shop@2.3.0",
    'a least version such as ">=1" or ">=1.2"': '最低版本，例如 ">=1" 或 ">=1.2"',
    "shipped is {name}@{version}": "自带的是 {name}@{version}",
    "this one is {version}; upgrade first": "当前是 {version}；请先升级",
    "write at: 2026-03-11 10:00 Asia/Shanghai": "写 at: 2026-03-11 10:00 Asia/Shanghai",
    "mend the rule, or the test if it asks for the wrong thing": "修正规则；若测试要求有误，则修正测试",
    "24h, 10d or 3 working days": "24h、10d 或 3 working days",
    "at most 24h": "最长 24h",
    "browser: true, agent:, webhook:, email: or telegram:": "browser: true、agent:、webhook:、email: 或 telegram:",
    "its id such as -1001234567890, @name of a public one, or env:NAME where the service finds it": "群组 ID（如 "
    "-1001234567890）、公开群组的 @名称，或 env:NAME（由服务读取）",
    "delete {a}": "删除 {a}",
    "for example en or zh": "例如 en 或 zh",
    "for example oncall@wallet.example": "例如 oncall@wallet.example",
    "from 1 to {a}": "1 到 {a}",
    "it undoes {a}: two people do that": "它撤销 {a}：这需要两个人",
    "keep one of them": "只保留一个",
    "kind: amount, and ask: {en: …, zh: …}": "写 kind: amount 以及 ask: {en: …, zh: …}",
    "hold comes after messages: write a larger one": "hold 在 messages 之后生效：请写得大一些",
    "letters, digits and _": "字母、数字和 _",
    "name an action that has no undo of its own": "请写一个自身没有 undo 的操作",
    "name one of `webhooks`": "请写 webhooks 中的一个",
    "nobody waits for an answer to what is solved": "已解决的事没有人等待答复",
    "one working day or more": "一个工作日或更多",
    "steps: [{browser: true, within: 2m}]": "写 steps: [{browser: true, within: 2m}]",
    "the first is in {a} line {b}; keep one": "第一个在 {a} 第 {b} 行；只保留一个",
    "where customers log in, https://…": "客户登录的页面，https://…",
    "within: 2m: when nobody accepts by then, it climbs": "写 within: 2m：到时无人接单就逐级上呼",
    "write after: 10m": "写 after: 10m",
    "write clock: and the name of one of `times`": "写 clock: 以及 times 中的一个名称",
    "write close: 3 working days": "写 close: 3 working days",
}  # fmt: skip
