"""Whether an older mail that stands in a mail is new to us. Pure.

Called by quotes.py. Outlook and QQ put the same words above what they forward as above what they answer; the subject
tells which it is. In a mail that answers nothing, somebody copied it there.
"""

from typing import Final, Literal

from router.core.forwards import SUBJECT
from router.model.message import InboundEvent
from router.model.tables import Message
from rules.expression import expression

Brings = Literal["nothing", "forward", "copy"]
"""forward: the first older mail is passed on; copy: what looks like its header fields was typed or pasted."""

_MAY_ANSWER: Final = expression(r".{0,40}[:：]")
"""`Re:` in whatever language, or what a gateway puts before it: in doubt a mail is an answer."""


def brings(said: InboundEvent | Message) -> Brings:
    """What `said` brings, which on other channels than mail is nothing."""
    subject = said.subject or ""
    if said.channel != "email" or not subject.strip():
        return "nothing"
    if SUBJECT.match(subject):
        return "forward"
    answers = said.in_reply_to is not None or bool(said.references) or _MAY_ANSWER.match(subject)
    return "nothing" if answers else "copy"
