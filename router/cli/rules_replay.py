"""`switchboard rules replay`: which stored messages other rules would have judged otherwise, and why."""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from fractions import Fraction
from time import perf_counter

import msgspec

from router.cli.command import EXIT_DONE, EXIT_FINDINGS
from router.cli.house import House, opened
from router.cli.numbers import whole
from router.cli.paths import add_config, named_path
from router.cli.progress import Progress
from router.cli.times import duration_ms, when
from router.flow.comparison import Cause, Comparison, Judgement, Replay, Shift
from router.flow.rulebook import read_directory
from router.model.errors import Refused
from router.store import rulesets
from rules.ruleset import Ruleset, load

_GROUPS_SHOWN = 20
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%?")
_FACTS = (
    "Messages are judged with what the store still knows of them: text, subject, findings, files, channel, whether it "
    "was the first and its writer known, and the ticket's state, queue, urgency and tags as they were when it came. "
    "Today's are the customer's language and VIP mark, and the text of messages that were edited. Deleted ones are "
    "left out. Nothing is written."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare its arguments."""
    parser.epilog = _FACTS
    add_config(parser)
    parser.add_argument("rules", type=named_path, metavar="RULES_DIR", help="the proposed rules")
    parser.add_argument(
        "--since", type=duration_ms, default=duration_ms("30d"), metavar="30d", help="how far back: 30d, 12h, 90m"
    )
    parser.add_argument("--max-changes", type=share, metavar="2%", help="1 when more messages than this would change")
    parser.add_argument(
        "--limit", type=whole("messages", 1, 1_000_000_000), metavar="N", help="only the newest N messages"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def share(text: str) -> Fraction:
    """A part of the whole, such as 2% or 0.5 %, from 0 to 1, exactly: 7 of 1,000 messages are not more than 0.7%."""
    found = _SHARE.fullmatch(text.strip())
    if found is None or Fraction(found[1]) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no share of the messages; for example 2% or 0.5%")
    return Fraction(found[1]) / 100


def run(arguments: argparse.Namespace) -> int:
    """Compare; 1 when more would change than was allowed."""
    proposed = load(read_directory(arguments.rules))
    return asyncio.run(_replay(arguments, proposed))


async def _replay(arguments: argparse.Namespace, proposed: Ruleset) -> int:
    async with opened(arguments.config) as house:
        replay, since_ms = Replay(await _active(house), proposed), house.clock.now_ms() - arguments.since
        progress, started = Progress("messages"), perf_counter()
        found = await replay.run(house.store, since_ms=since_ms, limit=arguments.limit, progress=progress)
        per_second = found.looked_at / max(perf_counter() - started, 1e-9)
        progress.close()
    if arguments.json:
        told = msgspec.to_builtins(found) | {
            "since_ms": since_ms,
            "share": found.share,
            "per_second": round(per_second),
        }
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    else:
        print("\n".join([*_head(found, since_ms, per_second), *_groups(found), *_shifts(found)]))
    allowed: Fraction | None = arguments.max_changes
    if allowed is None or found.changed <= allowed * found.looked_at:
        return EXIT_DONE
    told = f"{found.changed:,} of {found.looked_at:,} messages would change, more than {float(allowed * 100):g}%"
    print(f"switchboard: {told}", file=sys.stderr)
    return EXIT_FINDINGS


async def _active(house: House) -> Ruleset:
    row = await house.store.read(rulesets.latest())
    if row is None:
        raise Refused("no_rules", "no rules have been live on this database; start the service once", status=409)
    return load(row.files, was_live=True)


def _head(found: Comparison, since_ms: int, per_second: float) -> list[str]:
    versions = f"rules {found.before} -> {found.after}"
    return [
        f"{found.looked_at:,} messages since {when(since_ms)}, {per_second:,.0f} a second; {versions}",
        f"{found.changed:,} would be judged otherwise ({found.share:.2%})",
    ]


def _groups(found: Comparison) -> list[str]:
    lines: list[str] = []
    for group in found.groups[:_GROUPS_SHOWN]:
        lines += ["", f"{group.messages:>7,}  {_named(group.cause)}"]
        for sample in group.samples:
            lines += [f"         {sample.ticket}  {sample.text}", f"           {_moved(sample.before, sample.after)}"]
    rest = sum(group.messages for group in found.groups[_GROUPS_SHOWN:]) + found.others
    return [*lines, "", f"{rest:>7,}  for other reasons (--json has more)"] if rest else lines


def _named(cause: Cause) -> str:
    told = [
        f"{', '.join(ids)} {words}"
        for ids, words in (
            (cause.gone, "no longer fires"),
            (cause.came, "fires now"),
            (cause.altered, "asks for something else"),
        )
        if ids
    ]
    return "; ".join(told) or "the same rules in another order, or other defaults"


def _moved(before: Judgement, after: Judgement) -> str:
    parts = [_set("tags", before.tags, after.tags)]
    for name in ("urgency", "queue", "reply"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            parts.append(f"{name} {old or 'none'} -> {new or 'none'}")
    parts.append(_set("acts", before.acts, after.acts, ", "))
    return ", ".join(filter(None, parts))


def _set(name: str, before: Sequence[str], after: Sequence[str], between: str = " ") -> str:
    """What left a set and what came to it; empty when nothing did."""
    lost, won = sorted({*before} - {*after}), sorted({*after} - {*before})
    moved = [*(f"-{one}" for one in lost), *(f"+{one}" for one in won)]
    return f"{name} {between.join(moved)}" if moved else ""


def _shifts(found: Comparison) -> list[str]:
    lines: list[str] = []
    for title, shifts in (("queue", found.queues), ("urgency", found.urgencies)):
        lines += ["", f"{title:<24} {'before':>9} {'after':>9}"]
        lines += [_shift(shift) for shift in shifts]
    return lines


def _shift(shift: Shift) -> str:
    change = shift.after - shift.before
    return f"  {shift.name:<22} {shift.before:>9,} {shift.after:>9,}{f' {change:>+9,}' if change else ''}"
