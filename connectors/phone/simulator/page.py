"""A page to play a caller: a telephone with a keypad, a colleague's telephone beside it, and text messages.

Plain HTML, works without scripts. What the caller hears stands there to be read.
"""

from collections import OrderedDict
from html import escape
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from connectors.phone.simulator.call import Call
from connectors.phone.simulator.server import PhoneServer
from connectors.simulated.page import Look, back, hidden, item, refuse_strangers, writing, written

_TEXT_CHARS_MAX: Final = 1_600
_KEYS_MAX: Final = 20
_CALLS_MAX: Final = 100
_SHOWN: Final = 30
_KEYS: Final = ("123", "456", "789", "*0#")
_LOOK: Final = Look(title="A caller", title_zh="来电客户", accent="#8a3324")


class Page:
    """The caller's side. `caller` is the number of whoever has none."""

    def __init__(self, server: PhoneServer, caller: str) -> None:
        self._server, self._caller = server, caller
        self._calls: OrderedDict[str, Call] = OrderedDict()

    def add_to(self, app: web.Application) -> None:
        """Mount the page."""
        app.router.add_get("/", self._show)
        app.router.add_post("/", self._act)
        app.router.add_get("/texts", self._texts)

    # --- what is done ----------------------------------------------------------------------------------------------

    async def _act(self, request: web.Request) -> web.StreamResponse:
        refuse_strangers(request)
        form = {key: str(value) for key, value in (await request.post()).items()}
        caller = form.get("caller", "").strip()[:30] or self._caller
        line = form.get("line", "")
        if line not in self._server.numbers:
            line = next(iter(self._server.numbers))
        query = {"caller": caller, "line": line}
        call = self._calls.get(form.get("call", ""))
        if "begin" in form:
            call = await self._begun(caller, line)
        elif "text" in form:
            text = written(form["text"], _TEXT_CHARS_MAX)
            if text:
                await self._server.text(caller, line, text)
        elif call is not None and not call.is_over:
            await self._play(call, form)
        if call is not None:
            query["call"] = call.sid
        raise back(request, **query)

    async def _begun(self, caller: str, line: str) -> Call:
        call = await self._server.call(caller, line)
        self._calls[call.sid] = call
        if len(self._calls) > _CALLS_MAX:
            await self._calls.popitem(last=False)[1].hang_up()
        return call

    async def _play(self, call: Call, form: dict[str, str]) -> None:
        """One thing that somebody does. What no longer fits to the call, as after a second press, does nothing."""
        if "hang_up" in form:
            await call.hang_up()
        elif "wait" in form and call.waiting in {"keys", "message"}:
            await call.wait()
        elif "key" in form and call.waiting == "keys":
            await call.press("".join(key for key in form["key"] if key in "0123456789*#")[:_KEYS_MAX])
        elif "said" in form and call.waiting == "message":
            said = form["said"].strip()[:_TEXT_CHARS_MAX]
            await call.speak(said, seconds=max(2, len(said) // 12))
        elif "colleague" in form and call.waiting == "colleague":
            await call.colleague("answers" if form["colleague"] == "answers" else "no-answer")

    # --- what is shown ---------------------------------------------------------------------------------------------

    async def _show(self, request: web.Request) -> web.Response:
        query = request.query
        caller = query.get("caller", "")[:30] or self._caller
        call = self._calls.get(query.get("call", ""))
        phone = _begin(self._server, caller, query.get("line", "")) if call is None or call.is_over else _pad(call)
        heard = "".join(item(escape(text)) for text in (call.heard if call is not None else ()))
        over = "<p><b>The call is over. 通话结束。</b></p>" if call is not None and call.is_over else ""
        fields = hidden(caller=caller, line=query.get("line", "") or next(iter(self._server.numbers)))
        return _LOOK.page(
            "A telephone, the telephones of the colleagues it rings, and text messages. 电话、客服电话与短信。",
            f"""{phone}<section><h2>What the caller hears 客户听到</h2>
<ol aria-live="polite">{heard}</ol>{over}</section>
<section><h2>Text messages 短信</h2>
<iframe src="/texts?{urlencode({"caller": caller})}" title="Text messages"></iframe>
{writing("Write one 写短信", "Send 发送", fields, _TEXT_CHARS_MAX)}</section>""",
        )

    async def _texts(self, request: web.Request) -> web.Response:
        caller = request.query.get("caller", "")
        rows = [row for row in self._server.messages.values() if caller in {row.sender, row.to}][-_SHOWN:]
        lines = [item(escape(row.body), "me" if row.sender == caller else "us") for row in reversed(rows)]
        return _LOOK.said("Text messages", "".join(lines))


def _begin(server: PhoneServer, caller: str, line: str) -> str:
    lines = "".join(
        f"<option{' selected' if number == line else ''}>{escape(number)}</option>" for number in server.numbers
    )
    return f"""<form method="post" action="/"><fieldset><legend>Telephone 电话</legend>
<label>Your number 您的号码 <input name="caller" value="{escape(caller)}" maxlength="30"></label>
<label>Call 拨打 <select name="line">{lines}</select></label>
<button class="do" name="begin" value="1">Call 呼叫</button></fieldset></form>"""


def _pad(call: Call) -> str:
    who = hidden(call=call.sid, caller=call.row.caller, line=call.row.called)
    keys = "".join(f'<button name="key" value="{key}">{key}</button>' for row in _KEYS for key in row)
    match call.waiting:
        case "keys":
            shown = f"""<div class="pad">{keys}</div></form><form method="post" action="/">{who}
<label>Several keys 多个按键 <input name="key" inputmode="tel" maxlength="{_KEYS_MAX}" size="12" required></label>
<button>Press 按下</button></form><form method="post" action="/">{who}
<button name="wait" value="1">Press nothing 不按键</button>"""
        case "message":
            shown = f"""<label>Speak after the tone 留言 <textarea name="said" rows="3" maxlength="{_TEXT_CHARS_MAX}"
required></textarea></label><button>Done 完成 (#)</button></form><form method="post" action="/">{who}
<button name="wait" value="1">Say nothing 不说话</button>"""
        case _:
            shown = """<p>A colleague's telephone rings. 正在呼叫客服人员。</p>
<button name="colleague" value="answers">They answer 接听</button>
<button name="colleague" value="no-answer">They do not 不接</button>"""
    return f"""<fieldset><legend>On the line 通话中</legend><form method="post" action="/">{who}{shown}</form>
<form method="post" action="/">{who}<p><button class="stop" name="hang_up" value="1">Hang up 挂断</button></p></form>
</fieldset>"""
