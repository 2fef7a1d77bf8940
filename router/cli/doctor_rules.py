"""What `switchboard doctor` says of the rules."""

from pathlib import Path

from router.app import App
from router.cli.finding import Finding
from router.config import Config, link_hosts
from router.core.reading import READER
from router.flow.rulebook import build, read_directory
from router.model.errors import ConfigError
from router.store import people, rulesets
from rules import accelerator, opinion, packs
from rules.problems import RulesError
from rules.ruleset import Ruleset, load


async def look_at_rules(app: App, config: Config, base: Path) -> list[Finding]:
    """The files, what is live, whom it calls, and what its words and doubts are found with."""
    ruleset: Ruleset | None = None
    if config.rules.source == "files":
        try:
            ruleset = build(read_directory(base / config.rules.path), link_hosts(config))
        except (ConfigError, RulesError) as error:
            remedy = "switchboard rules check; until it is mended the last good version serves"
            return [Finding(state="error", about="rules", text=str(error).splitlines()[0], remedy=remedy)]
    active = await app.store.read(rulesets.latest())
    text = (
        f"version {active.version} ({active.hash}) is live"
        if active
        else "the shipped pack goes live at the first start"
    )
    if ruleset is None and active is not None:
        ruleset = load(active.files)
    called = await _called(app, ruleset) if ruleset is not None else []
    return [Finding(state="ok", about="rules", text=text), *called, _words(), _opinions()]


async def _called(app: App, ruleset: Ruleset) -> list[Finding]:
    """Steps of rotas that call somebody who cannot hear it, for nobody signs in so."""
    logins = {agent.login for agent in await app.store.read(people.agents())}
    return [
        Finding(
            state="error",
            about="on call",
            text=f"step {number} of the rota {rota.name} calls {page.to!r}, and nobody signs in so",
            remedy="write the login of somebody in `oncall:` of the rules, or: switchboard user add LOGIN",
        )
        for rota in ruleset.rotas.values()
        for number, step in enumerate(rota.steps, 1)
        for page in step.pages
        if page.kind == "agent" and page.to not in logins
    ]


def _words() -> Finding:
    """What finds the words of rules."""
    reason = accelerator.missing()
    if reason is None:
        return Finding(state="ok", about="rules engine", text="hyperscan helps large sets once they are live")
    remedy = "only sets of thousands of rules gain by it: pip install 'switchboard[hyperscan]' where there is a wheel"
    return Finding(state="ok", about="rules engine", text=f"finds words without hyperscan: {reason}", remedy=remedy)


def _opinions() -> Finding:
    """Whether the encoders can be asked where words leave a doubt."""
    sources = [READER, *(opinion.Source("rules.packs", name) for name in sorted(packs.encoders()))]
    failures = filter(None, map(opinion.missing, sources))
    failure = next(failures, None)
    if failure is None:
        return Finding(state="ok", about="second opinion", text="the encoder answers where words leave a doubt")
    text = f"the encoder cannot be asked, words decide alone: {type(failure).__name__}: {failure}"
    remedy = "install onnxruntime anew, for this machine; until then more talk is taken for incidents, nothing is lost"
    return Finding(state="warning", about="second opinion", text=text, remedy=remedy)
