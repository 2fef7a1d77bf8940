"""Handlers of channels (webhooks, pages, sockets), mounted once, answered by the connector there is now."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from router.connector import Connector, Inlet, Route
from router.flow.absent import not_yet
from router.flow.channels import Channel

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes_of(channel: Channel, inlet: Inlet) -> Sequence[Route]:
    """The connector's routes. One made anew has the same under the same paths; one that comes after a start without its
    secrets is found by what was asked for."""
    current: Connector | None = None
    handlers: dict[tuple[str, str], Handler] = {}

    def handlers_now() -> dict[tuple[str, str], Handler]:
        nonlocal current, handlers
        if current is not channel.connector:
            current = channel.connector
            handlers = {(route.method, route.path): route.handler for route in current.routes(inlet)}
        return handlers

    def mounted(route: tuple[str, str]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            found = handlers_now().get(route) or handlers.get((route[0], f"/{request.match_info.get('rest', '')}"))
            return await (found or not_yet)(request)

        return handle

    return [
        msgspec.structs.replace(route, handler=mounted((route.method, route.path)))
        for route in channel.connector.routes(inlet)
    ]
