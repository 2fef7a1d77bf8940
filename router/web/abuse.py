"""Endpoints about abuse: block and lift, what is held and why, let it through."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from router.flow.abuse import Abuse, held_entry
from router.flow.names import ticket_named
from router.model.abuse import Block, Load
from router.model.actors import agent_of, agents_of
from router.model.changes import contact_name, ticket_number
from router.model.errors import Refused
from router.model.ids import AgentId, BlockId
from router.model.limits import PAGE_MAX
from router.model.sources import Clock
from router.store import blocks, channel_load, dossier, inbox
from router.store.blocks import HeldLine
from router.store.script import Store
from router.web import requests
from router.web.auth import Auth
from router.web.problems import answer, body_of


class AbuseApi:
    """Endpoints under /api/v1/blocks and /api/v1/held."""

    def __init__(self, *, store: Store, auth: Auth, abuse: Abuse, clock: Clock) -> None:
        self._store, self._auth, self._abuse, self._clock = store, auth, abuse, clock

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/api/v1/blocks", self.list),
            web.post("/api/v1/blocks", self.block),
            web.post("/api/v1/blocks/{block}/lift", self.lift),
            web.get("/api/v1/held", self.held),
            web.post("/api/v1/held/release", self.release),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """GET /api/v1/blocks: those in force, or with `over` the others, the oldest first, page by page."""
        await self._auth.agent(request)
        after, now_ms = request.query.get("cursor", ""), self._clock.now_ms()
        over = request.query.get("over") == "true"
        found = await self._store.read(blocks.listed(now_ms=now_ms, over=over, after=after))
        cursor = found[-1].id if len(found) == PAGE_MAX else None
        return answer({"blocks": await block_views(self._store, found), "cursor": cursor})

    async def block(self, request: web.Request) -> web.Response:
        """POST /api/v1/blocks."""
        agent, asked = await self._auth.agent(request), await body_of(request, requests.Block)
        if (asked.kind is None) != (asked.value is None):
            raise Refused("bad_identity", "an identity is a kind, such as email or telegram, and its value", status=422)
        key = (asked.kind, asked.value) if asked.kind is not None and asked.value is not None else None
        row = await self._abuse.block(asked.contact, key, asked.reason, agent.actor, until_ms=asked.until_ms)
        return await self._answer(row, status=201)

    async def lift(self, request: web.Request) -> web.Response:
        """POST .../lift."""
        agent, asked = await self._auth.agent(request), await body_of(request, requests.Lift)
        row = await self._abuse.lift(request.match_info["block"], asked.reason, agent.actor)
        return await self._answer(row)

    async def held(self, request: web.Request) -> web.Response:
        """GET /api/v1/held: what waits, the newest first; of one contact, ticket or block, or with words, where asked
        for."""
        agent, query = await self._auth.agent(request), request.query
        contacts = None
        if "contact" in query:
            contact = await self._store.read(dossier.by_name(query["contact"]))
            contacts = [] if contact is None else [contact.id, *(await self._store.read(dossier.absorbed(contact.id)))]
        lines = await self._store.read(
            blocks.held_messages(
                contacts=contacts,
                ticket_id=await ticket_named(self._store, query["ticket"], agent.id) if "ticket" in query else None,
                block_id=BlockId(query["block"]) if "block" in query else None,
                text=query.get("q"),
                before=query.get("cursor"),
            )
        )
        cursor = lines[-1].held.id if len(lines) == PAGE_MAX else None
        return answer({"held": await held_views(self._store, lines), "cursor": cursor})

    async def release(self, request: web.Request) -> web.Response:
        """POST /api/v1/held/release."""
        agent, asked = await self._auth.agent(request), await body_of(request, requests.Release)
        return answer({"released": await self._abuse.release(asked.held, agent.actor)})

    async def _answer(self, row: Block, status: int = 200) -> web.Response:
        (view,) = await block_views(self._store, [row])
        return answer({"block": view}, status=status)


async def block_views(store: Store, found: Sequence[Block]) -> list[dict[str, object]]:
    """Blocks with the names of who blocked and of who is blocked, over the API and on the command line."""
    people = agents_of(who for each in found for who in (each.actor, each.lifted_by))
    names = await store.read(inbox.agent_names(people))
    ids = {each.contact_id for each in found if each.contact_id is not None}
    contacts = {each.id: contact_name(each) for each in await store.read(dossier.contacts(ids))}
    return [
        {
            "id": each.id,
            "contact": contacts.get(each.contact_id) if each.contact_id is not None else None,
            "kind": each.kind,
            "value": each.value,
            "reason": each.reason,
            "actor": each.actor,
            "actor_name": names.get(agent_of(each.actor)),
            "at_ms": each.created_at_ms,
            "until_ms": each.until_ms,
            "lifted": None
            if each.lifted_at_ms is None
            else {
                "at_ms": each.lifted_at_ms,
                "actor_name": names.get(agent_of(each.lifted_by)),
                "reason": each.lifted_reason,
            },
        }
        for each in found
    ]


async def held_views(store: Store, lines: Sequence[HeldLine]) -> list[dict[str, object]]:
    """Held messages with their words, and why they are."""
    people = agents_of(line.block.actor for line in lines if line.block is not None)
    names = await store.read(inbox.agent_names(people))
    return [_held_view(line, names) for line in lines]


def _held_view(line: HeldLine, names: Mapping[AgentId, str]) -> dict[str, object]:
    held, block, entry = line.held, line.block, held_entry(line)
    event = entry.event if entry is not None else None
    return {
        "id": held.id,
        "reason": held.reason,
        "block": None
        if block is None
        else {"id": block.id, "reason": block.reason, "actor_name": names.get(agent_of(block.actor))},
        "contact": contact_name(line.contact) if line.contact is not None else None,
        "ticket": ticket_number(line.ticket) if line.ticket is not None else None,
        "channel": held.channel,
        "account": held.account,
        "message_id": line.row.message_id,
        "urgency": held.urgency,
        "received_at_ms": held.received_at_ms,
        "kind": event.kind if event is not None else None,
        "visibility": event.visibility if event is not None else None,
        "sender": {"id": event.sender.id, "name": event.sender.name} if event is not None else None,
        "subject": event.subject if event is not None else None,
        "text": event.text if event is not None else None,
        "files": [each.name for each in entry.attachments] if entry is not None else [],
    }


async def abuse_counts(store: Store, now_ms: int) -> dict[str, object]:
    """What the inbox shows of it at all times: what is held, how many are blocked, channels over their quota."""
    count = await store.read(blocks.count_held())
    loads = await store.read(channel_load.over(now_ms=now_ms))
    return {
        "held": count.held,
        "critical": count.critical,
        "blocks": await store.read(blocks.count_listed(now_ms=now_ms)),
        "channels": [_load_view(load) for load in loads],
    }


def _load_view(load: Load) -> dict[str, object]:
    return {
        "channel": load.channel,
        "account": load.account,
        "messages": load.messages,
        "withheld": load.withheld,
        "until_ms": load.over_until_ms,
    }
