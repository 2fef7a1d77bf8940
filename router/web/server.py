"""The HTTP server: mounts every endpoint, page and channel route on one port."""

from urllib.parse import quote

from aiohttp import web

from inbox.assets import CACHE_CONTROL, LANGUAGE_COOKIE, THEME_COOKIE, Assets, choose_language, choose_theme
from router.config import ServerConfig
from router.connector import Inlet
from router.discovery import manifest_of
from router.flow.abuse import Abuse
from router.flow.channels import Channels
from router.flow.commands import Commands
from router.flow.context import ContextReader
from router.flow.erasure import Erasures
from router.flow.feed import Feed
from router.flow.health import HealthBoard
from router.flow.incidents import Incidents
from router.flow.intake import Door
from router.flow.media import Media
from router.flow.moderation import Moderator
from router.flow.people import People
from router.flow.presence import Presence
from router.flow.regrouping import Regroupings
from router.flow.remedies import Remedies
from router.flow.rulebook import Rulebook
from router.flow.switches import Switches
from router.flow.uploads import Uploads
from router.flow.verification import Verification
from router.keys import Keyring
from router.listening import Listener
from router.model.errors import Refused
from router.model.ids import AgentId, MessageId
from router.model.sources import Clock
from router.model.tables import Agent
from router.store import alarms, inbox, people
from router.store.script import Store
from router.telemetry import Logger, Metrics
from router.web import openapi, requests, trace
from router.web.abuse import AbuseApi, abuse_counts
from router.web.auth import Auth
from router.web.channel_routes import routes_of
from router.web.contacts import ContactsApi
from router.web.error_pages import ErrorPages
from router.web.feed import FeedSocket
from router.web.files import THREAD_FILE, FilesApi
from router.web.incidents import IncidentsApi
from router.web.messages import MessagesApi
from router.web.moderation import ModerationApi
from router.web.ops import ops_routes
from router.web.problems import answer, application, body_of
from router.web.regrouping import RegroupingApi
from router.web.remedies import RemediesApi
from router.web.status import Status
from router.web.tickets import TicketsApi
from router.web.verification import VerificationApi
from router.web.views import Views

_MAIL_CSP = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


class Server:
    """One listening HTTP server."""

    def __init__(
        self,
        *,
        config: ServerConfig,
        store: Store,
        status: Status,
        door: Door,
        channels: Channels,
        switches: Switches,
        commands: Commands,
        people: People,
        erasures: Erasures,
        abuse: Abuse,
        remedies: Remedies,
        context: ContextReader,
        verification: Verification,
        feed: Feed,
        presence: Presence,
        moderator: Moderator,
        regroupings: Regroupings,
        incidents: Incidents,
        rulebook: Rulebook,
        health: HealthBoard,
        media: Media,
        uploads: Uploads,
        keys: Keyring,
        clock: Clock,
        metrics: Metrics,
        log: Logger,
    ) -> None:
        self._config, self._store, self._commands, self._clock = config, store, commands, clock
        self._door, self._channels, self._switches, self._metrics = door, channels, switches, metrics
        self._assets = Assets()
        self._auth = auth = Auth(store=store, clock=clock, public_url=config.public_url, proxies=config.proxies)
        views = Views(store)
        self._status = status
        self._feed = FeedSocket(
            auth=auth,
            feed=feed,
            presence=presence,
            views=views,
            rulebook=rulebook,
            health=health,
            status=self._status.snapshot,
        )
        self._tickets = TicketsApi(
            store=store,
            auth=auth,
            commands=commands,
            presence=presence,
            channels=channels,
            rulebook=rulebook,
            views=views,
            clock=clock,
        )
        self._moderation = ModerationApi(store=store, auth=auth, moderator=moderator, views=views)
        self._files = FilesApi(
            store=store, auth=auth, media=media, uploads=uploads, commands=commands, signer=keys, log=log
        )
        self._contacts = ContactsApi(store=store, auth=auth, people=people, erasures=erasures)
        self._abuse = AbuseApi(store=store, auth=auth, abuse=abuse, clock=clock)
        self._remedies = RemediesApi(store=store, auth=auth, remedies=remedies, context=context)
        self._verification = VerificationApi(store=store, auth=auth, verification=verification, assets=self._assets)
        self._regrouping = RegroupingApi(store=store, auth=auth, regroupings=regroupings)
        self._incidents = IncidentsApi(store=store, auth=auth, incidents=incidents)
        manifest = manifest_of("api")
        fed = channels.find(manifest.kind, "default")
        inlet: Inlet = door.inlet(manifest, "default")
        self._messages = MessagesApi(auth=auth, inlet=inlet if fed is None else switches.gate(fed, inlet))
        self._trace = trace.TraceApi(store=store, auth=auth)
        self._app = application(log, ErrorPages(self._assets))
        self._mount()
        self._listener = Listener(self._app)

    def _mount(self) -> None:
        self._app.add_routes(
            [
                web.get("/", self._home),
                web.get("/login", self._login_page),
                web.get("/inbox", self._inbox_page),
                web.get("/inbox/{rest:.*}", self._inbox_page),
                web.get("/s/{path:.*}", self._static),
                web.post("/api/v1/login", self._auth.login),
                web.post("/api/v1/logout", self._auth.logout),
                web.get("/api/v1/me", self._me),
                web.patch("/api/v1/me", self._change_me),
                web.get("/api/v1/agents", self._agents),
                web.get("/api/v1/queues", self._queues),
                web.get("/api/v1/status", self._show_status),
                web.get("/api/v1/feed", self._feed.get),
                web.get("/api/v1/trace/{name:.+}", self._trace.get),
                web.post("/api/v1/messages", self._messages.post),
                web.get("/api/v1/messages/{message}/html", self._html),
                web.get("/api/openapi.json", openapi.serve),
                *ops_routes(self._status, self._metrics),
                *self._tickets.routes(),
                *self._moderation.routes(),
                *self._files.routes(),
                *self._contacts.routes(),
                *self._abuse.routes(),
                *self._remedies.routes(),
                *self._verification.routes(),
                *self._regrouping.routes(),
                *self._incidents.routes(),
            ]
        )
        for channel in self._channels.all():
            inlet = self._switches.gate(channel, self._door.inlet(channel.manifest, channel.account))
            prefix = f"/channels/{quote(channel.kind)}/{quote(channel.account)}"
            self._app.add_routes([web.get(prefix + THREAD_FILE, self._files.of_thread(channel))])
            for route in routes_of(channel, inlet):
                if (route.method, route.path) == ("GET", "/"):
                    self._app.router.add_get(prefix, _into_folder)
                self._app.router.add_route(route.method, prefix + route.path, route.handler)

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        await self._listener.open(self._config.host, self._config.port)

    @property
    def port(self) -> int:
        """The port it listens on (the configured one may be 0)."""
        return self._listener.port

    async def stop(self) -> None:
        """Let every client go and stop listening."""
        await self._feed.close()
        await self._listener.close()

    # --- pages ------------------------------------------------------------------------------------------------------

    async def _home(self, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/inbox")

    async def _login_page(self, request: web.Request) -> web.Response:
        return self._page(request, "login.html")

    async def _inbox_page(self, request: web.Request) -> web.Response:
        try:
            await self._auth.agent(request)
        except Refused:
            raise web.HTTPFound(f"/login?next={quote(request.path_qs, safe='')}") from None
        return self._page(request, "index.html")

    def _page(self, request: web.Request, name: str) -> web.Response:
        lang = choose_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language", ""))
        html = self._assets.page(name, lang, choose_theme(request.cookies.get(THEME_COOKIE)))
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-cache"})

    async def _static(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.path)
        if asset is None:
            raise Refused("not_found", "there is no such file", status=404)
        headers = {"Cache-Control": CACHE_CONTROL, "ETag": asset.etag, "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == asset.etag:
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = asset.content_type
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=asset.gzipped, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=asset.body, headers=headers)

    # --- people and queues ------------------------------------------------------------------------------------------

    async def _me(self, request: web.Request) -> web.Response:
        return answer(_agent_view(await self._auth.agent(request)))

    async def _change_me(self, request: web.Request) -> web.Response:
        agent = await self._auth.agent(request)
        asked = await body_of(request, requests.Profile)
        if asked.language is not None:
            await self._store.write(people.change_agent(agent.id, language=asked.language))
        if asked.status is not None:
            await self._commands.set_status(agent.id, asked.status)
        changed = await self._store.read(people.agent(agent.id))
        assert changed is not None
        return answer(_agent_view(changed))

    async def _agents(self, request: web.Request) -> web.Response:
        await self._auth.agent(request)
        agents = await self._store.read(people.agents())
        listed = [{"id": a.id, "name": a.name, "login": a.login, "status": a.status} for a in agents]
        return answer({"agents": listed})

    async def _queues(self, request: web.Request) -> web.Response:
        agent = await self._auth.agent(request)
        queues, views = await self._status.queues(agent.id), await self._status.views(agent.id)
        loud, abuse = await self._store.read(alarms.loud()), await abuse_counts(self._store, self._clock.now_ms())
        return answer({"queues": queues, "views": views, "alarms": loud, "abuse": abuse})

    async def _show_status(self, request: web.Request) -> web.Response:
        await self._auth.agent(request)
        return answer(self._status.snapshot())

    # --- content ----------------------------------------------------------------------------------------------------

    async def _html(self, request: web.Request) -> web.Response:
        agent = await self._auth.agent(request)
        message = await self._store.read(inbox.message(agent.id, MessageId(request.match_info["message"])))
        if message is None or message.html is None:
            raise Refused("not_found", "this message has no HTML", status=404)
        headers = {"Content-Security-Policy": _MAIL_CSP, "Cache-Control": "no-store"}
        return web.Response(text=message.html, content_type="text/html", headers=headers)


async def _into_folder(request: web.Request) -> web.StreamResponse:
    """To a channel's page, for whoever left out the slash at the end of its address."""
    query = f"?{request.query_string}" if request.query_string else ""
    raise web.HTTPFound(f"{request.rel_url.raw_name}/{query}")


def _agent_view(agent: Agent) -> dict[str, object]:
    return {
        "id": AgentId(agent.id),
        "login": agent.login,
        "name": agent.name,
        "role": agent.role,
        "language": agent.language,
        "status": agent.status,
        "capacity": agent.capacity,
        "queues": list(agent.queues),
    }
