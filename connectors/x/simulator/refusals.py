"""How a call fails, as X says it."""

from collections.abc import Set as AbstractSet

from connectors.x.simulator.world import Json


class Refusal(Exception):
    """A call that fails, as X says it."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail

    @property
    def body(self) -> Json:
        """As a problem document."""
        return {"title": self.title, "detail": self.detail, "type": "about:blank", "status": self.status}


def invalid(detail: str) -> Refusal:
    """400."""
    return Refusal(400, "Invalid Request", detail)


def forbidden(detail: str) -> Refusal:
    """403."""
    return Refusal(403, "Forbidden", detail)


def only(given: Json, known: AbstractSet[str]) -> None:
    """Refuse parameters that an endpoint does not have."""
    unknown = given.keys() - known
    if unknown:
        raise invalid(f"The query parameter [{min(unknown)}] is not one of {sorted(known)}")
