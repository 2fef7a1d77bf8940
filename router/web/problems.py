"""Errors as problem documents (RFC 9457), the headers every answer carries, and the bounds of requests."""

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from inbox.assets import CSP
from router.model.errors import InvalidMessage, Refused, StoreUnavailable
from router.telemetry import Logger

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CSP,
}
_STORE_AWAY_RETRY_S = "2"


def problem(status: int, code: str, detail: str, **data: object) -> web.Response:
    """A problem document."""
    body = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code, "detail": detail}
    return web.Response(
        status=status,
        body=msgspec.json.encode({**body, **data}),
        content_type="application/problem+json",
    )


def answer(body: object, *, status: int = 200) -> web.Response:
    """A JSON answer that nobody caches."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def middleware(log: Logger) -> Middleware:
    """Turn every error into a problem document, and dress every answer."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await _answer(request, handler, log)
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guard


async def _answer(request: web.Request, handler: Handler, log: Logger) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as error:
        return problem(error.status, error.code, str(error), **error.data)
    except InvalidMessage as error:
        return problem(400, "invalid", str(error), field=error.field)
    except StoreUnavailable:
        response = problem(503, "store_unavailable", "the database is away; nothing was written, try again")
        response.headers["Retry-After"] = _STORE_AWAY_RETRY_S
        return response
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem(error.status, error.reason.lower().replace(" ", "_"), error.text or error.reason)
    except RecursionError:
        return problem(400, "invalid", "the JSON is nested too deeply")
    except ConnectionResetError:
        raise
    except Exception as error:  # noqa: BLE001 -- a defect answers 500 with an id of what failed, never with content
        log.error("web.failed", path=request.match_info.route.name or request.path, error=type(error).__name__)
        return problem(500, "internal", f"this is our mistake ({type(error).__name__}); it was logged")
