"""Somebody of whom every table knows something, beside another of whom the same is known."""

import hashlib

import msgspec

from router.blobs.folder import FolderBlobs
from router.clock import TimedIds, VirtualClock
from router.flow.media import Media, NewFile
from router.keys import Keyring
from router.model.abuse import Block, Held, Traffic, sender_key
from router.model.actions import ActionEntry
from router.model.changes import Record
from router.model.decisions import Why
from router.model.grouping import Incident, IncidentTicket, Joining, Mark, Matter
from router.model.matter import Sketch
from router.model.message import Care, Correction, Opening, SealedValue, Sender, StoredAttachment, Wording
from router.model.people import Claim, Moved, NeverMerge, PeopleAct
from router.model.tables import HookEntry, Participant, PrivateLink
from router.model.timers import IdentityCheck, Timer
from router.store import changes, journal, media
from router.store import erasure as store_erasure
from router.store.rows import HeldText, QuarantineRow, SealedRow, UploadRow
from router.store.script import Script, Store, insert
from tests.contract.store_suite.make import NOW, Case, agent, entry, put, uid

KEYS = Keyring({"k1": b"1" * 32}, "k1", b"s" * 32)
MARK = "quokka"
"""In everything that a person of these tests says and is called, and in nothing else."""


class Life:
    """Both, and where their files are."""

    def __init__(self, store: Store, tmp_path) -> None:
        self.store, self.tmp_path = store, tmp_path
        self.one = Case(MARK, text=f"my {MARK} is lost", subject=f"{MARK}s", tags=(f"about-{MARK}",))
        self.two = Case("bo", text="my wombat is lost")
        self.mei = agent("mei")

    async def lived(self) -> "Life":
        clock = VirtualClock(NOW)
        kept = Media(
            store=self.store, blobs=FolderBlobs(self.tmp_path / "media"), keys=KEYS, clock=clock,
            ids=TimedIds(clock, seed=3),
        )  # fmt: skip
        self.own, self.shared, self.draft = [await self._file(kept, each) for each in (b"own", b"both", b"draft")]
        for case, files in ((self.one, (self.own, self.shared)), (self.two, (self.shared,))):
            await self._arrived(case)
            case.message = msgspec.structs.replace(
                case.message,
                attachments=tuple(self._attached(file, case.address) for file in files),
                sender=Sender(id=case.address, email=case.address, name=f"{case.contact.name} X"),
                html=f"<p>{case.message.text}</p>",
                reaction="🙏",
                verdict=msgspec.Raw(msgspec.json.encode(_why(case))),
                care=Care(
                    policies=(),
                    sealed_id=f"sealed-of-{case.address}",
                    sealed=(SealedValue(field="text", start=0, type="PHONE", agents=True, supervisors=True),),
                ),
            )
            case.reply = msgspec.structs.replace(
                case.reply,
                correction=Correction(
                    outbox_id=case.outbox.id, text=f"no, {case.contact.name}", author_id=self.mei.id, at_ms=NOW
                ),
                earlier=(Wording(text=f"yes, {case.contact.name}", corrected_by=self.mei.id, corrected_at_ms=NOW),),
            )
        await put(self.store, self.one, self.two)
        await self.store.write(self._around(self.one))
        await self.store.write(self._around(self.two))
        await self.store.write(insert([self.mei]))
        return self

    async def _file(self, kept: Media, data: bytes) -> NewFile:
        file = NewFile(hash=hashlib.sha256(data).hexdigest(), data=data)
        found = await kept.keep([file])
        await self.store.write(media.refer(found.files, found.known))
        return file

    @staticmethod
    def _attached(file: NewFile, address: str) -> StoredAttachment:
        return StoredAttachment(
            id=uid(), name=f"{address}.png", content_type="image/png", size=len(file.data), blob=file.hash,
            opened=Opening(by="mei", at_ms=NOW),
        )  # fmt: skip

    async def _arrived(self, case: Case) -> None:
        """The journal row of its message, an edit of it, and one that was never decided, each with its payload."""
        key = store_erasure.key_of("email", "default", case.address)
        for what, name, more in (
            ("first", case.message.external_id, {"state": "done", "entry": None}),
            ("edit", f"edit of {case.address}", {"state": "done", "entry": None}),
            ("later", f"later of {case.address}", {}),
            ("held", f"held of {case.address}", {"state": "held"}),
        ):
            sealed = SealedRow(id=uid(), key_id="k1", data=b"x", created_at_ms=NOW)
            row = entry(name, conversation=key, id=f"{what}-{case.contact.id}", sealed_id=sealed.id, **more)
            await self.store.write(journal.append([row], sealed=[sealed], now_ms=NOW))
        payload = KEYS.seal(f'{{}}\nfrom: "{case.address}" {{'.encode(), f"raw:raw-{case.address}")
        raw = SealedRow(id=f"raw-{case.address}", key_id=payload.key_id, data=payload.data, created_at_ms=NOW)
        bad = QuarantineRow(
            id=uid(), channel="email", account="default", received_at_ms=NOW, cause="invalid", sealed_id=raw.id
        )
        await self.store.write(journal.append([], sealed=[raw], quarantine=[bad], now_ms=NOW))

    def _around(self, case: Case) -> Script[None]:
        """Rows in all the other tables."""
        contact, ticket, message, name = case.contact.id, case.ticket.id, case.message.id, case.contact.name
        about = {"ticket_id": ticket, "contact_id": contact}
        other = self.two.contact.id if case is self.one else self.one.contact.id
        rows = [
            Claim(id=uid(), contact_id=contact, kind="name", value=name, created_at_ms=NOW),
            Claim(id=uid(), contact_id=other, kind="email", value=case.address, created_at_ms=NOW),
            Participant(id=uid(), ticket_id=ticket, kind="email", value=f"friend-of-{name}@x.org", created_at_ms=NOW),
            Matter(**about, sketch=Sketch(concepts=(name,))),
            Mark(id=uid(), value=f"text:{name}", **about, at_ms=NOW),
            Joining(message_id=message, **about, opened=True, reason="first", points=0, at_ms=NOW),
            HookEntry(
                id=uid(), webhook="crm", ticket_id=ticket, message_id=message, due_at_ms=NOW, created_at_ms=NOW,
                body=msgspec.Raw(msgspec.json.encode({"about": name})),
            ),
            PrivateLink(
                id=uid(), message_id=message, **about, proves=True, expires_at_ms=NOW, opened_by=name, created_at_ms=NOW
            ),
            Timer(id=uid(), ticket_id=ticket, kind="unread", since_ms=NOW, about=name, due_at_ms=NOW + 9**12,
                  created_at_ms=NOW),
            IdentityCheck(
                id=uid(), **about, message_id=message, attempts_max=3, user_id=f"user-{name}", expires_at_ms=NOW,
                created_at_ms=NOW,
            ),
            ActionEntry(
                id=uid(), **about, action="freeze", account=f"user-{name}", state="proposed", proposed_by="rule:x",
                due_at_ms=NOW, created_at_ms=NOW,
            ),
            Block(id=uid(), contact_id=contact, reason=f"rude {name}", actor="system", created_at_ms=NOW),
            Block(id=uid(), kind="email", value=case.address, reason="rude", actor="system", created_at_ms=NOW),
            Block(
                id=uid(), kind="form", value=case.address, reason="rude", actor="system", lifted_at_ms=NOW,
                created_at_ms=NOW,
            ),
            Held(
                id=f"h-{contact}", journal_id=f"held-{case.contact.id}", reason="blocked", contact_id=contact,
                channel="email", account="default", received_at_ms=NOW,
            ),
            HeldText(held_id=f"h-{contact}", document=f"{name} again"),
            Traffic(
                id=sender_key("email", "default", case.address, is_proven=True), since_ms=NOW, messages=1
            ),
            PeopleAct(
                id=uid(), kind="link", contact_id=contact, reason=f"{name} called", actor="system",
                moved=Moved(identities=(case.identity,)), seq=1, created_at_ms=NOW,
            ),
            SealedRow(id=f"sealed-of-{case.address}", key_id="k1", data=b"x", created_at_ms=NOW),
            SealedRow(id=case.reply.id, key_id="k1", data=b"x", created_at_ms=NOW),
            SealedRow(id=case.outbox.id, key_id="k1", data=b"x", created_at_ms=NOW),
            UploadRow(
                id=uid(), agent_id=self.mei.id, ticket_id=ticket, file=self._attached(self.draft, case.address),
                hash=self.draft.hash, created_at_ms=NOW, expires_at_ms=NOW + 9**12,
            ),
            Incident(id=f"incident of {case is self.one}", title=case.ticket.subject, state="open", created_at_ms=NOW),
            IncidentTicket(
                id=uid(), incident_id=f"incident of {case is self.one}", ticket_id=ticket, reason="likeness",
                linked_by="system", at_ms=NOW,
            ),
        ]  # fmt: skip
        if case is self.one:
            first, second = sorted((contact, other))
            rows.append(NeverMerge(id=uid(), first_id=first, second_id=second, act_id="x", created_at_ms=NOW))
        for row in rows:
            yield from insert([row])
        told = case.event("ticket.state", case.message, data={"from": "new", "to": "open", "reason": f"about {name}"})
        yield from changes.apply([Record(told)], now_ms=NOW)


def _why(case: Case) -> Why:
    return Why(
        rules_version="1", urgency="high", queue="general", language="en", joined="no", contact_by="sender",
        ticket_new=True, joined_detail=case.address,
    )  # fmt: skip
