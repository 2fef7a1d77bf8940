"""What a post or a direct message says: its text with the addresses it leads to, what it quotes, its files. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from connectors.x.wire import Entities, Includes, Media, Post, Referenced
from router.model.limits import URL_CHARS_MAX
from router.model.message import AttachmentIn
from router.model.parcel import Fetched

_ESCAPED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""All that X escapes in texts; the last one last."""
_OWN_FILES: Final = re.compile(
    r"https?://(?:mobile\.)?(?:twitter|x)\.com/(?:\w+/status/\d+/(?:photo|video)/\d+|messages/media/\d+)"
)
"""Where the short address of a file leads: the file itself is attached."""
_LEADING: Final = re.compile(r"\A\s*(?:@\w{1,50}\b[\s,:，：]*)+")
_SHORT: Final = re.compile(r"\s*https://t\.co/\w{1,20}\Z")
_TYPE: Final = re.compile(r"[A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,60}")
_NAMES: Final = {"photo": ("photo", "image/jpeg"), "animated_gif": ("animation", "video/mp4")}
_ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}


def unescaped(text: str) -> str:
    """A text as it was written."""
    for escaped, char in _ESCAPED:
        text = text.replace(escaped, char)
    return text


def text_of(text: str, entities: Entities, *, has_files: bool) -> str:
    """The text; in place of each short address the one it leads to, none where that is an attached file."""
    for url in entities.urls:
        if not url.url:
            continue
        if url.media_key is not None or _OWN_FILES.fullmatch(url.expanded_url):
            text = re.sub(rf"\s*{re.escape(url.url)}", "", text)
        elif url.expanded_url:
            text = text.replace(url.url, url.expanded_url[:URL_CHARS_MAX])
    if has_files and not entities.urls:
        text = _SHORT.sub("", text)
    return unescaped(text).strip()


def unaddressed(text: str, entities: Entities, own_id: str) -> str:
    """A post calls us by name first, which says nothing of the matter; whom else it calls stays."""
    own = {mention.username.casefold() for mention in entities.mentions if mention.id == own_id}
    called = _LEADING.match(text)
    if called is None or not own:
        return text
    others = [name for name in re.findall(r"@\w+", called[0]) if name[1:].casefold() not in own]
    rest = text[called.end() :].strip()
    return " ".join((*others, rest)) if rest else text


def quoted(references: Sequence[Referenced], includes: Includes) -> str:
    """What a post quotes or a message shares, as mail programs quote; in words where X does not show it."""
    told: list[str] = []
    for reference in references:
        if reference.type != "quoted":
            continue
        post = next((one for one in includes.tweets if one.id == reference.id), None)
        told.append(f"[post: https://x.com/i/status/{reference.id}]" if post is None else _cited(post, includes))
    return "\n".join(told)


def _cited(post: Post, includes: Includes) -> str:
    author = includes.user(post.author_id)
    name = f"@{author.username}" if author is not None and author.username else "somebody"
    note = post.note_tweet
    said = text_of(note.text, note.entities, has_files=False) if note is not None else ""
    said = said or text_of(post.text, post.entities, has_files=bool(post.attachments.media_keys))
    return "\n".join(f"> {line}" for line in (f"{name}:", *said.splitlines()))


def files_of(files: Sequence[Media], fetched: Mapping[str, Fetched]) -> tuple[list[AttachmentIn], list[str]]:
    """The files, and a notice for each that is not here."""
    kept: list[AttachmentIn] = []
    notices: list[str] = []
    for number, file in enumerate(files, start=1):
        called, usual = _NAMES.get(file.type, ("video", "video/mp4"))
        got = fetched.get(file.media_key)
        if got is None or got.data is None:
            problem = got.problem if got is not None and got.problem else "it was not fetched"
            notices.append(f"[{called}: {problem}]")
            continue
        declared = got.content_type if _TYPE.fullmatch(got.content_type) else usual
        ending = _ENDINGS.get(declared, ".mp4" if declared.startswith("video/") else "")
        name = f"{called}-{number}{ending}"
        kept.append(AttachmentIn(name=name, content_type=declared, size=len(got.data), data=got.data))
    return kept, notices
