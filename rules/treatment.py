"""What becomes of everything that is found in one message, once rules have chosen the policies for it.

A treatment is put together once for each set of policies that rules choose, and serves every such message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.detectors.hit import TYPES, SecretType
from rules.facts import Picked, Visibility
from rules.policies import MODES, SIGHTS, VISIBILITIES, Mode, RedactPolicy, Sight, Viewers
from rules.redact import DEFAULT_POLICY, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How long a sealed value can be revealed, and to whom."""

    for_ms: int
    agents: bool
    supervisors: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """Policies joined into one."""

    policy: Policy
    sealed: Mapping[Visibility, Mapping[SecretType, Sealing]]
    """What is encrypted rather than dropped; it is masked in the text like all the rest."""
    unindexed: frozenset[str]
    """Types whose values the search must not find, even where the text keeps them."""
    unmarked: frozenset[str]
    """Types whose placeholders the search must not find either."""
    untold: frozenset[str]
    """Types that no webhook names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the rules at the door chose for one message."""

    treatment: Treatment
    picked: tuple[Picked, ...] = ()


UNTREATED: Final = Choice(
    treatment=Treatment(
        policy=DEFAULT_POLICY,
        sealed={"public": {}, "private": {}},
        unindexed=frozenset(),
        unmarked=frozenset(),
        untold=frozenset(),
    )
)
"""Where no rule chose a policy."""


def joined(policies: Sequence[RedactPolicy]) -> Treatment:
    """Of several policies the strictest word on each type counts."""
    named = {name: [policy for policy in policies if name in policy.types] for name in TYPES}
    named = {name: those for name, those in named.items() if those}
    modes = {visibility: _modes(named, visibility) for visibility in VISIBILITIES}
    viewers = {name: _viewers(policy.viewers for policy in those) for name, those in named.items()}
    return Treatment(
        policy=Policy(
            masked={seen: _of(modes[seen], "mask", "seal") for seen in VISIBILITIES},
            reported={seen: _of(modes[seen], "flag") for seen in VISIBILITIES},
            own=tuple(own for policy in policies for own in policy.own),
        ),
        sealed={
            visibility: {
                name: _sealing(viewers[name], named[name]) for name, mode in modes[visibility].items() if mode == "seal"
            }
            for visibility in VISIBILITIES
        },
        unindexed=frozenset(name for name, seen in viewers.items() if seen.search_index != "full"),
        unmarked=frozenset(name for name, seen in viewers.items() if seen.search_index == "removed"),
        untold=frozenset(name for name, seen in viewers.items() if seen.webhook == "removed"),
    )


def _modes(named: Mapping[SecretType, Sequence[RedactPolicy]], visibility: Visibility) -> dict[SecretType, Mode]:
    return {
        name: max((policy.mode[visibility] for policy in named[name]), key=MODES.index)
        if name in named
        else _by_default(name, visibility)
        for name in TYPES
    }


def _by_default(name: SecretType, visibility: Visibility) -> Mode:
    if name in DEFAULT_POLICY.masked[visibility]:
        return "mask"
    return "flag" if name in DEFAULT_POLICY.reported[visibility] else "keep"


def _of(modes: Mapping[SecretType, Mode], *wanted: Mode) -> frozenset[SecretType]:
    return frozenset(name for name, mode in modes.items() if mode in wanted)


def _viewers(several: Iterable[Viewers]) -> Viewers:
    seen = list(several)
    return Viewers(
        agent=_strictest(one.agent for one in seen),
        supervisor=_strictest(one.supervisor for one in seen),
        search_index=_strictest(one.search_index for one in seen),
        webhook=_strictest(one.webhook for one in seen),
    )


def _strictest(sights: Iterable[Sight]) -> Sight:
    return max(sights, key=SIGHTS.index)


def _sealing(viewers: Viewers, policies: Sequence[RedactPolicy]) -> Sealing:
    return Sealing(
        for_ms=min(policy.seal_ms for policy in policies),
        agents=viewers.agent == "full",
        supervisors=viewers.supervisor == "full",
    )
