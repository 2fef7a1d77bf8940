"""What a calendar file is about, in one line that needs no language: 📅 what · when · where (RFC 5545).

Called by body.py. Pure, bounded and total.
"""

import re
from collections.abc import Iterator
from typing import Final

_LOOK_CHARS: Final = 65_536
_LINES_MAX: Final = 2_000
_VALUE_CHARS_MAX: Final = 200
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_PROPERTY: Final = re.compile(r"([A-Za-z-]{1,40})((?:;[A-Za-z-]{1,40}=(?:\"[^\"]{0,200}\"|[^;:\"]{0,200})){0,20}):(.*)")
_ESCAPED: Final = re.compile(r"\\([\\;,nN])")
_TIME: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE: Final = re.compile(r";TZID=\"?([^;:\"]{1,100})", re.IGNORECASE)
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


def line(text: str) -> str | None:
    """The line for the first event of a calendar; None when it has none."""
    found: dict[str, tuple[str, str]] = {}
    for name, params, value in _first_event(text[:_LOOK_CHARS]):
        found.setdefault(name, (params, value))
    if not found.keys() & {"SUMMARY", "DTSTART"}:
        return None
    off = "CANCEL" in (_plain(found.get("METHOD")), _plain(found.get("STATUS"))[:6])
    parts = [_plain(found.get("SUMMARY")), _when(found), _plain(found.get("LOCATION"))]
    return f"📅 {'✗ ' if off else ''}" + " · ".join(part for part in parts if part)


def _first_event(text: str) -> Iterator[tuple[str, str, str]]:
    """METHOD of the calendar and the properties of its first event, not those of what lies inside it (alarms)."""
    inside: list[str] = []
    for raw in _FOLD.sub("", text).splitlines()[:_LINES_MAX]:
        found = _PROPERTY.fullmatch(raw)
        if found is None:
            continue
        name, params, value = found[1].upper(), found[2], found[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
        elif name == "END":
            if inside and inside.pop() == "VEVENT":
                return
        elif inside[-1:] == ["VEVENT"] or (name == "METHOD" and inside == ["VCALENDAR"]):
            yield name, params, value


def _plain(found: tuple[str, str] | None) -> str:
    if found is None:
        return ""
    text = _ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], found[1])
    return _SPACE.sub(" ", text).strip()[:_VALUE_CHARS_MAX]


def _when(found: dict[str, tuple[str, str]]) -> str:
    begin, end = _time(found.get("DTSTART")), _time(found.get("DTEND"))
    if begin is None:
        return ""
    day, clock, zone = begin
    shown = f"{day} {clock}".rstrip()
    if end is not None and clock and end[1]:
        shown += f"–{end[1]}" if end[0] == day else f" – {end[0]} {end[1]}"
    return f"{shown} ({zone})" if zone else shown


def _time(found: tuple[str, str] | None) -> tuple[str, str, str] | None:
    """(day, time, zone), each as it is written there."""
    match = _TIME.match(found[1].strip()) if found is not None else None
    if found is None or match is None:
        return None
    year, month, day, hour, minute, utc = match.groups()
    zone = _ZONE.search(found[0])
    name = "UTC" if utc else _SPACE.sub(" ", zone[1]) if zone is not None else ""
    return f"{year}-{month}-{day}", f"{hour}:{minute}" if hour else "", name
