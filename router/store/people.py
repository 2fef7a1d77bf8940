"""Agents and how they and other programs log in. Tokens are stored as hashes only."""

from typing import Any, ClassVar

import msgspec

from router.model.ids import AgentId
from router.model.tables import Agent, Row
from router.store.script import Script, Update, fetch, fetch_one, insert, run, select


class Session(Row, frozen=True, kw_only=True):
    """A browser that is logged in."""

    TABLE: ClassVar[str] = "sessions"
    KEY: ClassVar[str] = "token_hash"
    token_hash: str
    agent_id: AgentId
    expires_at_ms: int


class LoginToken(Row, frozen=True, kw_only=True):
    """A link that logs in once."""

    TABLE: ClassVar[str] = "login_tokens"
    KEY: ClassVar[str] = "token_hash"
    token_hash: str
    agent_id: AgentId
    expires_at_ms: int
    used_at_ms: int | None = None


class ApiToken(Row, frozen=True, kw_only=True):
    """What a program that posts messages shows; it may speak for these channel kinds."""

    TABLE: ClassVar[str] = "api_tokens"
    KEY: ClassVar[str] = "token_hash"
    token_hash: str
    name: str
    kinds: tuple[str, ...]
    account: str = "default"
    created_at_ms: int


def agent(agent_id: AgentId) -> Script[Agent | None]:
    """One agent."""
    return fetch_one(Agent, "WHERE t.id = :id", id=agent_id)


def agent_by_login(login: str) -> Script[Agent | None]:
    """Who logs in so."""
    return fetch_one(Agent, "WHERE t.login = :login", login=login)


def agents() -> Script[list[Agent]]:
    """Everybody, by name."""
    return fetch(Agent, "ORDER BY t.name, t.id LIMIT 10000")


def add_agent(row: Agent) -> Script[int]:
    """A new agent. Raises Conflict when the login is taken."""
    return insert([row])


def change_agent(agent_id: AgentId, **fields: Any) -> Script[Agent | None]:  # noqa: ANN401 - fields of Agent
    """Settings of an agent (language, password, queues ...): no decision, the last one wins; the row as it is now."""
    found = yield from fetch_one(Agent, "WHERE t.id = :id {pg FOR NO KEY UPDATE}", id=agent_id)
    if found is None:
        return None
    changed = msgspec.structs.replace(found, **fields, version=found.version + 1)
    yield Update([changed], [found.version])
    return changed


def start_session(session: Session, *, password_hash: str | None) -> Script[bool]:
    """Log a browser in, by the password that was found right. False when the agent has another, or none, by now: that
    takes a while to find, and who is shut out meanwhile stays out."""
    found = yield from fetch_one(Agent, "WHERE t.id = :id {pg FOR NO KEY UPDATE}", id=session.agent_id)
    if found is None or found.password_hash != password_hash:
        return False
    yield from insert([session])
    return True


def start_session_by_link(link_hash: str, *, token_hash: str, now_ms: int, expires_at_ms: int) -> Script[bool]:
    """Log a browser in by a link, which is spent in the same moment. False when it lets nobody in."""
    found = yield from use_login_token(link_hash, now_ms=now_ms)
    if found is None:
        return False
    yield from insert([Session(token_hash=token_hash, agent_id=found.id, expires_at_ms=expires_at_ms)])
    return True


def session_agent(token_hash: str, *, now_ms: int) -> Script[Agent | None]:
    """Whose live session this is."""
    return fetch_one(
        Agent,
        "JOIN sessions AS s ON s.agent_id = t.id WHERE s.token_hash = :token_hash AND s.expires_at_ms > :now_ms",
        token_hash=token_hash,
        now_ms=now_ms,
    )


def end_session(token_hash: str) -> Script[int]:
    """Log a browser out."""
    return run("DELETE FROM sessions WHERE token_hash = :token_hash", token_hash=token_hash)


def shut_out(agent_id: AgentId, *, password_hash: str | None = None) -> Script[int]:
    """Log an agent out everywhere and let in nothing they had, but by another password; they are given no more work.
    How many sessions ended."""
    yield from change_agent(agent_id, password_hash=password_hash, status="away")
    yield from run("DELETE FROM login_tokens WHERE agent_id = :agent_id", agent_id=agent_id)
    return (yield from run("DELETE FROM sessions WHERE agent_id = :agent_id", agent_id=agent_id))


def expire_logins(*, now_ms: int) -> Script[int]:
    """Forget sessions and login links that have run out."""
    gone = yield from run("DELETE FROM sessions WHERE expires_at_ms <= :now_ms", now_ms=now_ms)
    return gone + (yield from run("DELETE FROM login_tokens WHERE expires_at_ms <= :now_ms", now_ms=now_ms))


def add_login_token(token: LoginToken) -> Script[int]:
    """A link that logs in once."""
    return insert([token])


def use_login_token(token_hash: str, *, now_ms: int) -> Script[Agent | None]:
    """Spend a link; whose it was. None when it is unknown, spent or too old: of two who try at once one wins."""
    rows = yield from select(
        "UPDATE login_tokens SET used_at_ms = :now_ms "
        "WHERE token_hash = :token_hash AND used_at_ms IS NULL AND expires_at_ms > :now_ms RETURNING agent_id",
        token_hash=token_hash,
        now_ms=now_ms,
    )
    return (yield from agent(rows[0][0])) if rows else None


def add_api_token(token: ApiToken) -> Script[int]:
    """Let a program in. Raises Conflict when the name is taken."""
    return insert([token])


def api_token(token_hash: str) -> Script[ApiToken | None]:
    """What this token may do."""
    return fetch_one(ApiToken, "WHERE t.token_hash = :token_hash", token_hash=token_hash)


def api_tokens() -> Script[list[ApiToken]]:
    """All of them, by name."""
    return fetch(ApiToken, "ORDER BY t.name LIMIT 10000")


def revoke_api_token(name: str) -> Script[bool]:
    """Shut a program out; whether there was one of that name."""
    count = yield from run("DELETE FROM api_tokens WHERE name = :name", name=name)
    return count == 1
