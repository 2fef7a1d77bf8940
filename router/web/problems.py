"""Errors as problem documents (RFC 9457), the headers every answer carries, and the bounds of requests."""

import re
from typing import Final, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from inbox.assets import CSP
from router.listening import hung_up
from router.model.errors import InvalidMessage, Paused, Refused, StoreUnavailable
from router.model.limits import API_BODY_BYTES_MAX
from router.model.tables import Agent
from router.telemetry import Logger, why
from router.web.error_pages import ErrorPages

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CSP,
}
_STORE_AWAY_RETRY_S = "2"
_NOWHERE: Final = "there is nothing at this address; /api/openapi.json lists what there is"
_PAUSED_RETRY_S = "30"
KEY_CHARS_MAX = 200
_CHALLENGES: Final = {"bad_token": {"WWW-Authenticate": "Bearer"}}
"""What else an answer says for a code: how to prove who one is (RFC 9110, section 15.5.2)."""
_UNREADABLE: Final[dict[type[Exception], str]] = {
    RecursionError: "the JSON is nested too deeply",
    web.RequestPayloadError: "the body is not what its Content-Encoding, Transfer-Encoding or Content-Length says",
}
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""Escaped in JSON; PostgreSQL keeps no such character."""
_BEGUN: Final = web.RequestKey("begun", bool)
"""Its answer has begun to leave."""
T = TypeVar("T")


def problem(status: int, code: str, detail: str, **data: object) -> web.Response:
    """A problem document."""
    body = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code, "detail": detail}
    return web.Response(
        status=status,
        body=msgspec.json.encode({**body, **data}),
        content_type="application/problem+json",
        headers=_CHALLENGES.get(code),
    )


async def body_of(request: web.Request, kind: type[T]) -> T:
    """The request's JSON as `kind`. Raises Refused (400) saying what was found and meant."""
    body = await request.read()
    if b"\\u0000" in body and _NUL.search(body):
        raise Refused("invalid", "a text holds no NUL; send it without", status=400)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Refused("invalid", str(error), status=400) from None


def idempotency_key(request: web.Request, agent: Agent) -> str:
    """What makes a repeated request of this agent the same one. Raises Refused (400) when there is none, or its bytes
    are no text."""
    key = request.headers.get("Idempotency-Key", "")
    if not (1 <= len(key) <= KEY_CHARS_MAX and key.isprintable()):
        raise Refused("key_missing", "send an Idempotency-Key, such as a UUID, of 1 to 200 characters", status=400)
    return f"{agent.id}:{key}"


def answer(body: object, *, status: int = 200) -> web.Response:
    """A JSON answer that nobody caches."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def application(log: Logger, pages: ErrorPages | None = None) -> web.Application:
    """One that turns every error into a problem document, or into a page for people, and dresses every answer."""
    app = web.Application(middlewares=[_middleware(log, pages)], client_max_size=API_BODY_BYTES_MAX)
    app.on_response_prepare.append(_note_begun)
    return app


async def _note_begun(request: web.Request, _response: web.StreamResponse) -> None:
    request[_BEGUN] = True


def _middleware(log: Logger, pages: ErrorPages | None) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await _answer(request, handler, log)
        if response.prepared:
            return response
        if _BEGUN in request and request.transport is not None:
            # A second answer would be read as more of the first: whoever reads a file would wait for its rest.
            request.transport.abort()
        if pages is not None:
            response = pages.page(request, response)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return guard


def _of_framework(error: web.HTTPException) -> web.Response:
    """aiohttp's own errors as problems; raises a redirect on, dressed."""
    if error.status < 400:
        error.headers.update(_HEADERS)
        raise error
    allowed = error.headers.get("Allow")
    detail = _NOWHERE if error.status == 404 else f"this address takes {allowed}" if allowed else error.text
    response = problem(error.status, error.reason.lower().replace(" ", "_"), detail or error.reason)
    if allowed:
        response.headers["Allow"] = allowed  # RFC 9110, section 15.5.6
    return response


def _route_of(request: web.Request) -> str | None:
    """Where it leads, not what it names: whoever knows the whole address of a conversation or a file may read it."""
    resource = request.match_info.route.resource
    return None if resource is None else resource.canonical


def _later(code: str, detail: str, after_s: str) -> web.Response:
    response = problem(503, code, detail)
    response.headers["Retry-After"] = after_s
    return response


async def _answer(request: web.Request, handler: Handler, log: Logger) -> web.StreamResponse:
    try:
        if "%00" in request.raw_path:
            raise Refused("invalid", "an address holds no NUL", status=400)
        return await handler(request)
    except Refused as error:
        return problem(error.status, error.code, str(error), **error.data)
    except InvalidMessage as error:
        return problem(400, "invalid", str(error), field=error.field)
    except Paused as error:
        return _later("paused", f"{error}; nothing was taken, bring it again", _PAUSED_RETRY_S)
    except StoreUnavailable as error:
        log.warning("web.store_unavailable", **why(error))
        detail = "the database is away or out of room; nothing was written, try again"
        return _later("store_unavailable", detail, _STORE_AWAY_RETRY_S)
    except web.HTTPException as error:
        return _of_framework(error)
    except (RecursionError, web.RequestPayloadError) as error:
        return problem(400, "invalid", _UNREADABLE[type(error)])
    except Exception as error:  # a defect answers 500 with an id of what failed, never with content
        if hung_up(request, error):
            raise
        log.error("web.failed", path=_route_of(request), error=type(error).__name__)
        return problem(500, "internal", f"this is our mistake ({type(error).__name__}); it was logged")
