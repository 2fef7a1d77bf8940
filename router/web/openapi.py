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
                parameters=_query("view", "queue", "q", "contact", "cursor", "limit"),
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
                    {
                        "state": _TEXT,
                        "reason": {"type": ["string", "null"]},
                        "checklist": {"type": "array", "items": _TEXT},
                    },
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
                "What the wallet's back end knows of a customer who passed an identity check; each read is noted",
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
        f"{one}/verification": {
            "post": _operation(
                "Ask the customer to prove who they are", answers=_answers(_ANY, "201"), parameters=_TICKET
            )
        },
        "/api/v1/identity-checks/{check}": {
            "post": {
                "summary": "What the wallet's back end says of an attempt; signed (Switchboard-Signature)",
                "parameters": _in_path("check"),
                "requestBody": _body(_object(attempt=_TEXT, result={"enum": ["passed", "failed"]}, user_id=_TEXT)),
                "responses": _answers(_ANY),
                "security": [],
            }
        },
        f"{one}/merge": {
            "post": _operation(
                "Move it into another ticket of the same contact",
                answers=_answers(_ANY, status="201"),
                parameters=command,
                body=_body(_object(into=_TEXT)),
            )
        },
        f"{one}/split": {
            "post": _operation(
                "Give some of its messages a ticket of their own",
                answers=_answers(_ANY, status="201"),
                parameters=command,
                body=_body(_object(messages={"type": "array", "items": _TEXT})),
            )
        },
        f"{one}/regroupings": {
            "get": _operation("What was merged and split", answers=_answers(_ANY), parameters=_in_path("ticket"))
        },
        "/api/v1/regroupings/{regrouping}/undo": {
            "post": _operation(
                "Take a merge or a split back",
                answers=_answers(_ANY),
                parameters=_in_path("regrouping"),
            )
        },
        **_incidents(),
        "/api/v1/matching/report": {
            "get": _operation("How often each reason decided, and was undone", answers=_answers(_ANY))
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
        **_contact_paths(),
        **_own_paths(),
        "/healthz": {"get": {"summary": "The process answers", "responses": _answers(_ANY)}},
        "/readyz": {"get": {"summary": "The process can work", "responses": _answers(_ANY)}},
    }


def _contact_paths() -> dict[str, object]:
    """Who is who."""
    one, contact = "/api/v1/contacts/{contact}", _in_path("contact")
    contact[0]["description"] = "id, key of the import, or C-n"
    key: dict[str, object] = {"kind": _TEXT, "value": _TEXT}
    acts: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("link", "Say that an address is this contact's", {**key, "reason": _TEXT}),
        ("unlink", "Say that an address is not this contact's", {**key, "reason": _TEXT}),
        (
            "merge",
            "Say that another contact is the same person, who goes on as this one; `preview` moves nothing",
            {"other": _TEXT, "reason": _TEXT, "preview": _FLAG},
        ),
        (
            "split",
            "Give some addresses to a contact of their own",
            {"identities": {"type": "array", "items": _object(**key)}, "reason": _TEXT},
        ),
        ("never-merge", "Say that two contacts are two people", {"other": _TEXT, "reason": _TEXT}),
        ("undo", "Take an act back, the newest on its contacts first", {"act": _TEXT, "reason": _TEXT}),
    )
    return {
        "/api/v1/contacts": {
            "get": _operation(
                "Contacts by key, number, address or whole name",
                answers=_answers(_object(contacts={"type": "array", "items": _ANY})),
                parameters=_query("q"),
            )
        },
        one: {
            "get": _operation(
                "A contact: identities with their proof, who may be the same person, acts",
                answers=_answers(_object(contact=_ANY)),
                parameters=contact,
            )
        },
        **{
            f"{one}/{name}": {
                "post": _operation(
                    summary,
                    answers=_answers(_object(act=_ANY, contact=_ANY)),
                    parameters=contact,
                    body=_body(_object(**fields)),
                )
            }
            for name, summary, fields in acts
        },
    }


def _incidents() -> dict[str, object]:
    """Many people, one cause."""
    one, named = "/api/v1/incidents/{incident}", _in_path("incident")
    done, names = _answers(_ANY), {"type": "array", "items": _TEXT}
    opened = _body(_object(title=_TEXT, tickets=names))
    told = _object(text=_TEXT, kind={"enum": ["reply", "note"]}, tickets=names)
    acts: tuple[tuple[str, str, object, list[dict[str, object]]], ...] = (
        ("state", "Confirm, dismiss, resolve or reopen it", _object(state=_TEXT), []),
        ("banner", "What the web chat says of it", _object(texts=_object(en=_TEXT, zh=_TEXT)), []),
        ("link", "Put a ticket into it", _object(ticket=_TEXT), []),
        ("unlink", "Take a ticket out", _object(ticket=_TEXT), []),
        ("tell", "One reply or note to all of it, or to some", told, _KEY),
    )
    return {
        "/api/v1/incidents": {
            "get": _operation("Incidents with their live counts", answers=done, parameters=_query("over")),
            "post": _operation("Declare one", answers=_answers(_ANY, status="201"), body=opened),
        },
        one: {
            "get": _operation("One, with a page of its tickets", answers=done, parameters=[*named, *_query("after")])
        },
        **{
            f"{one}/{name}": {"post": _operation(summary, answers=done, parameters=[*named, *more], body=_body(fields))}
            for name, summary, fields, more in acts
        },
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
