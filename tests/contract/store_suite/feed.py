"""What customers see of their conversation, how channels are, which rules are live."""

import msgspec

from router.model.changes import Add, Record, Save
from router.store import changes, events, health, rulesets, switches, threads
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, agent, newer, put, uid


def who(case: Case) -> tuple[str, str, str, str]:
    return (case.conversation.channel, "default", case.conversation.thread, case.conversation.peer)


class FeedSuite:
    async def test_a_customer_sees_messages_and_their_changes_but_no_note(self, store: Store):
        case, mia, bystander = Case("Ann", channel="webchat"), agent("mia"), Case("Ben", channel="webchat")
        note = msgspec.structs.replace(case.message, id=uid(), kind="note", external_id=None, text="careful")
        answer = msgspec.structs.replace(
            case.message, id=uid(), kind="reply", external_id="<r@us>", text="Hello", author_id=mia.id
        )
        await put(store, case, bystander)
        said = [Record(case.event(message=each)) for each in (note, answer)]
        await store.write(changes.apply([Add(mia), Add(note), Add(answer), *said], now_ms=NOW))
        seen = await store.read(threads.read(*who(case), 0))
        assert [(m.author, m.author_name, m.text, m.external_id, m.delivery) for m in seen] == [
            ("customer", None, "Where is my transfer?", "<Ann@mail>", None),
            ("system", None, "We have your message as T-1001.", None, "queued"),
            ("agent", "Mia", "Hello", None, None),
        ]
        assert [m.seq for m in seen] == sorted(m.seq for m in seen)
        assert await store.read(threads.read(*who(case), seen[-1].seq)) == []
        sent = newer(case.outbox, state="sent")
        gone = newer(case.message, state="deleted", text="")
        told = [Record(case.event("delivery.state", case.reply)), Record(case.event("message.deleted", case.message))]
        await store.write(changes.apply([Save(sent), Save(gone), *told], now_ms=NOW))
        news = await store.read(threads.read(*who(case), seen[-1].seq))
        assert [(m.id, m.delivery, m.deleted) for m in news] == [
            (case.reply.id, "sent", False),
            (case.message.id, None, True),
        ]

    async def test_nobody_reads_anothers_conversation(self, store: Store):
        ann, ben = Case("Ann", channel="webchat"), Case("Ben", channel="webchat")
        await put(store, ann, ben)
        channel, account, thread, _ = who(ann)
        assert await store.read(threads.read(channel, account, thread, ben.address, 0)) == []
        assert await store.read(threads.delivery(*who(ann), ann.reply.id)) == ann.outbox
        assert await store.read(threads.delivery(*who(ben), ann.reply.id)) is None

    async def test_a_customer_sees_the_number_and_state_of_the_own_ticket(self, store: Store):
        ann, ben, mia = Case("Ann", channel="form"), Case("Ben", channel="form"), agent("mia")
        await put(store, ann, ben)
        seen = await store.read(threads.ticket(*who(ann)))
        assert seen is not None
        assert (seen.number, seen.state) == ("T-1001", "new")
        channel, account, thread, _ = who(ann)
        assert await store.read(threads.ticket(channel, account, thread, ben.address)) is None
        assert not await store.read(threads.has_been_answered(ann.conversation.id)), "a receipt is no person's"
        answer = msgspec.structs.replace(ann.message, id=uid(), kind="reply", external_id=None, author_id=mia.id)
        await store.write(changes.apply([Add(mia), Add(answer)], now_ms=NOW))
        assert await store.read(threads.has_been_answered(ann.conversation.id))
        assert not await store.read(threads.has_been_answered(ben.conversation.id))

    async def test_the_feed_goes_on_where_a_reader_stopped(self, store: Store):
        await put(store, Case("Ann"))
        assert [event.id for event in await store.read(events.since(0, 2))] == [1, 2]
        assert [event.kind for event in await store.read(events.since(2, 2))] == ["message.added"]
        assert await store.read(events.since(3, 2)) == []

    async def test_rule_sets_count_up_and_the_same_one_keeps_its_version(self, store: Store, other: Store):
        assert await store.read(rulesets.latest()) is None
        assert await store.read(rulesets.newest()) == (0, "")
        files = {"a.yaml": b"rules: []", "sub/b.yaml": b"\xff"}
        assert await store.write(rulesets.put(files, "h1", author="files", at_ms=NOW)) == 1
        assert await other.write(rulesets.put(files, "h1", author="files", at_ms=NOW + 1)) == 1
        assert await store.write(rulesets.put({}, "h2", author="mia", at_ms=NOW + 2)) == 2
        assert await store.write(rulesets.put(files, "h1", author="files", at_ms=NOW + 3)) == 3
        latest = await other.read(rulesets.latest())
        assert (latest.version, latest.hash, latest.files, latest.author) == (3, "h1", files, "files")
        assert (await store.read(rulesets.get(2))).author == "mia"
        assert await store.read(rulesets.get(9)) is None

    async def test_what_is_wrong_with_the_newest_rules(self, store: Store):
        assert await store.read(rulesets.error()) is None
        for at_ms in (1, 2):
            await store.write(rulesets.set_error([{"file": "a.yaml", "line": at_ms}], at_ms=at_ms))
        found = await store.read(rulesets.error())
        assert (found.problems, found.at_ms) == ([{"file": "a.yaml", "line": 2}], 2)
        await store.write(rulesets.set_error(None))
        assert await store.read(rulesets.error()) is None

    async def test_channels_say_how_they_are(self, store: Store):
        well = health.ChannelHealth(kind="email", account="default", state="ok", detail="", at_ms=NOW)
        ill = msgspec.structs.replace(well, state="auth_failed", detail="535", at_ms=NOW + 1)
        for said in (well, ill):
            await store.write(health.report(said))
        assert await store.read(health.channels()) == [ill]
        answered = msgspec.structs.replace(well, answered_at_ms=NOW, quota_left=7)
        await store.write(health.report(answered))
        assert await store.read(health.channels()) == [answered]

    async def test_when_a_channel_heard_something_is_the_latest_of_all_processes(self, store: Store, other: Store):
        assert [await store.write(health.heard("form", "default", at)) for at in (NOW + 1, NOW)] == [1, 0]
        assert await other.write(health.heard("form", "default", NOW + 2)) == 1
        well = health.ChannelHealth(kind="form", account="default", state="ok", detail="", at_ms=NOW)
        await store.write(health.report(well))
        assert await store.read(health.channels()) == [msgspec.structs.replace(well, last_event_at_ms=NOW + 2)]

    async def test_a_channel_is_off_for_each_cause_once(self, store: Store, other: Store):
        paused = switches.Switch(kind="email", account="default", cause="operator", since_ms=NOW)
        refused = switches.Switch(kind="email", account="default", cause="credentials", detail="535", since_ms=NOW)
        later = msgspec.structs.replace(refused, detail="536", since_ms=NOW + 1)
        assert [await store.write(switches.turn_off(one)) for one in (paused, refused, later)] == [1, 1, 0]
        assert set(await other.read(switches.switches())) == {paused, refused}
        assert await other.write(switches.turn_on("email", "default", "credentials")) == 1
        assert await other.write(switches.turn_on("email", "sales", "operator")) == 0
        assert await store.read(switches.switches()) == [paused]
        assert await store.write(switches.turn_on("email", "default", "operator", "credentials")) == 1
        assert await store.read(switches.switches()) == []

    async def test_when_a_customer_wrote_last(self, store: Store):
        ann, silent = Case("Ann"), uid()
        await put(store, ann)
        assert await store.read(threads.last_heard(ann.conversation.id)) == ann.message.sent_at_ms
        later = msgspec.structs.replace(ann.message, id=uid(), external_id="<2@mail>", sent_at_ms=NOW + 5)
        await store.write(changes.apply([Add(later), Record(ann.event(message=later))], now_ms=NOW))
        assert await store.read(threads.last_heard(ann.conversation.id)) == NOW + 5, "and not what we wrote since"
        assert await store.read(threads.last_heard(silent)) is None
