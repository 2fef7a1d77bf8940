"""GET /api/openapi.json: OpenAPI 3.1 of the API, with the schemas made from the types that decode the wire."""

from functools import cache

import msgspec
from aiohttp import web

from router.model.wire import message_schemas

_JSON = "application/json"
_MESSAGE = {"$ref": "#/components/schemas/Message"}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def _body(schema: object) -> dict[str, object]:
    return {"required": True, "content": {_JSON: {"schema": schema}}}


def _answers(schema: object | None, status: str = "200") -> dict[str, object]:
    good: dict[str, object] = {"description": "done"}
    if schema is not None:
        good["content"] = {_JSON: {"schema": schema}}
    wrong = {
        "description": "an RFC 9457 problem document",
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }
    return {status: good, "default": wrong}


def _guarded(findings: object) -> dict[str, object]:
    """What the outbound guard answers to a reply."""
    schema = {"allOf": [_PROBLEM, _object(findings=findings, visibility={"enum": ["public", "private"]})]}
    content = {"application/problem+json": {"schema": schema}}
    return {
        "409": {
            "description": "confirm_needed: a private reply holds a secret; repeat it with the findings as "
            "`confirmed`. Also stale_reply, cannot_reply and ticket_closed, without findings",
            "content": content,
        },
        "422": {
            "description": "reply_blocked: it must not leave like this. Also empty and too_long, without findings",
            "content": content,
        },
    }


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


_TEXT, _WHOLE, _FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
_ANY = {"type": "object"}
_TICKET = [{"name": "ticket", "in": "path", "required": True, "schema": _TEXT, "description": "id or number (T-1001)"}]
_KEY = [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": _TEXT}]


def _query(*names: str) -> list[dict[str, object]]:
    return [{"name": name, "in": "query", "schema": _TEXT} for name in names]


def _in_path(*names: str) -> list[dict[str, object]]:
    return [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in names]


def _operation(
    summary: str,
    *,
    answers: dict[str, object],
    parameters: list[dict[str, object]] | None = None,
    body: dict[str, object] | None = None,
    security: str = "session",
) -> dict[str, object]:
    operation: dict[str, object] = {"summary": summary, "responses": answers, "security": [{security: []}]}
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = body
    return operation


def _paths() -> dict[str, object]:
    one = "/api/v1/tickets/{ticket}"
    results = _object(
        results={
            "type": "array",
            "items": _object(
                message_id={"type": ["string", "null"]},
                status={"enum": ["accepted", "duplicate", "rejected"]},
                error={"type": ["string", "null"]},
            ),
        }
    )
    several = {"oneOf": [_MESSAGE, {"type": "array", "items": _MESSAGE}]}
    post = _body(several)
    post["content"] = {_JSON: {"schema": several}, "application/x-ndjson": {"schema": _TEXT}}
    command = [*_TICKET]
    changed = _answers(_object(ticket=_ANY, last_seen=_WHOLE))
    findings = {
        "type": "array",
        "items": _object(field=_TEXT, start=_WHOLE, end=_WHOLE, type=_TEXT),
        "description": "places in the text, in code points, end exclusive",
    }
    written = _answers(_object(message=_ANY, ticket=_ANY, last_seen=_WHOLE), "201")
    return {
        "/api/v1/messages": {
            "post": _operation(
                "Messages in; 202 once durable", answers=_answers(results, "202"), body=post, security="token"
            )
        },
        "/api/v1/tickets": {
            "get": _operation(
                "A page of tickets",
                answers=_answers(_object(tickets={"type": "array", "items": _ANY}, total=_WHOLE, cursor=_TEXT)),
                parameters=_query("view", "queue", "q", "cursor", "limit"),
            )
        },
        one: {"get": _operation("One ticket", answers=_answers(_ANY), parameters=_TICKET)},
        f"{one}/replies": {
            "post": _operation(
                "Send a reply",
                answers={**written, **_guarded(findings)},
                parameters=[*command, *_KEY],
                body=_body(_object(text=_TEXT, last_seen=_WHOLE, force=_FLAG, solve=_FLAG, confirmed=findings)),
            )
        },
        f"{one}/notes": {
            "post": _operation(
                "Add a note", answers=written, parameters=[*command, *_KEY], body=_body(_object(text=_TEXT))
            )
        },
        **{
            f"{one}/{name}": {
                "post": _operation(summary, answers=changed, parameters=command, body=_body(_object(**fields)))
            }
            for name, summary, fields in (
                ("accept", "Accept a ticket that rings, and take it", {}),
                ("assign", "Give it to an agent, or back to its queue", {"agent_id": {"type": ["string", "null"]}}),
                (
                    "state",
                    "Move it along the table of states",
                    {"state": _TEXT, "reason": {"type": ["string", "null"]}},
                ),
                (
                    "snooze",
                    "Put it aside until a moment, or take it back (null)",
                    {"until_ms": {"type": ["integer", "null"]}},
                ),
                ("queue", "Hand it to another queue", {"queue": _TEXT}),
                ("urgency", "Judge its urgency", {"urgency": {"enum": ["low", "normal", "high", "critical"]}}),
            )
        },
        f"{one}/actions": {
            "post": _operation(
                "Propose an action on the customer's account",
                answers=_answers(_object(id=_TEXT, actions=_ANY), "201"),
                parameters=command,
                body=_body(_object(action=_TEXT)),
            )
        },
        f"{one}/context": {
            "get": _operation(
                "What the wallet's back end knows of a verified customer; each read is noted in the history",
                answers=_answers(_ANY),
                parameters=[*command, *_query("hash")],
            )
        },
        "/api/v1/actions/{action}/{what}": {
            "post": _operation(
                "Agree to an action that somebody else proposed (approve), say no to it (decline), or ask the back end "
                "again under the same key (retry)",
                answers=_answers(_object(id=_TEXT, actions=_ANY)),
                parameters=_in_path("action", "what"),
            )
        },
        "/api/v1/queues": {"get": _operation("Queues with their counts", answers=_answers(_ANY))},
        "/api/v1/agents": {"get": _operation("People who answer", answers=_answers(_ANY))},
        "/api/v1/status": {"get": _operation("Rules, channels, newest event", answers=_answers(_ANY))},
        "/api/v1/trace/{name}": {
            "get": _operation(
                "The way of a message or ticket",
                answers=_answers(_ANY),
                parameters=_in_path("name"),
            )
        },
        **_own_paths(),
        "/healthz": {"get": {"summary": "The process answers", "responses": _answers(_ANY)}},
        "/readyz": {"get": {"summary": "The process can work", "responses": _answers(_ANY)}},
    }


def _own_paths() -> dict[str, object]:
    """What the inbox needs besides: signing in, one's own profile, files, the feed."""
    me = _answers(_object(id=_TEXT, login=_TEXT, name=_TEXT, role=_TEXT, language=_TEXT, status=_TEXT))
    file = {"description": "its bytes", "content": {"application/octet-stream": {}}}
    page = {"description": "safe HTML, for a frame of its own", "content": {"text/html": {}}}
    problems = _answers(None)["default"]
    return {
        "/api/v1/login": {
            "post": {
                "summary": "A session for a password or a one-time token",
                "requestBody": _body(_object(login=_TEXT, password=_TEXT, token=_TEXT)),
                "responses": _answers(_object(ok=_FLAG)),
                "security": [],
            }
        },
        "/api/v1/logout": {"post": _operation("End the session", answers=_answers(_object(ok=_FLAG)))},
        "/api/v1/me": {
            "get": _operation("Who is signed in", answers=me),
            "patch": _operation(
                "Change one's language or status", answers=me, body=_body(_object(language=_TEXT, status=_TEXT))
            ),
        },
        "/api/v1/feed": {
            "get": _operation(
                "Committed events over a WebSocket, from last_event_id on",
                answers={"101": {"description": "the feed"}, "default": problems},
                parameters=_query("last_event_id"),
            )
        },
        "/api/v1/messages/{message}/html": {
            "get": _operation(
                "A mail's own markup", answers={"200": page, "default": problems}, parameters=_in_path("message")
            )
        },
        "/api/v1/attachments/{message}/{attachment}": {
            "get": _operation(
                "A file of a message",
                answers={"200": file, "default": problems},
                parameters=_in_path("message", "attachment"),
            )
        },
        "/api/v1/messages/{message}/reveal": {
            "post": _operation(
                "A value that a redaction policy sealed; that it was seen is noted in the history",
                answers=_answers(_object(type=_TEXT, value=_TEXT)),
                parameters=_in_path("message"),
                body=_body(_object(place=_WHOLE)),
            )
        },
        "/api/v1/outbox/{outbox}/{what}": {
            "post": _operation(
                "Send a dead or held reply again (what: retry), or let it go (discard)",
                answers=_answers(_object(ok=_FLAG)),
                parameters=_in_path("outbox", "what"),
            )
        },
    }


@cache
def document() -> bytes:
    """The whole description, as JSON."""
    problem = _object(type=_TEXT, title=_TEXT, status=_WHOLE, code=_TEXT, detail=_TEXT)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Switchboard", "version": "1", "license": {"name": "AGPL-3.0-or-later"}},
            "paths": _paths(),
            "components": {
                "schemas": {**message_schemas(), "Problem": problem},
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "switchboard_session"},
                },
            },
        }
    )


async def serve(_request: web.Request) -> web.Response:
    """The endpoint."""
    return web.Response(body=document(), content_type=_JSON)
