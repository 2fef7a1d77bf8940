"""The part of the Compose specification (compose-spec.io) that deploy/ uses, as a JSON schema.

Closed on purpose: a key that is misspelt, or that we do not use, is refused. Written from the specification's
prose; it says less than the specification and nothing else.
"""

_TEXT = {"type": "string", "minLength": 1}
_LIST = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_COMMAND = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_DURATION = {"type": "string", "pattern": r"^(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$", "minLength": 2}
_BYTES = {"type": "string", "pattern": r"^\d+(b|k|m|g|kb|mb|gb)$"}


def _closed(required: list[str], **properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_HEALTHCHECK = {
    "oneOf": [
        _closed(["disable"], disable={"const": True}),
        _closed(
            ["test", "interval", "timeout"],
            test={
                "type": "array",
                "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}],
                "items": {"type": "string"},
                "minItems": 2,
            },
            interval=_DURATION,
            timeout=_DURATION,
            start_period=_DURATION,
            retries={"type": "integer", "minimum": 1},
        ),
    ]
}
_DEPENDS = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": _closed(
        ["condition"],
        condition={"enum": ["service_started", "service_healthy", "service_completed_successfully"]},
    ),
}
_SERVICE = _closed(
    ["image"],
    image={"type": "string", "pattern": r"^[a-z0-9./_-]+:(?!latest$)[\w.-]+$"},
    build=_closed(["context", "dockerfile"], context=_TEXT, dockerfile=_TEXT),
    command=_COMMAND,
    environment={"type": "object", "additionalProperties": _TEXT},
    # Published on loopback only: what faces the world is a TLS proxy in front.
    ports={
        "type": "array",
        "items": {"type": "string", "pattern": r"^127\.0\.0\.1:\d{2,5}:\d{2,5}$"},
    },
    volumes={
        "type": "array",
        "items": {"type": "string", "pattern": r"^[\w./-]+:/[\w./-]+(:ro)?$"},
    },
    secrets=_LIST,
    depends_on=_DEPENDS,
    healthcheck=_HEALTHCHECK,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    init={"type": "boolean"},
    stop_grace_period=_DURATION,
    read_only={"type": "boolean"},
    tmpfs=_LIST,
    cap_drop=_LIST,
    security_opt=_LIST,
    user={"type": "string", "pattern": r"^\d+:\d+$"},
    mem_limit=_BYTES,
    shm_size=_BYTES,
    pids_limit={"type": "integer", "minimum": 1},
    profiles=_LIST,
)
COMPOSE_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9_-]*$"},
        "services": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[a-zA-Z0-9._-]+$"},
            "additionalProperties": _SERVICE,
        },
        "volumes": {"type": "object", "additionalProperties": _closed([])},
        "secrets": {"type": "object", "additionalProperties": _closed(["file"], file=_TEXT)},
    },
    "patternProperties": {"^x-": {}},
    "required": ["name", "services"],
    "additionalProperties": False,
}
