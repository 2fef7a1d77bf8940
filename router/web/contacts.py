"""Endpoints about who is who: a contact with how each identity was proven, who may be the same person, and the acts."""

from collections.abc import Awaitable, Mapping, Sequence

from aiohttp import web

from router.flow.erasure import Erasures
from router.flow.people import People, Preview
from router.model.actors import agent_of, agents_of
from router.model.changes import contact_name, ticket_number
from router.model.erasure import Extent
from router.model.errors import Refused
from router.model.ids import AgentId, ContactId
from router.model.people import Hint, PeopleAct
from router.model.tables import Contact, Identity
from router.store import dossier, inbox
from router.store.dossier import Dossier
from router.store.script import Store
from router.web import requests
from router.web.abuse import block_views
from router.web.auth import Auth
from router.web.problems import answer, body_of


class ContactsApi:
    """Endpoints under /api/v1/contacts."""

    def __init__(self, *, store: Store, auth: Auth, people: People, erasures: Erasures) -> None:
        self._store, self._auth, self._people, self._erasures = store, auth, people, erasures

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        one = "/api/v1/contacts/{contact}"
        return [
            web.get("/api/v1/contacts", self.find),
            web.get(one, self.show),
            web.post(f"{one}/link", self.link),
            web.post(f"{one}/unlink", self.unlink),
            web.post(f"{one}/merge", self.merge),
            web.post(f"{one}/split", self.split),
            web.post(f"{one}/never-merge", self.never_merge),
            web.post(f"{one}/undo", self.undo),
            web.post(f"{one}/erase", self.erase),
        ]

    async def find(self, request: web.Request) -> web.Response:
        """GET /api/v1/contacts?q=: by key, number, address or whole name."""
        await self._auth.agent(request)
        found = await self._people.find(request.query.get("q", ""))
        return answer({"contacts": [short_view(contact) for contact in found]})

    async def show(self, request: web.Request) -> web.Response:
        """GET /api/v1/contacts/{id, key or C-n}."""
        await self._auth.agent(request)
        return answer({"contact": await self._view(request.match_info["contact"])})

    async def link(self, request: web.Request) -> web.Response:
        """POST .../link."""
        actor, asked = await self._actor(request), await body_of(request, requests.Address)
        name = request.match_info["contact"]
        return await self._done(request, self._people.link(name, (asked.kind, asked.value), asked.reason, actor))

    async def unlink(self, request: web.Request) -> web.Response:
        """POST .../unlink."""
        actor, asked = await self._actor(request), await body_of(request, requests.Address)
        name = request.match_info["contact"]
        return await self._done(request, self._people.unlink(name, (asked.kind, asked.value), asked.reason, actor))

    async def merge(self, request: web.Request) -> web.Response:
        """POST .../merge: `other` is the same person; with `preview` only what would move."""
        actor, asked = await self._actor(request), await body_of(request, requests.OtherContact)
        name = request.match_info["contact"]
        if asked.preview:
            return answer({"preview": _preview_view(await self._people.preview(name, asked.other))})
        return await self._done(request, self._people.merge(name, asked.other, asked.reason, actor))

    async def split(self, request: web.Request) -> web.Response:
        """POST .../split."""
        actor, asked = await self._actor(request), await body_of(request, requests.SplitContact)
        keys = [(key.kind, key.value) for key in asked.identities]
        name = request.match_info["contact"]
        return await self._done(request, self._people.split(name, keys, asked.reason, actor))

    async def never_merge(self, request: web.Request) -> web.Response:
        """POST .../never-merge."""
        actor, asked = await self._actor(request), await body_of(request, requests.OtherContact)
        name = request.match_info["contact"]
        return await self._done(request, self._people.keep_apart(name, asked.other, asked.reason, actor))

    async def undo(self, request: web.Request) -> web.Response:
        """POST .../undo."""
        actor, asked = await self._actor(request), await body_of(request, requests.Undo)
        return await self._done(request, self._people.undo(asked.act, asked.reason, actor))

    async def erase(self, request: web.Request) -> web.Response:
        """POST .../erase, for admins: all that is known of them goes, for good. `name` is typed by whoever asks; with
        `preview` only what would go."""
        agent, asked = await self._auth.agent(request), await body_of(request, requests.Erase)
        if agent.role != "admin":
            raise Refused("admins_only", "only those with the role admin erase people", status=403)
        name = request.match_info["contact"]
        if asked.preview:
            return answer({"preview": extent_view(await self._erasures.extent(name))})
        done = await self._erasures.erase(name, agent.actor, force=asked.force, typed=asked.name)
        erased = {"at_ms": done.erasure.started_at_ms, "state": done.erasure.state, "compacted": done.compacted}
        return answer({"erased": erased, "contact": await self._view(done.erasure.contact_id)})

    async def _actor(self, request: web.Request) -> str:
        return (await self._auth.agent(request)).actor

    async def _done(self, request: web.Request, act: Awaitable[PeopleAct]) -> web.Response:
        done = await act
        view = await self._view(request.match_info["contact"])
        shown = await act_views(self._store, [done])
        return answer({"act": shown[0], "contact": view})

    async def _view(self, name: str) -> dict[str, object]:
        return await contact_view(self._store, *(await self._people.show(name)))


def short_view(contact: Contact) -> dict[str, object]:
    """A contact by its names."""
    return {"id": contact.id, "label": contact_name(contact), "name": contact.name}


def extent_view(found: Extent) -> dict[str, object]:
    """What an erasure would take, in numbers."""
    return {
        **short_view(found.contact),
        "absorbed": found.absorbed,
        "identities": found.identities,
        "conversations": found.conversations,
        "tickets": found.tickets,
        "open_tickets": found.open_tickets,
        "messages": found.messages,
        "files": found.files,
        "ringing": [f"T-{number}" for number in found.ringing],
        "erased_at_ms": found.erased_at_ms,
    }


def identity_view(identity: Identity) -> dict[str, object]:
    """An identity with how it was proven, whether the channel checked it, and since when."""
    return {
        "kind": identity.kind,
        "value": identity.value,
        "proof": identity.proof,
        "vouched": identity.vouched,
        "since_ms": identity.created_at_ms,
    }


async def contact_view(store: Store, found: Dossier, hints: Sequence[Hint]) -> dict[str, object]:
    """A contact as agents see it, over the API and on the command line."""
    return {
        **short_view(found.contact),
        "language": found.contact.language,
        "vip": found.contact.vip,
        "erased_at_ms": found.contact.erased_at_ms,
        "merged_into": short_view(found.merged_into) if found.merged_into is not None else None,
        "absorbed": [short_view(each) for each in found.absorbed],
        "never_merge": [short_view(each) for each in found.apart],
        "identities": [identity_view(each) for each in found.identities],
        "tickets": found.tickets,
        "open_tickets": found.open_tickets,
        "blocks": await block_views(store, found.blocks),
        "held": found.held,
        "hints": [
            {
                **short_view(hint.contact),
                "reasons": [{"reason": reason, "kind": kind, "value": value} for reason, kind, value in hint.reasons],
            }
            for hint in hints
        ],
        "acts": await act_views(store, found.acts),
    }


async def act_views(store: Store, acts: Sequence[PeopleAct]) -> list[dict[str, object]]:
    """Acts with the names of who did them and of whom they are about."""
    people = agents_of(who for each in acts for who in (each.actor, each.undone_by))
    names = await store.read(inbox.agent_names(people))
    ids = {each.contact_id for each in acts} | {each.other_id for each in acts if each.other_id is not None}
    known = {each.id: each for each in await store.read(dossier.contacts(ids))}
    return [_act_view(each, names, known) for each in acts]


def _act_view(act: PeopleAct, names: Mapping[AgentId, str], known: Mapping[ContactId, Contact]) -> dict[str, object]:
    return {
        "id": act.id,
        "kind": act.kind,
        "contact": short_view(known[act.contact_id]),
        "other": short_view(known[act.other_id]) if act.other_id is not None else None,
        "identities": [{"kind": each.kind, "value": each.value} for each in act.moved.identities],
        "reason": act.reason,
        "actor": act.actor,
        "actor_name": names.get(agent_of(act.actor)),
        "at_ms": act.created_at_ms,
        "undone": None
        if act.undone_at_ms is None
        else {
            "at_ms": act.undone_at_ms,
            "actor_name": names.get(agent_of(act.undone_by)),
            "reason": act.undone_reason,
        },
    }


def _preview_view(found: Preview) -> dict[str, object]:
    return {
        "into": short_view(found.into),
        "other": short_view(found.other),
        "identities": [identity_view(each) for each in found.identities],
        "conversations": found.conversations,
        "tickets": [
            {"number": ticket_number(each), "subject": each.subject, "state": each.state} for each in found.tickets
        ],
    }
