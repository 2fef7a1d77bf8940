"""Making people and tokens, for `user`, `token` and the demo."""

from router.model.errors import Refused
from router.model.ids import AgentId
from router.model.limits import LOGIN_TOKEN_MS, NAME_CHARS_MAX
from router.model.sources import Clock, Ids
from router.model.tables import Agent
from router.store import people
from router.store.script import Store
from router.web.auth import new_token, token_hash


async def add_login_token(store: Store, agent: Agent, clock: Clock) -> str:
    """A fresh one-time login for somebody, good for a day."""
    token = new_token("sbl")
    await store.write(
        people.add_login_token(
            people.LoginToken(
                token_hash=token_hash(token), agent_id=agent.id, expires_at_ms=clock.now_ms() + LOGIN_TOKEN_MS
            )
        )
    )
    return token


async def add_api_token(store: Store, name: str, kinds: tuple[str, ...], clock: Clock) -> str:
    """A fresh API token; an older one of that name stops working."""
    token = new_token("sba")
    await store.write(people.revoke_api_token(name))
    await store.write(
        people.add_api_token(
            people.ApiToken(token_hash=token_hash(token), name=name, kinds=kinds, created_at_ms=clock.now_ms())
        )
    )
    return token


async def ensure_agent(store: Store, agent: Agent) -> Agent:
    """The agent with this login, made if there is none."""
    found = await store.read(people.agent_by_login(agent.login))
    if found is not None:
        return found
    await store.write(people.add_agent(agent))
    return agent


def new_agent(ids: Ids, clock: Clock, *, login: str, name: str, **fields: object) -> Agent:
    """A row for somebody new."""
    row = Agent(id=AgentId(ids.new()), login=login.strip().lower(), name=name, created_at_ms=clock.now_ms())
    return type(row)(**{**{f: getattr(row, f) for f in row.__struct_fields__}, **fields})


def checked_name(text: str, what: str) -> str:
    """A name that people and lists can show. Raises Refused."""
    name = text.strip()
    if len(name) > NAME_CHARS_MAX or not name.isprintable():
        told = f"a {what} has at most {NAME_CHARS_MAX} characters, all of which can be seen"
        raise Refused("invalid", told, status=422)
    return name
