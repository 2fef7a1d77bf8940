"""Health and metrics for processes whose roles serve no inbox: what containers and Prometheus ask of each of them."""

from aiohttp import web

from router.config import ServerConfig
from router.listening import Listener
from router.telemetry import Logger, Metrics
from router.web.problems import application
from router.web.status import Status


def ops_routes(status: Status, metrics: Metrics) -> list[web.RouteDef]:
    """`/healthz`, `/readyz` and `/metrics`, the same in every process."""

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.expose(), headers={"Content-Type": "text/plain; version=0.0.4"})

    return [
        web.get("/healthz", status.healthz),
        web.get("/readyz", status.readyz),
        web.get("/metrics", show_metrics),
    ]


class OpsServer:
    """One small listening server."""

    def __init__(self, *, config: ServerConfig, status: Status, metrics: Metrics, log: Logger) -> None:
        self._config, self._log = config, log
        app = application(log)
        app.add_routes(ops_routes(status, metrics))
        self._listener = Listener(app)

    async def start(self) -> None:
        """Listen; a port that another process of this machine holds is told and lived without."""
        try:
            await self._listener.open(self._config.host, self._config.port)
        except OSError as error:
            self._log.warning("ops.not_listening", port=self._config.port, error=error.strerror)

    async def stop(self) -> None:
        """Stop listening."""
        await self._listener.close()
