"""The part of the API's description about people: who is who, many with one cause, who is not listened to."""

from router.web.openapi_parts import (
    ANY,
    CURSOR,
    FLAG,
    KEY,
    TEXT,
    WHOLE,
    answers,
    body,
    fields,
    in_path,
    operation,
    query,
)


def contact_paths() -> dict[str, object]:
    """Who is who."""
    one, contact = "/api/v1/contacts/{contact}", in_path("contact")
    contact[0]["description"] = "id, key of the import, or C-n"
    key: dict[str, object] = {"kind": TEXT, "value": TEXT}
    acts: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("link", "Say that an address is this contact's", {**key, "reason": TEXT}),
        ("unlink", "Say that an address is not this contact's", {**key, "reason": TEXT}),
        (
            "merge",
            "Say that another contact is the same person, who goes on as this one; `preview` moves nothing",
            {"other": TEXT, "reason": TEXT, "preview": FLAG},
        ),
        (
            "split",
            "Give some addresses to a contact of their own",
            {"identities": {"type": "array", "items": fields(**key)}, "reason": TEXT},
        ),
        ("never-merge", "Say that two contacts are two people", {"other": TEXT, "reason": TEXT}),
        ("undo", "Take an act back, the newest on its contacts first", {"act": TEXT, "reason": TEXT}),
    )
    erased = fields(name=TEXT, force=FLAG, preview=FLAG)
    return {
        f"{one}/erase": {
            "post": operation(
                "Erase a person for good, for admins: `name` is theirs, typed; `preview` says what would go; `force` "
                "although an alarm rings",
                answers=answers(ANY),
                parameters=contact,
                body=body(erased),
            )
        },
        "/api/v1/contacts": {
            "get": operation(
                "Contacts by key, number, address or whole name",
                answers=answers(fields(contacts={"type": "array", "items": ANY})),
                parameters=query("q"),
            )
        },
        one: {
            "get": operation(
                "A contact: identities with their proof, who may be the same person, acts",
                answers=answers(fields(contact=ANY)),
                parameters=contact,
            )
        },
        **{
            f"{one}/{name}": {
                "post": operation(
                    summary,
                    answers=answers(fields(act=ANY, contact=ANY)),
                    parameters=contact,
                    body=body(fields(**said)),
                )
            }
            for name, summary, said in acts
        },
    }


def incident_paths() -> dict[str, object]:
    """Many people, one cause."""
    one, named = "/api/v1/incidents/{incident}", in_path("incident")
    done, names = answers(ANY), {"type": "array", "items": TEXT}
    opened = body(fields(title=TEXT, tickets=names))
    told = fields(text=TEXT, kind={"enum": ["reply", "note"]}, tickets=names)
    acts: tuple[tuple[str, str, object, list[dict[str, object]]], ...] = (
        ("state", "Confirm, dismiss, resolve or reopen it", fields(state=TEXT), []),
        ("banner", "What the web chat says of it", fields(texts=fields(en=TEXT, zh=TEXT)), []),
        ("link", "Put a ticket into it", fields(ticket=TEXT), []),
        ("unlink", "Take a ticket out", fields(ticket=TEXT), []),
        ("tell", "One reply or note to all of it, or to some", told, KEY),
    )
    return {
        "/api/v1/incidents": {
            "get": operation("Incidents with their live counts", answers=done, parameters=query("over")),
            "post": operation("Declare one", answers=answers(ANY, status="201"), body=opened),
        },
        one: {"get": operation("One, with a page of its tickets", answers=done, parameters=[*named, *query("after")])},
        **{
            f"{one}/{name}": {"post": operation(summary, answers=done, parameters=[*named, *more], body=body(said))}
            for name, summary, said, more in acts
        },
    }


def abuse_paths() -> dict[str, object]:
    """Who is not listened to, and what waits."""
    whom: dict[str, object] = {"contact": TEXT, "kind": TEXT, "value": TEXT, "reason": TEXT, "until_ms": WHOLE}
    listed = {"type": "array", "items": ANY}
    return {
        "/api/v1/blocks": {
            "get": operation(
                "Blocks in force",
                answers=answers(fields(blocks=listed, cursor=CURSOR)),
                parameters=query("cursor", "over"),
            ),
            "post": operation(
                "Block a contact, or an address by its kind and value",
                answers=answers(fields(block=ANY), "201"),
                body=body(fields(**whom)),
            ),
        },
        "/api/v1/blocks/{block}/lift": {
            "post": operation(
                "End a block; what it held stays held",
                answers=answers(fields(block=ANY)),
                parameters=in_path("block"),
                body=body(fields(reason=TEXT)),
            )
        },
        "/api/v1/held": {
            "get": operation(
                "Messages of blocked senders and of floods that wait, the newest first",
                answers=answers(fields(held=listed, cursor=CURSOR)),
                parameters=query("contact", "ticket", "block", "q", "cursor"),
            )
        },
        "/api/v1/held/release": {
            "post": operation(
                "Let held messages through: each is decided like any other",
                answers=answers(fields(released=WHOLE)),
                body=body(fields(held={"type": "array", "items": TEXT})),
            )
        },
    }
