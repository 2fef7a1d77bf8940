"""The part of the API's description about people: who is who, many with one cause, who is not listened to."""

from router.web import requests
from router.web.openapi_parts import (
    ANY,
    CURSOR,
    KEY,
    SWITCH,
    WHOLE,
    answers,
    asked,
    fields,
    in_path,
    operation,
    query,
)


def contact_paths() -> dict[str, object]:
    """Who is who."""
    one, contact = "/api/v1/contacts/{contact}", in_path("contact")
    contact[0]["description"] = "id, key of the import, or C-n"
    acts: tuple[tuple[str, str, type[requests.Body]], ...] = (
        ("link", "Say that an address is this contact's", requests.Address),
        ("unlink", "Say that an address is not this contact's", requests.Address),
        (
            "merge",
            "Say that another contact is the same person, who goes on as this one; `preview` moves nothing",
            requests.OtherContact,
        ),
        ("split", "Give some addresses to a contact of their own", requests.SplitContact),
        ("never-merge", "Say that two contacts are two people", requests.OtherContact),
        ("undo", "Take an act back, the newest on its contacts first", requests.Undo),
    )
    return {
        f"{one}/erase": {
            "post": operation(
                "Erase a person for good, for admins: `name` is theirs, typed; `preview` says what would go; `force` "
                "although an alarm rings",
                answers=answers(ANY),
                parameters=contact,
                body=asked(requests.Erase),
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
                    body=asked(said),
                )
            }
            for name, summary, said in acts
        },
    }


def incident_paths() -> dict[str, object]:
    """Many people, one cause."""
    one, named = "/api/v1/incidents/{incident}", in_path("incident")
    done = answers(ANY)
    acts: tuple[tuple[str, str, type[requests.Body], list[dict[str, object]]], ...] = (
        ("state", "Confirm, dismiss, resolve or reopen it", requests.IncidentChange, []),
        ("banner", "What the web chat says of it", requests.Banner, []),
        ("link", "Put a ticket into it", requests.LinkedTicket, []),
        ("unlink", "Take a ticket out", requests.LinkedTicket, []),
        ("tell", "One reply or note to all of it, or to some", requests.Telling, KEY),
    )
    return {
        "/api/v1/incidents": {
            "get": operation("Incidents with their live counts", answers=done, parameters=query(over=SWITCH)),
            "post": operation("Declare one", answers=answers(ANY, status="201"), body=asked(requests.Incident)),
        },
        one: {"get": operation("One, with a page of its tickets", answers=done, parameters=[*named, *query("after")])},
        **{
            f"{one}/{name}": {"post": operation(summary, answers=done, parameters=[*named, *more], body=asked(said))}
            for name, summary, said, more in acts
        },
    }


def abuse_paths() -> dict[str, object]:
    """Who is not listened to, and what waits."""
    listed = {"type": "array", "items": ANY}
    return {
        "/api/v1/blocks": {
            "get": operation(
                "Blocks in force",
                answers=answers(fields(blocks=listed, cursor=CURSOR)),
                parameters=query("cursor", over=SWITCH),
            ),
            "post": operation(
                "Block a contact, or an address by its kind and value",
                answers=answers(fields(block=ANY), "201"),
                body=asked(requests.Block),
            ),
        },
        "/api/v1/blocks/{block}/lift": {
            "post": operation(
                "End a block; what it held stays held",
                answers=answers(fields(block=ANY)),
                parameters=in_path("block"),
                body=asked(requests.Lift),
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
                body=asked(requests.Release),
            )
        },
    }
