"""GET /api/openapi.json: OpenAPI 3.1 of the API, with the schemas made from the types that decode the wire."""

from functools import cache
from typing import get_args

import msgspec
from aiohttp import web

from router.core.verification import Answer
from router.model.limits import PAGE_MAX
from router.model.wire import message_schemas
from router.store.inbox import View
from router.web import requests
from router.web.openapi_parts import (
    ANY,
    CURSOR,
    FLAG,
    JSON,
    KEY,
    PROBLEM,
    SIGNATURE,
    TEXT,
    TICKET,
    WHOLE,
    answers,
    asked,
    body,
    fields,
    in_path,
    listed,
    operation,
    query,
    ref,
    schemas_of,
)
from router.web.openapi_people import abuse_paths, contact_paths, incident_paths
from router.web.views import EventView, MessageView, TicketRow

_TYPES: tuple[type, ...] = (*requests.Body.__subclasses__(), Answer, TicketRow, MessageView, EventView)
MESSAGE = {"$ref": "#/components/schemas/Message"}
_SHOWS = {"enum": ["image", "audio", None]}
_FINDINGS = {
    "type": "array",
    "items": fields(field=TEXT, start=WHOLE, end=WHOLE, type=TEXT),
    "description": "places in the text, in code points, end exclusive",
}


def _guarded() -> dict[str, object]:
    """What the outbound guard answers to a reply, or a correction of one."""
    schema = {"allOf": [PROBLEM, fields(findings=_FINDINGS, visibility={"enum": ["public", "private"]})]}
    content = {"application/problem+json": {"schema": schema}}
    return {
        "409": {
            "description": "confirm_needed: a private reply holds a secret; repeat it with the findings as "
            "`confirmed`. Also stale_reply, now_public, cannot_reply and ticket_closed, and why an answer cannot be "
            "corrected, without findings",
            "content": content,
        },
        "422": {
            "description": "reply_blocked: it must not leave like this. Also empty and too_long, without findings",
            "content": content,
        },
    }


def _paths() -> dict[str, object]:
    one = "/api/v1/tickets/{ticket}"
    results = fields(
        results={
            "type": "array",
            "items": fields(
                message_id={"type": ["string", "null"]},
                status={"enum": ["accepted", "duplicate", "rejected"]},
                error={"type": ["string", "null"]},
            ),
        }
    )
    several = {"oneOf": [MESSAGE, {"type": "array", "items": MESSAGE}]}
    metrics = {"description": "its text format", "content": {"text/plain": {"schema": TEXT}}}
    post = body(several)
    post["content"] = {JSON: {"schema": several}, "application/x-ndjson": {"schema": TEXT}}
    row, message = ref(TicketRow), ref(MessageView)
    changed = answers(fields(ticket=row, last_seen=WHOLE))
    written = answers(fields(message=message, ticket=row, last_seen=WHOLE), "201")
    return {
        "/api/v1/messages": {
            "post": operation(
                "Messages in; 202 once durable",
                answers={
                    **answers(results, "202"),
                    "422": {
                        "description": "rejected: the only message of the request is refused",
                        "content": {"application/problem+json": {"schema": {"allOf": [PROBLEM, results]}}},
                    },
                },
                body=post,
                security="token",
            )
        },
        "/api/v1/tickets": {
            "get": operation(
                "A page of tickets: by urgency, then who has waited longest; solved ones the newest first. One that "
                "changes its place meanwhile may come twice or be missed; the feed tells what has changed",
                answers=answers(fields(tickets=listed(ref(TicketRow)), total=WHOLE, cursor=CURSOR, held=WHOLE)),
                parameters=query(
                    "queue",
                    "cursor",
                    view={"enum": list(get_args(View)), "default": "all"},
                    q={**TEXT, "description": "words, an address or a number (T-1001); in `all` solved ones, too"},
                    contact={**TEXT, "description": "id, key of the import, or C-n; in `all` solved ones, too"},
                    limit={**WHOLE, "minimum": 0, "default": 50, "description": f"at most {PAGE_MAX} are given"},
                ),
            )
        },
        one: {
            "get": operation(
                "One ticket with all that belongs to it, its newest messages and events",
                answers=answers(_detail()),
                parameters=TICKET,
            )
        },
        f"{one}/replies": {
            "post": operation(
                "Send a reply",
                answers={**written, **_guarded()},
                parameters=[*TICKET, *KEY],
                body=asked(requests.Reply),
            )
        },
        f"{one}/files": {
            "post": operation(
                "Attach a file to a reply to come: the body is the file; refused when its channel cannot carry it",
                answers=answers(
                    fields(file=fields(id=TEXT, name=TEXT, content_type=TEXT, size=WHOLE, shows=_SHOWS)), "201"
                ),
                parameters=[*TICKET, *query("name")],
                body={
                    "required": True,
                    "content": {"application/octet-stream": {"schema": {"format": "binary", **TEXT}}},
                },
            )
        },
        f"{one}/signals": {
            "post": operation(
                "Say that the agent writes an answer (`over`: has stopped), or has read what the customer said last; "
                "told once to whoever looks, to the customer where the ticket's `signals` name it; never kept",
                answers=answers(fields(ok=FLAG), "202"),
                parameters=TICKET,
                body=asked(requests.Signal),
            )
        },
        f"{one}/notes": {
            "post": operation("Add a note", answers=written, parameters=[*TICKET, *KEY], body=asked(requests.Note))
        },
        f"{one}/calls": {
            "post": operation(
                "Log a call with the customer, as a note with direction and duration",
                answers=written,
                parameters=[*TICKET, *KEY],
                body=asked(requests.Call),
            )
        },
        **{
            f"{one}/{name}": {
                "post": operation(
                    summary, answers=changed, parameters=TICKET, body=None if said is None else asked(said)
                )
            }
            for name, summary, said in (
                ("accept", "Accept a ticket that rings, and take it", None),
                ("assign", "Give it to an agent, or back to its queue", requests.Assign),
                ("state", "Move it along the table of states", requests.State),
                ("snooze", "Put it aside until a moment, or take it back (null)", requests.Snooze),
                ("mail-again", "Let automatic mail go again to where it came back from for good", None),
                ("queue", "Hand it to another queue", requests.Move),
                ("urgency", "Judge its urgency", requests.Judgement),
            )
        },
        f"{one}/actions": {
            "post": operation(
                "Propose an action on the customer's account",
                answers=answers(fields(id=TEXT, actions=ANY), "201"),
                parameters=TICKET,
                body=asked(requests.Proposal),
            )
        },
        f"{one}/context": {
            "get": operation(
                "What the wallet's back end knows of a customer who passed an identity check; each read is noted",
                answers=answers(ANY),
                parameters=[*TICKET, *query("hash")],
            )
        },
        "/api/v1/actions/{action}/{what}": {
            "post": operation(
                "Agree to an action that somebody else proposed (approve), say no to it (decline), or ask the back end "
                "again under the same key (retry)",
                answers=answers(fields(id=TEXT, actions=ANY)),
                parameters=in_path("action", "what"),
            )
        },
        f"{one}/verification": {
            "post": operation("Ask the customer to prove who they are", answers=answers(ANY, "201"), parameters=TICKET)
        },
        "/api/v1/identity-checks/{check}": {
            "post": {
                "summary": "What the wallet's back end says of an attempt; signed (Switchboard-Signature)",
                "parameters": [*in_path("check"), *SIGNATURE],
                "requestBody": body(ref(Answer)),
                "responses": answers(ANY),
                "security": [],
            }
        },
        f"{one}/merge": {
            "post": operation(
                "Move it into another ticket of the same contact",
                answers=answers(ANY, status="201"),
                parameters=TICKET,
                body=asked(requests.Merge),
            )
        },
        f"{one}/split": {
            "post": operation(
                "Give some of its messages a ticket of their own",
                answers=answers(ANY, status="201"),
                parameters=TICKET,
                body=asked(requests.Split),
            )
        },
        f"{one}/regroupings": {
            "get": operation("What was merged and split", answers=answers(ANY), parameters=in_path("ticket"))
        },
        "/api/v1/regroupings/{regrouping}/undo": {
            "post": operation(
                "Take a merge or a split back",
                answers=answers(ANY),
                parameters=in_path("regrouping"),
            )
        },
        **incident_paths(),
        "/api/v1/matching/report": {
            "get": operation("How often each reason decided, and was undone", answers=answers(ANY))
        },
        "/api/v1/queues": {"get": operation("Queues with their counts", answers=answers(ANY))},
        "/api/v1/agents": {"get": operation("People who answer", answers=answers(ANY))},
        "/api/v1/status": {"get": operation("Rules, channels, newest event", answers=answers(ANY))},
        "/api/v1/trace/{name}": {
            "get": operation(
                "The way of a message or ticket",
                answers=answers(ANY),
                parameters=in_path("name"),
            )
        },
        **contact_paths(),
        **abuse_paths(),
        **_own_paths(),
        "/healthz": {"get": {"summary": "The process answers", "responses": answers(ANY)}},
        "/readyz": {"get": {"summary": "The process can work", "responses": answers(ANY)}},
        "/metrics": {"get": {"summary": "For Prometheus", "responses": {"200": metrics}}},
    }


def _detail() -> dict[str, object]:
    """What views.detail_view says."""
    known: dict[str, object] = {
        "ticket": ref(TicketRow),
        "messages": listed(ref(MessageView)),
        "events": listed(ref(EventView)),
        "related": listed(ref(TicketRow)),
        "can_reply": FLAG,
        "cannot_reply_reason": {"type": ["string", "null"]},
        "text_max": {"type": ["integer", "null"]},
        "unlocked_until_ms": {"type": ["integer", "null"]},
        "last_seen": {"description": "to be sent with a reply", **WHOLE},
    }
    return {**fields(**known), "additionalProperties": True}


def _own_paths() -> dict[str, object]:
    """What the inbox needs besides: signing in, one's own profile, files, the feed."""
    texts = dict.fromkeys(("id", "login", "name", "role", "language", "status"), TEXT)
    me = answers(fields(**texts, capacity=WHOLE, queues={"type": "array", "items": TEXT}))
    file = {"description": "its bytes", "content": {"application/octet-stream": {}}}
    page = {"description": "safe HTML, for a frame of its own", "content": {"text/html": {}}}
    problems = answers(None)["default"]
    return {
        "/api/v1/login": {
            "post": {
                "summary": "A session for a password or a one-time token",
                "requestBody": asked(requests.Login),
                "responses": answers(fields(ok=FLAG)),
                "security": [],
            }
        },
        "/api/v1/logout": {"post": operation("End the session", answers=answers(fields(ok=FLAG)))},
        "/api/v1/me": {
            "get": operation("Who is signed in", answers=me),
            "patch": operation("Change one's language or status", answers=me, body=asked(requests.Profile)),
        },
        "/api/v1/feed": {
            "get": operation(
                "Committed events over a WebSocket, from last_event_id on",
                answers={"101": {"description": "the feed"}, "default": problems},
                parameters=query(last_event_id={**WHOLE, "minimum": 0}),
            )
        },
        "/api/v1/messages/{message}/html": {
            "get": operation(
                "A mail's own markup", answers={"200": page, "default": problems}, parameters=in_path("message")
            )
        },
        "/api/v1/attachments/{message}/{attachment}": {
            "get": operation(
                "A file of a message: pictures and sound to be shown, all else a download; takes a Range",
                answers={"200": file, "206": {**file, "description": "a part"}, "default": problems},
                parameters=[*in_path("message", "attachment"), *query("download")],
            )
        },
        "/api/v1/files/{attachment}": {
            "delete": operation(
                "Take back a file that was attached and not sent",
                answers=answers(fields(ok=FLAG)),
                parameters=in_path("attachment"),
            )
        },
        "/api/v1/messages/{message}/edit": {
            "post": operation(
                "Correct an answer of ours where it stands, where its channel can: the message says the new text once "
                "the channel has it, and `earlier` what it said before; asked for again, nothing more happens",
                answers={**answers(fields(message=ref(MessageView))), **_guarded()},
                parameters=in_path("message"),
                body=asked(requests.Correction),
            )
        },
        "/api/v1/messages/{message}/react": {
            "post": operation(
                "Set our reaction to a customer's message, one of its `reactions`; an empty emoji takes it off",
                answers=answers(fields(message=ref(MessageView))),
                parameters=in_path("message"),
                body=asked(requests.Reaction),
            )
        },
        "/api/v1/messages/{message}/{what}": {
            "post": operation(
                "Have a customer's public post taken out of sight (hide), shown again (unhide) or deleted (delete) on "
                "its network, where that takes such requests; asked for again, nothing more happens",
                answers=answers(fields(message=ref(MessageView))),
                parameters=in_path("message", "what"),
                body=asked(requests.Moderation),
            )
        },
        "/api/v1/messages/{message}/reveal": {
            "post": operation(
                "A value that a redaction policy sealed; that it was seen is noted in the history",
                answers=answers(fields(type=TEXT, value=TEXT)),
                parameters=in_path("message"),
                body=asked(requests.Reveal),
            )
        },
        "/api/v1/outbox/{outbox}/{what}": {
            "post": operation(
                "Send a dead or held reply again (what: retry), or let it go (discard)",
                answers=answers(fields(ok=FLAG)),
                parameters=in_path("outbox", "what"),
            )
        },
    }


@cache
def document() -> bytes:
    """The whole description, as JSON."""
    problem = fields(type=TEXT, title=TEXT, status=WHOLE, code=TEXT, detail=TEXT)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Switchboard", "version": "1", "license": {"name": "AGPL-3.0-or-later"}},
            "paths": _paths(),
            "components": {
                "schemas": {**message_schemas(), **schemas_of(_TYPES), "Problem": problem},
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "switchboard_session"},
                    "own_page": {
                        "type": "apiKey",
                        "in": "header",
                        "name": "X-Switchboard",
                        "description": "always 1; needed with every change",
                    },
                },
            },
        }
    )


async def serve(_request: web.Request) -> web.Response:
    """The endpoint."""
    return web.Response(body=document(), content_type=JSON)
