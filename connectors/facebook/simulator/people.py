"""People with Facebook: they write to a page on Messenger, comment on its posts, and see what it answers."""

from typing import Any, Final, Literal

from connectors.facebook.simulator.graph import change_of
from connectors.facebook.simulator.world import Comment, Json, Page, Said, Someone, World
from connectors.simulated.loopback import HOST

MEDIA: Final = "/media/"
"""Where the file server of the simulator keeps files."""
Kind = Literal["image", "audio", "video", "file"]
_KINDS: Final[dict[str, Kind]] = {"image": "image", "audio": "audio", "video": "video"}


def kept_name(attachment: Json) -> str | None:
    """Under which name the file server of the simulator keeps an attachment; None where it lies elsewhere."""
    address = str((attachment.get("payload") or {}).get("url", ""))
    local, _, name = address.partition(MEDIA)
    return name if name and local.startswith(f"http://{HOST}:") else None


class Person:
    """Somebody who knows one page. Everything returned is as Facebook has it."""

    def __init__(self, world: World, number: str, name: str = "Ann Lee", *, page: Page | None = None) -> None:
        self._world = world
        self.page = page or world.only_page()
        self.id, self.name = number, name
        self._read = 0

    @property
    def someone(self) -> Someone:
        """As the page knows them."""
        first, _, last = self.name.partition(" ")
        return self.page.people.setdefault(self.id, Someone(id=self.id, first_name=first, last_name=last))

    def rename(self, name: str) -> None:
        """Call themselves otherwise."""
        self.name = name
        self.someone.first_name, _, self.someone.last_name = name.partition(" ")

    # --- Messenger -------------------------------------------------------------------------------------------------

    def compose(self, text: str = "", *, called: str = "", **more: Any) -> Json:  # noqa: ANN401 -- JSON
        """Say something: it stands in the conversation, and nothing is delivered yet. `called`: its files."""
        now_ms = self._world.clock.now_ms()
        mid = self.page.mid()
        kept = [name for one in more.get("attachments", ()) if (name := kept_name(one)) is not None]
        said_here = Said(mid=mid, sender=self.id, text=text, at_ms=now_ms, files=kept, called=called)
        self.someone.messages.append(said_here)
        self.someone.heard_at_ms = now_ms
        said = {"mid": mid, **({"text": text} if text else {}), **more}
        return self._event({"message": said})

    async def write(self, text: str = "", **more: Any) -> str:  # noqa: ANN401 -- JSON
        """Say something; its id."""
        event = self.compose(text, **more)
        await self._world.push(self.page, "messaging", event, "messages")
        return str(event["message"]["mid"])

    def file(self, kind: Kind, data: bytes, host: str) -> Json:
        """An attachment that lies on the file server at `host`."""
        name = f"f{self._world.files.count:06d}"
        self._world.files[name] = data
        return {"type": kind, "payload": {"url": f"{host}{MEDIA}{name}"}}

    async def attach(self, data: bytes, name: str, kind: str, host: str) -> str:
        """Send a file as Messenger does, as what it is; the id of its message."""
        held = self.file(_KINDS.get(kind.partition("/")[0], "file"), data, host)
        return await self.write(called=name, attachments=[held])

    async def edit(self, mid: str, text: str, number: int = 1) -> None:
        """Change what was said."""
        await self._push({"message_edit": {"mid": mid, "text": text, "num_edit": number}}, "message_edits")

    async def react(self, mid: str, emoji: str = "😢") -> None:
        """React to a message."""
        told = {"reaction": "sad", "emoji": emoji, "action": "react", "mid": mid}
        await self._push({"reaction": told}, "message_reactions")

    async def press(self, said: Said, title: str) -> None:
        """Press a button below what the page wrote."""
        payload = next(button["payload"] for button in said.buttons if button["title"] == title)
        await self._push(
            {"postback": {"mid": self.page.mid(), "title": title, "payload": payload}}, "messaging_postbacks"
        )

    async def receive(self) -> None:
        """Their phone shows what the page wrote."""
        mids = [one.mid for one in self.seen()]
        await self._push({"delivery": {"mids": mids, "watermark": self._world.clock.now_ms()}}, "message_deliveries")

    async def read(self) -> None:
        """They look at what the page wrote."""
        await self._push({"read": {"watermark": self._world.clock.now_ms()}}, "message_reads")

    async def come_by(self, ref: str) -> None:
        """Open the conversation by a link `m.me/<page>?ref=<ref>`; a first time, press Get started."""
        referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        is_new = self.someone.heard_at_ms is None and not self.someone.messages
        self.someone.heard_at_ms = self._world.clock.now_ms()
        if is_new:
            pressed = {"mid": self.page.mid(), "title": "Get Started", "payload": "GET_STARTED"}
            await self._push({"postback": {**pressed, "referral": referral}}, "messaging_postbacks")
        else:
            await self._push({"referral": referral}, "messaging_referrals")

    async def _push(self, content: Json, field: str) -> None:
        await self._world.push(self.page, "messaging", self._event(content), field)

    def _event(self, content: Json) -> Json:
        parties = {"sender": {"id": self.id}, "recipient": {"id": self.page.id}}
        return {**parties, "timestamp": self._world.clock.now_ms(), **content}

    def sees_typing(self) -> bool:
        """Whether the page is shown to be writing to them now."""
        return self.someone.typing_until_ms > self._world.clock.now_ms()

    def seen(self) -> list[Said]:
        """What the page wrote to them, oldest first."""
        return [one for one in self.someone.messages if one.sender == self.page.id]

    async def answer(self) -> Said:
        """The next message of the page, waited for; bound it with a timeout."""
        number, self._read = self._read, self._read + 1
        await self._world.until(lambda: len(self.seen()) > number)
        return self.seen()[number]

    # --- in public -------------------------------------------------------------------------------------------------

    def compose_comment(self, text: str, post: str, parent: str = "") -> Comment:
        """A comment below a post, or below another comment; nothing is delivered yet."""
        made = Comment(
            id=f"{post.rpartition('_')[2]}_{self.page.number()}",
            post_id=post,
            parent_id=parent or post,
            sender=self.id,
            name=self.name,
            message=text,
            at_ms=self._world.clock.now_ms(),
        )
        self.page.comments[made.id] = made
        return made

    async def comment(self, text: str, post: str, parent: str = "", **more: Any) -> Comment:  # noqa: ANN401 -- JSON
        """Comment in public."""
        made = self.compose_comment(text, post, parent)
        event = change_of(made, "add")
        event["value"] |= more
        await self._world.push(self.page, "changes", event, "feed")
        return made

    async def post(self, text: str) -> Comment:
        """Write on the page itself."""
        number = f"{self.page.id}_{self.page.number()}"
        made = Comment(
            id=number, post_id=number, parent_id="", sender=self.id, name=self.name, message=text,
            at_ms=self._world.clock.now_ms(),
        )  # fmt: skip
        self.page.comments[number] = made
        self.page.posts[number] = text
        await self._world.push(self.page, "changes", change_of(made, "add"), "feed")
        return made

    async def change(self, comment: Comment, text: str) -> None:
        """Edit a comment."""
        comment.message = text
        await self._world.push(self.page, "changes", change_of(comment, "edited"), "feed")

    async def remove(self, comment: Comment) -> None:
        """Take a comment back."""
        comment.is_removed = True
        await self._world.push(self.page, "changes", change_of(comment, "remove"), "feed")

    def answers_to(self, comment: Comment) -> list[str]:
        """What the page wrote below a comment."""
        below = [one for one in self.page.comments.values() if one.parent_id == comment.id and not one.is_removed]
        return [one.message for one in below if one.sender == self.page.id]
