"""What can be asked of the Graph API, each with exactly the parameters it has; anything else is refused.

Facebook ignores what it does not know; here it is refused, so that a misspelt parameter is found by a test.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from connectors.facebook.simulator.world import (
    AGENT_WINDOW_MS,
    WINDOW_MS,
    Comment,
    Json,
    Page,
    Said,
    Someone,
    World,
)
from router.model.filetypes import type_of

MESSAGE_CHARS_MAX: Final = 2_000
COMMENT_CHARS_MAX: Final = 8_000
METADATA_CHARS_MAX: Final = 1_000
FILE_BYTES_MAX: Final = 25 * 1_000_000
"""Of one attachment, either way."""
PHOTO_BYTES: Final = 4_000_000
"""A photo has less."""
PHOTOS: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/heic"})
TEMPLATE_CHARS_MAX: Final = 640
BUTTONS_MAX: Final = 3
TITLE_CHARS_MAX: Final = 20
PAYLOAD_CHARS_MAX: Final = 1_000
TYPING_MS: Final = 20_000
_FILE_TYPES: Final = frozenset({"image", "audio", "video", "file"})


class Upload(msgspec.Struct, frozen=True):
    """A file in a call."""

    field: str
    name: str
    data: bytes


class Refusal(Exception):
    """A call that fails, as Facebook says it."""

    def __init__(self, code: int, message: str, *, status: int = 400, subcode: int | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.subcode = code, status, subcode


def bad(message: str, subcode: int | None = None) -> Refusal:
    """An argument that is none."""
    return Refusal(100, f"(#100) {message}", subcode=subcode)


class Graph:
    """Answers calls for one page whose token was shown."""

    def __init__(self, world: World, page: Page) -> None:
        self._world, self._page = world, page

    # --- questions -------------------------------------------------------------------------------------------------

    def show(self, number: str, given: Json) -> Json:
        """GET of a page, a person or a comment."""
        fields = set(_only(given, {"fields": str}).get("fields", "id").split(","))
        page = self._page
        if number == page.id and fields <= {"id", "name"}:
            return {"id": page.id, "name": page.name}
        if number in page.people and fields <= {"first_name", "last_name"}:
            someone = page.people[number]
            return {"first_name": someone.first_name, "last_name": someone.last_name, "id": number}
        if number in page.comments and fields <= {"is_hidden"}:
            return {"is_hidden": self._comment(number).is_hidden, "id": number}
        raise bad(f"Unsupported get request. Object with ID '{number}' does not exist", 33)

    def apps(self) -> Json:
        """GET subscribed_apps."""
        fields = self._page.fields
        return {"data": [{"id": "1", "name": "Support", "subscribed_fields": fields}] if fields else []}

    def conversations(self, given: Json) -> Json:
        """GET conversations: the one with a person, the newest message first."""
        asked = _only(given, {"platform": str, "user_id": str, "fields": str})
        if asked.get("platform") != "MESSENGER" or not asked.get("fields", "").startswith("messages"):
            raise bad("Invalid platform or fields")
        someone = self._page.people.get(asked.get("user_id", ""))
        if someone is None:
            return {"data": []}
        told = [
            {"id": one.mid, "message": one.text, "from": {"id": one.sender}, "created_time": _time(one.at_ms)}
            for one in reversed(someone.messages[-25:])
        ]
        return {"data": [{"id": f"t_{someone.id}", "messages": {"data": told}}]}

    def comments(self, target: str, given: Json) -> Json:
        """GET comments, the newest first."""
        _only(given, {"fields": str, "order": str, "limit": str})
        below = [one for one in self._page.comments.values() if one.parent_id == target and not one.is_removed]
        told = [
            {
                "id": one.id,
                "message": one.message,
                "from": {"id": one.sender, "name": one.name},
                "created_time": _time(one.at_ms),
                **({"attachment": {"type": "photo"}} if one.photo else {}),
            }
            for one in reversed(below[-25:])
        ]
        return {"data": told}

    # --- deeds -----------------------------------------------------------------------------------------------------

    async def subscribe(self, given: Json) -> Json:
        """POST subscribed_apps."""
        self._page.fields = _only(given, {"subscribed_fields": str}).get("subscribed_fields", "").split(",")
        await self._world.tell()
        return {"success": True}

    async def send(self, given: Json, sent: Upload | None) -> Json:
        """POST messages: to a person, or the one private reply to a comment or post."""
        known = {"recipient": dict, "message": dict, "messaging_type": str, "tag": str}
        asked = _only(given, known)
        message = _only(asked.get("message", {}), {"text": str, "metadata": str, "attachment": dict})
        self._look_over(message, sent)
        recipient = _only(asked.get("recipient", {}), {"id": str, "comment_id": str, "post_id": str})
        if len(recipient) != 1:
            raise bad("param recipient must be non-empty.")
        someone = self._addressed(asked) if "id" in recipient else self._answered_privately(recipient)
        if someone.gone:
            raise Refusal(551, "(#551) This person isn't available right now.", subcode=1_545_041)
        mid = self._page.mid()
        files = []
        if sent is not None:
            self._world.files[mid] = sent.data
            files = [mid]
        template = message.get("attachment", {}).get("payload", {})
        said = Said(
            mid=mid,
            sender=self._page.id,
            text=message.get("text") or template.get("text", ""),
            buttons=template.get("buttons", []),
            at_ms=self._world.clock.now_ms(),
            metadata=message.get("metadata", ""),
            files=files,
            called="" if sent is None else sent.name,
        )
        someone.messages.append(said)
        someone.typing_until_ms = 0
        await self._echo(someone, said)
        return {"recipient_id": someone.id, "message_id": mid}

    async def act(self, given: Json) -> Json:
        """POST messages with a sender_action: nothing but that, the recipient, and what a reaction is to."""
        action = given.get("sender_action")
        known = {"recipient": dict, "sender_action": str}
        asked = _only(given, known | ({"payload": dict} if action in {"react", "unreact"} else {}))
        someone = self._page.people.get(_only(asked.get("recipient", {}), {"id": str}).get("id", ""))
        if someone is None or someone.heard_at_ms is None:
            raise bad("No matching user found", 2_018_001)
        now_ms = self._world.clock.now_ms()
        if now_ms - someone.heard_at_ms >= WINDOW_MS:
            raise Refusal(10, "(#10) This message is sent outside of allowed window.", status=403, subcode=2_018_278)
        match asked["sender_action"]:
            case "typing_on":
                someone.typing_until_ms = now_ms + TYPING_MS
            case "typing_off":
                someone.typing_until_ms = 0
            case "mark_seen":
                theirs = [one.mid for one in someone.messages if one.sender == someone.id]
                someone.seen = theirs[-1] if theirs else None
            case "react" | "unreact":
                _react(someone, action == "react", asked.get("payload", {}))
                await self._world.tell()
            case other:
                raise bad(f"param sender_action must be one of the allowed values, found {other[:40]}")
        return {"recipient_id": someone.id}

    def _look_over(self, message: Json, sent: Upload | None) -> None:
        text, attachment = message.get("text"), message.get("attachment")
        if (text is None) == (attachment is None):
            raise bad("Message must have either text or attachment")
        if text is not None and not 0 < len(text.encode("utf-16-le")) // 2 <= MESSAGE_CHARS_MAX:
            raise bad(f"Length of param message[text] must be less than or equal to {MESSAGE_CHARS_MAX}")
        if attachment is not None and attachment.get("type") == "template":
            _look_over_template(attachment)
        elif attachment is not None and (attachment.get("type") not in _FILE_TYPES or sent is None):
            raise bad("Invalid attachment")
        if sent is not None and sent.field != "filedata":
            raise bad(f"Unknown parameter {sent.field}")
        if sent is not None and len(sent.data) > FILE_BYTES_MAX:
            raise bad("Attachment size exceeds allowable limit", 2_018_047)
        if len(message.get("metadata", "")) > METADATA_CHARS_MAX:
            raise bad("metadata is too long")

    def _addressed(self, asked: Json) -> Someone:
        """The person a message is for, if the page may write to them now."""
        someone = self._page.people.get(asked["recipient"]["id"])
        if someone is None or someone.heard_at_ms is None:
            raise bad("No matching user found", 2_018_001)
        late_ms = self._world.clock.now_ms() - someone.heard_at_ms
        if asked.get("messaging_type") == "RESPONSE" and "tag" not in asked:
            is_open = late_ms < WINDOW_MS
        elif asked.get("messaging_type") == "MESSAGE_TAG" and asked.get("tag") == "HUMAN_AGENT":
            is_open = self._page.human_agent and late_ms < AGENT_WINDOW_MS
        else:
            raise bad("Invalid messaging_type or tag")
        if not is_open:
            raise Refusal(10, "(#10) This message is sent outside of allowed window.", status=403, subcode=2_018_278)
        return someone

    def _answered_privately(self, recipient: Json) -> Someone:
        """Who wrote the comment; the private reply opens a conversation with them."""
        comment = self._comment(recipient.get("comment_id") or recipient.get("post_id", ""))
        if self._world.clock.now_ms() - comment.at_ms >= AGENT_WINDOW_MS:
            raise Refusal(10_900, "(#10900) The comment is too old to be replied to", subcode=2_018_278)
        if comment.is_answered or comment.sender == self._page.id:
            raise Refusal(10_900, "(#10900) Activity already replied to")
        comment.is_answered = True
        first, _, last = comment.name.partition(" ")
        number = self._page.known_as.get(comment.sender, comment.sender)
        return self._page.people.setdefault(number, Someone(id=number, first_name=first, last_name=last))

    async def _echo(self, someone: Someone, said: Said) -> None:
        message: Json = {"mid": said.mid, "is_echo": True, "app_id": 1, "text": said.text}
        if said.metadata:
            message["metadata"] = said.metadata
        event = {
            "sender": {"id": self._page.id}, "recipient": {"id": someone.id}, "timestamp": said.at_ms,
            "message": message,
        }  # fmt: skip
        await self._world.push(self._page, "messaging", event, "message_echoes")

    async def comment(self, target: str, given: Json, sent: Upload | None) -> Json:
        """POST comments: the page answers in public, with words, a photo or both."""
        text = _only(given, {"message": str}).get("message", "")
        if len(text) > COMMENT_CHARS_MAX or (not text.strip() and sent is None):
            raise bad("Invalid message")
        if sent is not None:
            _look_over_photo(sent)
        post_id = target if target in self._page.posts else self._comment(target).post_id
        made = Comment(
            id=f"{post_id.rpartition('_')[2]}_{self._page.number()}",
            post_id=post_id,
            parent_id=target,
            sender=self._page.id,
            name=self._page.name,
            message=text,
            at_ms=self._world.clock.now_ms(),
        )
        if sent is not None:
            made.photo = f"photo{self._world.files.count:06d}"
            self._world.files[made.photo] = sent.data
        self._page.comments[made.id] = made
        await self._world.push(self._page, "changes", change_of(made, "add"), "feed")
        return {"id": made.id}

    async def change(self, target: str, given: Json) -> Json:
        """POST of a comment: hide it, or show it again; give one of the page's own another text."""
        comment = self._comment(target)
        if "message" in given:
            return await self._edit(comment, _only(given, {"message": str})["message"])
        comment.is_hidden = bool(_only(given, {"is_hidden": bool})["is_hidden"])
        verb = "hide" if comment.is_hidden else "unhide"
        await self._world.push(self._page, "changes", change_of(comment, verb), "feed")
        return {"success": True}

    async def _edit(self, comment: Comment, text: str) -> Json:
        """Nobody but who wrote it may change what it says; the same text once more changes nothing."""
        if comment.sender != self._page.id:
            raise Refusal(200, "(#200) Permissions error", status=403)
        if not 0 < len(text) <= COMMENT_CHARS_MAX or not text.strip():
            raise bad("Invalid message")
        if text != comment.message:
            comment.message, comment.is_edited = text, True
            await self._world.push(self._page, "changes", change_of(comment, "edited"), "feed")
        return {"success": True}

    async def delete(self, target: str, given: Json) -> Json:
        """DELETE of a comment, whoever wrote it; the change is told as the page's."""
        _only(given, {})
        comment = self._comment(target)
        comment.is_removed = True
        told = change_of(comment, "remove")
        told["value"]["from"] = {"id": self._page.id, "name": self._page.name}
        await self._world.push(self._page, "changes", told, "feed")
        return {"success": True}

    def _comment(self, number: str) -> Comment:
        found = self._page.comments.get(number)
        if found is None or found.is_removed:
            raise bad(f"Unsupported post request. Object with ID '{number}' does not exist", 33)
        return found


def change_of(comment: Comment, verb: str) -> Json:
    """A change of the field `feed`, as Facebook tells it. What visitors write on the page stands among the comments."""
    value: Json = {
        "from": {"id": comment.sender, "name": comment.name}, "item": "comment", "verb": verb,
        "post_id": comment.post_id, "comment_id": comment.id, "parent_id": comment.parent_id,
        "created_time": comment.at_ms // 1_000,
    }  # fmt: skip
    if comment.id == comment.post_id:
        value |= {"item": "status"}
        del value["comment_id"], value["parent_id"]
    if verb in {"add", "edited"}:
        value["message"] = comment.message
        if comment.photo:
            value["photo"] = f"https://scontent.fbcdn.net/{comment.photo}"
    return {"field": "feed", "value": value}


def _react(someone: Someone, is_set: bool, payload: object) -> None:  # noqa: FBT001 -- what the action says
    """The page's one reaction to a message: another takes its place, none takes it off. Raises Refusal."""
    asked = _only(payload, {"message_id": str, "reaction": str})
    found = next((one for one in someone.messages if one.mid == asked.get("message_id")), None)
    emoji = asked.get("reaction", "")
    if found is None:
        raise bad("No matching message found")
    if bool(emoji) != is_set or (emoji and emoji.isascii()):
        raise bad("reaction must be an emoji")
    found.reaction = emoji


def _only(given: object, types: Mapping[str, type]) -> Json:
    """Parameters of these names and types. Raises Refusal for any other."""
    if not isinstance(given, dict):
        raise bad("param must be an object")
    for name, value in given.items():
        if name not in types:
            raise bad(f"Unknown parameter {name}")
        if not isinstance(value, types[name]):
            raise bad(f"param {name} must be {types[name].__name__}")
    return given


def _look_over_photo(sent: Upload) -> None:
    """A photo of a comment. Raises Refusal."""
    if sent.field != "source":
        raise bad(f"Unknown parameter {sent.field}")
    if type_of(sent.data) not in PHOTOS or len(sent.data) >= PHOTO_BYTES:
        raise Refusal(324, "(#324) Missing or invalid image file")


def _look_over_template(attachment: Json) -> None:
    """A button template (Messenger Platform, Button template). Raises Refusal."""
    asked = _only(attachment["payload"], {"template_type": str, "text": str, "buttons": list})
    if asked.get("template_type") != "button" or not 0 < len(asked.get("text", "")) <= TEMPLATE_CHARS_MAX:
        raise bad(f"Length of param text must be less than or equal to {TEMPLATE_CHARS_MAX}")
    if not 0 < len(asked.get("buttons", [])) <= BUTTONS_MAX:
        raise bad(f"param buttons must have 1 to {BUTTONS_MAX} elements")
    for button in asked["buttons"]:
        known = {"type": str, "title": str, "url": str, "payload": str}
        wanted = {"web_url": "url", "postback": "payload"}.get(_only(button, known).get("type", ""), "")
        if button.keys() != {"type", "title", wanted} or not 0 < len(button["title"]) <= TITLE_CHARS_MAX:
            raise bad("Invalid button")
        if len(button.get("payload", "")) > PAYLOAD_CHARS_MAX:
            raise bad("payload is too long")


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
