"""Errors as pages: whoever comes by a mangled link in a browser reads a sentence in their language."""

from typing import Final

from aiohttp import web

from inbox.assets import LANGUAGE_COOKIE, THEME_COOKIE, Assets, choose_language, choose_theme

_GONE: Final = frozenset({404, 410})
_LATER: Final = frozenset({429, 502, 503, 504})
_WORDS: Final = {
    "en": {
        "gone": (
            "There is no such page",
            "Please check the address. A link may have been cut short, or is no longer valid.",
        ),
        "later": ("Not just now", "Please try again in a moment. Nothing has been lost."),
        "failed": ("This did not work", "Please go back and try again."),
    },
    "zh-CN": {
        "gone": ("没有这个页面", "请检查网址。链接可能不完整，或者已经失效。"),
        "later": ("暂时无法显示", "请稍后再试，您的内容不会丢失。"),
        "failed": ("出错了", "请返回后重试。"),
    },
}


class ErrorPages:
    """Made once; `page` is asked for every error."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def page(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """A page with the status and headers of `response` where it is a problem document that a person would read;
        `response` itself for anything else, and below /api, which programs ask."""
        is_problem = response.content_type == "application/problem+json"
        is_person = request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", "")
        if not (is_problem and is_person) or request.path.startswith("/api/"):
            return response
        lang = choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language", ""))
        status = response.status
        title, text = _WORDS[lang]["gone" if status in _GONE else "later" if status in _LATER else "failed"]
        html = self._assets.notice(lang, choose_theme(request.cookies.get(THEME_COOKIE)), title=title, text=text)
        headers = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        headers |= {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Cookie"}
        return web.Response(text=html, status=status, content_type="text/html", headers=headers)
