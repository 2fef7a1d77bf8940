"""What of a form can be taken, and what is wrong with the rest. Pure: every problem stands beside its field."""

import re
from typing import Final

import msgspec

from connectors.form.body import Body, Upload
from connectors.form.parse import TEXT_CHARS_MAX, Answer, File
from connectors.form.settings import FILES_BYTES_MAX, TOPIC, Field, Files, Settings, input_name, told
from connectors.form.words import word
from router.model.filekinds import FILE_KINDS, MEGABYTE, FileTrouble, file_name
from router.model.limits import ADDRESS_CHARS_MAX, NAME_CHARS_MAX

ANSWER_CHARS_MAX: Final = 1_000
LONG_ANSWER_CHARS_MAX: Final = 4_000
NAME_SHOWN: Final = 48
_PLAIN: Final = r"[^\s<>(),;:@\"\\\x00-\x1f\x7f]"
_ADDRESS: Final = re.compile(rf"{_PLAIN}{{1,64}}@{_PLAIN}+\.{_PLAIN}{{2,}}")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was looked through."""

    text: str
    name: str | None
    email: str | None
    answers: tuple[Answer, ...]
    files: tuple[File, ...]
    problems: dict[str, str]
    """By the name of the input, in the reader's language."""


def check(body: Body, settings: Settings, language: str, *, follows: bool) -> Checked:
    """Look through a form; of a message that follows in a conversation only text, address and files are asked."""
    problems: dict[str, str] = {}
    text = body.values.get("text", "").strip()
    name = body.values.get("name", "").strip()
    email = body.values.get("email", "").strip() if settings.email != "none" else ""
    answers = () if follows else _answers(body.values, settings, language, problems)
    if not text and not (follows and body.files):
        problems["text"] = word(language, "e.text")
    _bound("text", text, TEXT_CHARS_MAX, language, problems)
    _bound("name", name, NAME_CHARS_MAX, language, problems)
    if email and (len(email) > ADDRESS_CHARS_MAX or not _ADDRESS.fullmatch(email)):
        problems["email"] = word(language, "e.email")
    elif not email and settings.email == "required" and not follows:
        problems["email"] = word(language, "e.required")
    files = _files(body.files, settings.files, language, problems)
    return Checked(text=text, name=name or None, email=email or None, answers=answers, files=files, problems=problems)


def alarmed(body: Body, settings: Settings, language: str) -> Checked:
    """What an alarm takes of a form that was half filled in: whatever is right of it, and it waits for nothing."""
    checked = check(body, settings, language, follows=False)
    return msgspec.structs.replace(
        checked,
        text="\n\n".join(filter(None, (word(language, "alarm"), checked.text[:TEXT_CHARS_MAX]))),
        name=checked.name if "name" not in checked.problems else None,
        email=checked.email if "email" not in checked.problems else None,
        answers=tuple(one for one in checked.answers if one.value and f"f_{one.name}" not in checked.problems),
        problems={},
    )


def _bound(where: str, value: str, most: int, language: str, problems: dict[str, str]) -> None:
    if len(value) > most:
        problems[where] = word(language, "e.too_long", found=f"{len(value):,}", most=f"{most:,}")


def _answers(values: dict[str, str], settings: Settings, language: str, problems: dict[str, str]) -> tuple[Answer, ...]:
    answers = []
    topic = values.get(TOPIC, "")
    if settings.topics:
        shown = {one.id: told(one.name, language) for one in settings.topics}.get(topic)
        if shown is None:
            problems[TOPIC] = word(language, "e.choose")
        else:
            answers.append(Answer(name=TOPIC, label=word(language, TOPIC), value=topic, shown=shown))
    for field in settings.fields:
        value = values.get(input_name(field), "").strip()
        answer = _answer(field, value, language, problems, asked=field.required or topic in field.topics)
        answers += [answer] if answer is not None else []
    return tuple(answers)


def _answer(field: Field, value: str, language: str, problems: dict[str, str], *, asked: bool) -> Answer | None:
    where = input_name(field)
    if not value:
        if asked:
            problems[where] = word(language, "e.choose" if field.kind == "choice" else "e.required")
        return None
    shown = None
    if field.kind == "choice":
        shown = {one.id: told(one.name, language) for one in field.choices}.get(value)
        if shown is None:
            problems[where] = word(language, "e.choose")
            return None
    most = LONG_ANSWER_CHARS_MAX if field.kind in {"long", "steps", "error"} else ANSWER_CHARS_MAX
    _bound(where, value, most, language, problems)
    return Answer(name=field.name, label=told(field.label, language), value=value, shown=shown)


def _files(uploads: list[Upload], files: Files, language: str, problems: dict[str, str]) -> tuple[File, ...]:
    taken, refused = [], []
    for number, upload in enumerate(uploads, start=1):
        name = file_name(upload.name)
        trouble = files.trouble_of(number, upload.size, fits=upload.kept)
        kind = None if trouble else files.kind_of(upload.data)
        if kind is None:
            trouble = trouble or "kind"
            refused.append(
                word(
                    language,
                    f"e.file_{trouble}",
                    file=_short(name),
                    kinds=files.labels,
                    found=f"{upload.size / MEGABYTE:.1f}",
                    most=_most(trouble, files),
                )
            )
            continue
        taken.append(File(name=name, media_type=FILE_KINDS[kind].media_type, data=upload.data))
    if refused:
        problems["files"] = "\n".join(refused)
    return tuple(taken)


def _short(name: str) -> str:
    """A file's name as a sentence can hold it."""
    return name if len(name) <= NAME_SHOWN else f"{name[: NAME_SHOWN - 16]}…{name[-15:]}"


def _most(trouble: FileTrouble, files: Files) -> int:
    if trouble == "many":
        return files.most
    return FILES_BYTES_MAX // MEGABYTE if trouble == "total" else files.megabytes
