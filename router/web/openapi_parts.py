"""What the description of the API is put together of (router/web/openapi.py)."""

from collections.abc import Iterable

import msgspec

from router.web.problems import KEY_CHARS_MAX
from router.web.requests import Body

JSON = "application/json"
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def body(schema: object) -> dict[str, object]:
    """A JSON body."""
    return {"required": True, "content": {JSON: {"schema": schema}}}


def asked(kind: type[Body]) -> dict[str, object]:
    """A JSON body as it is decoded (router/web/requests.py)."""
    return body(ref(kind))


def ref(kind: type) -> dict[str, object]:
    """The schema of a type, among the components."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def schemas_of(kinds: Iterable[type]) -> dict[str, object]:
    """JSON Schemas of types, and of what they hold, by name."""
    _, found = msgspec.json.schema_components(
        kinds, schema_hook=lambda _any: {"description": "anything"}, ref_template="#/components/schemas/{name}"
    )
    return found


def answers(schema: object | None, status: str = "200") -> dict[str, object]:
    """What is answered: the good case, and problems."""
    good: dict[str, object] = {"description": "done"}
    if schema is not None:
        good["content"] = {JSON: {"schema": schema}}
    wrong = {
        "description": "an RFC 9457 problem document",
        "content": {"application/problem+json": {"schema": PROBLEM}},
    }
    return {status: good, "default": wrong}


def fields(**properties: object) -> dict[str, object]:
    """An object with these properties."""
    return {"type": "object", "properties": properties}


TEXT: dict[str, object] = {"type": "string"}
WHOLE: dict[str, object] = {"type": "integer"}
FLAG: dict[str, object] = {"type": "boolean"}
CURSOR = {"type": ["string", "null"], "description": "for the next page; null after the last"}
ANY = {"type": "object"}
_SECURITY: dict[str, dict[str, list[str]]] = {"token": {"token": []}, "session": {"session": [], "own_page": []}}
TICKET = [{"name": "ticket", "in": "path", "required": True, "schema": TEXT, "description": "id or number (T-1001)"}]
KEY = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {**TEXT, "minLength": 1, "maxLength": KEY_CHARS_MAX},
        "description": "of this agent's request: said again, it is answered with what the first one made, whatever the "
        "body says by then; on another ticket, or of another kind, it is refused (key_used)",
    }
]
SIGNATURE = [
    {
        "name": "Switchboard-Signature",
        "in": "header",
        "required": True,
        "schema": TEXT,
        "description": "t=<unix seconds>,v1=<hex>: HMAC-SHA-256 of t, a dot and the raw body; at most five minutes old",
    }
]
SWITCH: dict[str, object] = {"enum": ["true", "false"]}


def query(*names: str, **schemas: dict[str, object]) -> list[dict[str, object]]:
    """Parameters of the query, all optional: texts, and others by their schema."""
    return [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in (dict.fromkeys(names, TEXT) | schemas).items()
    ]


def listed(schema: object) -> dict[str, object]:
    """An array."""
    return {"type": "array", "items": schema}


def in_path(*names: str) -> list[dict[str, object]]:
    """Parameters of the path."""
    return [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]


def operation(
    summary: str,
    *,
    answers: dict[str, object],
    parameters: list[dict[str, object]] | None = None,
    body: dict[str, object] | None = None,
    security: str = "session",
) -> dict[str, object]:
    """One operation."""
    operation: dict[str, object] = {"summary": summary, "responses": answers, "security": [_SECURITY[security]]}
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = body
    return operation
