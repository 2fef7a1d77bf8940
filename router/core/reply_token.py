"""The tag of our plus-addresses: a conversation's id and a signature, in letters and digits only. Pure.

`support+<32 hex digits of the id><20 hex digits of the signature>@…` is 52 characters of tag; RFC 5321 leaves 64 for
the whole local part. Lower-case hex survives mail systems that fold case.
"""

from collections.abc import Callable
from hmac import compare_digest

from router.model.ids import ConversationId
from rules.expression import expression

_TOKEN = expression(r"[0-9a-f]{52}")


def make_token(conversation_id: ConversationId, tag: Callable[[str], str]) -> str:
    """The tag for answers to this conversation; `tag` signs (Keyring.tag)."""
    bare = conversation_id.replace("-", "")
    return bare + tag(bare)


def read_token(token: str | None, tag: Callable[[str], str]) -> ConversationId | None:
    """The conversation a token names; None when there is no token or its signature is not ours."""
    if token is None or not _TOKEN.fullmatch(token := token.lower()):
        return None
    bare, signature = token[:32], token[32:]
    if not compare_digest(tag(bare), signature):
        return None
    return ConversationId(f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}")
