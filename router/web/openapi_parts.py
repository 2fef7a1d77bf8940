"""What the description of the API is put together of (router/web/openapi.py)."""

JSON = "application/json"
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def body(schema: object) -> dict[str, object]:
    """A JSON body."""
    return {"required": True, "content": {JSON: {"schema": schema}}}


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


TEXT, WHOLE, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
CURSOR = {"type": ["string", "null"], "description": "for the next page; null after the last"}
ANY = {"type": "object"}
_SECURITY: dict[str, dict[str, list[str]]] = {"token": {"token": []}, "session": {"session": [], "own_page": []}}
TICKET = [{"name": "ticket", "in": "path", "required": True, "schema": TEXT, "description": "id or number (T-1001)"}]
KEY = [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": TEXT}]


def query(*names: str) -> list[dict[str, object]]:
    """Parameters of the query, all optional."""
    return [{"name": name, "in": "query", "schema": TEXT} for name in names]


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
