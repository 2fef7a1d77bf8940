"""Replies to X: once, where they belong, and every end of a call an outcome that somebody acts on."""

import asyncio
import re

import pytest

from connectors.x.render import PUBLIC_CHARS_MAX
from connectors.x.simulator import Fault, busy
from connectors.x.weigh import weight
from router.clock import SystemClock
from router.connector import AuthFailed, Rejected, Retry, Sent, Unknown
from tests.servers.x_house import OWN, QUICK, XHouse, now, person

HTML = b"<html>Bad Gateway</html>"


def shown(posts):
    return [post["text"].partition(" ")[2] for post in posts]


async def test_a_message_arrives_once_as_it_was_written(x, connector):
    ann = person(x)
    text = "Hello Ann 你好 👋 & <b>"
    found = await connector.send(now(ann.id, text))
    (seen,) = ann.seen()
    assert (found, seen["text"]) == (Sent(provider_id=f"dm:{seen['id']}"), "Hello Ann 你好 👋 &amp; &lt;b&gt;")
    assert (x.refusals, ann.answers()) == ([], [])


async def test_an_answer_stands_under_the_post_it_answers(x, connector):
    ann = person(x)
    root = await ann.post("@wallet are you there?")
    again = await ann.post("@wallet hello?", answers=root)
    found = await connector.send(now(ann.id, "We are.", in_reply_to=again["id"]))
    (answer,) = ann.answers()
    assert answer["referenced_tweets"] == [{"type": "replied_to", "id": again["id"]}]
    assert (found, answer["conversation_id"], ann.seen()) == (Sent(provider_id=answer["id"]), root["id"], [])


async def test_a_long_public_answer_is_a_chain_of_posts_in_order(x, connector):
    ann = person(x)
    post = await ann.post("@wallet why?")
    sentences = [f"第{number}条：请先不要再操作，等我们查清楚再告诉您。" for number in range(40)]
    text = "".join(sentences)[:PUBLIC_CHARS_MAX]
    found = await connector.send(now(ann.id, text, in_reply_to=post["id"]))
    chain = ann.answers()
    assert found == Sent(provider_id=chain[0]["id"], pieces=tuple(each["id"] for each in chain[1:]))
    assert len(chain) > 5
    assert [one["referenced_tweets"][0]["id"] for one in chain] == [post["id"], *(one["id"] for one in chain[:-1])]
    texts = [chain[0]["text"].partition(" ")[2], *(one["text"] for one in chain[1:])]
    marks = [re.fullmatch(r"(.*)\n(\d+)/(\d+)·([a-z2-7]{4})", said, re.DOTALL) for said in texts]
    assert all(marks)
    assert "".join(mark[1] for mark in marks) == text
    assert [(mark[2], mark[3]) for mark in marks] == [(f"{n + 1}", f"{len(chain)}") for n in range(len(chain))]
    assert len({mark[4] for mark in marks}) == 1
    assert max(map(weight, texts)) <= 280


async def test_the_same_long_answer_reaches_the_next_one_too(x, connector):
    ann, ben = person(x), person(x, "333", "Ben")
    for number, who in enumerate((ann, ben)):
        post = await who.post("@wallet my coins are being stolen")
        reply = now(who.id, f"Hello {who.id}. " + "Move what is left. " * 20, in_reply_to=post["id"], key=f"k{number}")
        assert isinstance(await connector.send(reply), Sent)
    assert (len(ann.answers()), len(ben.answers()), x.refusals) == (2, 2, [])


async def test_what_several_read_is_answered_there(x, connector):
    ann = person(x)
    group = "1585094756761149440"
    await ann.write("hello all", group=group)
    sent = await connector.send(now(ann.id, "Hello.", visibility="public", thread=f"group:{group}"))
    assert isinstance(sent, Sent)
    assert [(one["text"], one["dm_conversation_id"]) for one in x.state.messages] == [
        ("hello all", group), ("Hello.", group),
    ]  # fmt: skip


@pytest.mark.parametrize("lost", [Fault(how="reset_after"), Fault(how="reset_after", status=504)])
async def test_a_lost_answer_is_found_among_our_own(x, connector, lost):
    ann = person(x)
    post = await ann.post("@wallet why?")
    x.faults["write"].append(lost)
    x.faults["post"].append(lost)
    text = "See https://wallet.example/help & wait."
    sent = [await connector.send(now(ann.id, text)), await connector.send(now(ann.id, text, in_reply_to=post["id"]))]
    assert sent == [Sent(provider_id=f"dm:{ann.seen()[0]['id']}"), Sent(provider_id=ann.answers()[0]["id"])]
    assert (len(ann.seen()), len(ann.answers())) == (1, 1)


async def test_the_same_words_before_are_not_taken_for_it(x, connector):
    ann, ben = person(x), person(x, "5555", "Ben")
    assert isinstance(await connector.send(now(ann.id, "We look.", key="first")), Sent)
    x.faults["write"].append(Fault(how="reset_before"))
    held = await connector.send(now(ann.id, "We look.", key="second"))
    assert isinstance(held, Unknown)
    x.faults["write"].append(Fault(how="reset_before"))
    assert isinstance(await connector.send(now(ben.id, "We look.", key="third")), Unknown)
    assert (len(ann.seen()), len(ben.seen())) == (1, 0)


async def test_a_message_of_before_the_reply_was_written_is_not_it(x, connector):
    ann = person(x)
    await x.put_message(OWN, ann.conversation, "We look.", created_at="2026-01-02T03:04:05.000Z")
    x.faults["write"].append(Fault(how="reset_before"))
    assert isinstance(await connector.send(now(ann.id, "We look.")), Unknown)


async def test_a_post_that_never_arrived_is_sent_again_and_a_message_is_held(x, connector):
    ann = person(x)
    post = await ann.post("@wallet why?")
    reply = now(ann.id, "We look.", in_reply_to=post["id"])
    x.faults["post"].append(Fault(how="reset_before"))
    assert isinstance(await connector.send(reply), Retry)
    assert isinstance(await connector.send(reply), Sent)
    x.faults["write"].append(Fault(status=500, body=HTML, content_type="text/html"))
    assert isinstance(await connector.send(now(ann.id, "We look, too.")), Unknown)
    assert (len(ann.answers()), ann.seen()) == (1, [])


async def test_a_post_that_arrived_late_is_not_made_twice(x, connector):
    ann = person(x)
    post = await ann.post("@wallet why?")
    reply = now(ann.id, "We look.", in_reply_to=post["id"])
    x.faults["post"].append(Fault(how="reset_after"))
    x.faults["own posts"].append(Fault(status=200, body=b'{"meta":{"result_count":0}}'))
    assert isinstance(await connector.send(reply), Retry), "X does not list it yet"
    assert await connector.send(reply) == Sent(provider_id=ann.answers()[0]["id"]), "X refuses it, and it is found"
    assert len(ann.answers()) == 1


async def test_the_same_words_to_somebody_else_are_refused_and_it_is_said(x, connector):
    ann, ben = person(x), person(x, "5555", "Ben")
    one, two = await ann.post("@wallet why?"), await ben.post("@wallet how?")
    assert isinstance(await connector.send(now(ann.id, "Please wait.", in_reply_to=one["id"])), Sent)
    refused = await connector.send(now(ben.id, "Please wait.", in_reply_to=two["id"], key="k2"))
    assert refused == Rejected(reason="X has taken these words before and takes them once; change the wording")


async def test_a_chain_goes_on_where_it_stopped(x, connector):
    ann = person(x)
    post = await ann.post("@wallet why?")
    reply = now(ann.id, "one. " * 50 + "two. " * 50 + "three. " * 40, in_reply_to=post["id"])
    x.faults["post"].extend([Fault(how="reset_after"), Fault(status=503)])
    assert isinstance(await connector.send(reply), Retry)
    assert len(ann.answers()) == 1
    assert isinstance(await connector.send(reply), Sent)
    chain = ann.answers()
    said = " ".join(shown(chain[:1]) + [one["text"] for one in chain[1:]])
    assert "".join(re.sub(r"\d/3·\w{4}", "", said).split()) == "".join(reply.text.split())


async def test_after_a_crash_it_is_looked_up(x, connector):
    ann = person(x)
    post = await ann.post("@wallet why?")
    message, answer = now(ann.id, "We look."), now(ann.id, "one. " * 50 + "two. " * 50, in_reply_to=post["id"])
    assert isinstance(await connector.reconcile(message), Unknown), "it may be on its way"
    assert isinstance(await connector.reconcile(answer), Retry)
    await connector.send(message)
    await connector.send(answer)
    other = XHouse().connector(x)
    assert await other.reconcile(message) == Sent(provider_id=f"dm:{ann.seen()[0]['id']}")
    assert await other.reconcile(answer) == Sent(provider_id=ann.answers()[0]["id"], pieces=(ann.answers()[1]["id"],))
    assert isinstance(await other.reconcile(now(ann.id, "", action="hide", target_id=post["id"])), Retry)
    assert isinstance(await other.reconcile(now("ann", "x")), Rejected)
    await other.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=503, body=HTML, content_type="text/html"), Retry),
        (Fault(status=429, body=HTML, content_type="text/html"), Retry),
        (Fault(status=500, body=b""), Unknown),
        (Fault(status=502, body=HTML, content_type="text/html"), Unknown),
        (Fault(status=200, body=b"{]"), Unknown),
        (Fault(status=200, body=HTML, content_type="text/html"), Unknown),
        (Fault(status=200, body=b'{"errors":[{"message":"over capacity"}]}'), Unknown),
        (Fault(status=201, body=b'{"data":{}}'), Unknown),
        (Fault(how="reset_before"), Unknown),
        (Fault(how="silence"), Unknown),
        (Fault(status=401, body=HTML, content_type="text/html"), AuthFailed),
        (Fault(status=403, body=b'{"detail":"You cannot send messages to this user."}'), Rejected),
        (Fault(status=403, body=b'{"detail":"You do not have permission to DM one or more participants."}'), Rejected),
        (Fault(status=403, body=b'{"detail":"Your client app is not configured with the permissions."}'), AuthFailed),
        (Fault(status=404, body=HTML, content_type="text/html"), Rejected),
        (Fault(status=302, body=b""), Rejected),
    ],
)
async def test_errors_of_every_sort_end_as_they_should(x, fault, kind):
    ann = person(x)
    connector = XHouse().connector(x, timeouts=QUICK | ({"call_s": 0.3} if fault.how == "silence" else {}))
    x.faults["write"].append(fault)
    found = await connector.send(now(ann.id))
    await connector.close()
    assert isinstance(found, kind), found
    assert (ann.seen(), len(x.calls)) == ([], 1 if kind is Unknown else 0)


async def test_nobody_there_is_no_uncertainty(x, connector):
    await x.stop()
    found = await connector.send(now("5555"))
    await x.start()
    assert isinstance(found, Retry)
    assert "no connection" in found.reason


async def test_trouble_of_sending_is_over_once_something_was_sent(x):
    ann, house = person(x), XHouse()
    connector = house.connector(x, mode="webhook")
    task = asyncio.create_task(connector.run(house))
    async with asyncio.timeout(60):
        await house.until(lambda: "x.ok" in house.names())
    x.faults["write"].append(Fault(status=503))
    await connector.send(now(ann.id))
    assert (connector.health().state, connector.health().detail) == ("retrying", "X answered 503")
    await connector.send(now(ann.id))
    assert connector.health().state == "ok"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await connector.close()


async def test_a_limit_is_waited_for_and_not_asked_again(x, connector):
    ann = person(x)
    reset_s = SystemClock().now_ms() // 1_000 + 60
    x.faults["write"].append(busy(reset_s))
    first, second = await connector.send(now(ann.id)), await connector.send(now(ann.id))
    assert isinstance(first, Retry)
    assert isinstance(second, Retry)
    assert 50 < second.after_s <= first.after_s <= 61
    assert x.calls == [], "nobody asks while it is known to be in vain"
    post = await ann.post("@wallet why?")
    assert isinstance(await connector.send(now(ann.id, in_reply_to=post["id"])), Sent), (
        "posts have a limit of their own"
    )


async def test_who_takes_no_messages_is_said(x, connector):
    ann = person(x)
    x.state.closed.append(ann.id)
    found = await connector.send(now(ann.id))
    assert found == Rejected(reason="X answered 403: You cannot send messages to this user.")


async def test_only_replies_under_our_posts_are_hidden(x, connector):
    scammer = person(x, "6666", "Support")
    ours = await x.put_post(OWN, "We are back.")
    under = await scammer.post("DM our helpdesk on Telegram", answers=ours)
    elsewhere = await scammer.post("@wallet DM our helpdesk on Telegram")
    hide = {"action": "hide", "in_reply_to": None, "visibility": "public"}
    assert await connector.send(now(scammer.id, "", **hide, target_id=under["id"])) == Sent()
    x.faults["hide"].append(Fault(how="reset_after"))
    assert isinstance(await connector.send(now(scammer.id, "", **hide, target_id=under["id"])), Retry)
    assert await connector.send(now(scammer.id, "", **hide, target_id=under["id"])) == Sent()
    refused = await connector.send(now(scammer.id, "", **hide, target_id=elsewhere["id"]))
    assert refused.reason.startswith("only replies under our own posts can be hidden (X answered 403")
    assert (scammer.is_hidden(under), scammer.is_hidden(elsewhere)) == (True, False)
    x.faults["hide"].extend([Fault(status=401), busy(SystemClock().now_ms() // 1_000 + 60)])
    outcomes = [await connector.send(now(scammer.id, "", **hide, target_id=under["id"])) for _ in range(2)]
    assert [type(one) for one in outcomes] == [AuthFailed, Retry]


async def test_what_was_hidden_is_shown_again_and_nothing_of_others_is_deleted(x, connector):
    scammer = person(x, "6666", "Support")
    ours = await x.put_post(OWN, "We are back.")
    under = await scammer.post("DM our helpdesk on Telegram", answers=ours)
    asked = {"in_reply_to": None, "visibility": "public", "target_id": under["id"]}
    for action in ("hide", "hide", "unhide"):
        assert await connector.send(now(scammer.id, "", action=action, **asked)) == Sent()
    assert not scammer.is_hidden(under)
    assert [given for name, given in x.calls if name == "hide"] == [{"hidden": True}] * 2 + [{"hidden": False}]
    refused = await connector.send(now(scammer.id, "", action="delete", **asked))
    assert refused.reason.startswith("only posts of our own can be deleted (X answered 403")
    assert under["id"] in x.state.posts


async def test_an_answer_of_ours_is_deleted_with_all_its_posts(x, connector):
    ann = person(x)
    asked = await ann.post("@wallet how do I back up?")
    under = {"thread": asked["conversation_id"], "in_reply_to": asked["id"], "visibility": "public"}
    sent = await connector.send(now(ann.id, " ".join(f"Step {n}: look into the settings." for n in range(20)), **under))
    assert isinstance(sent, Sent)
    posts = (sent.provider_id, *sent.pieces)
    assert len(posts) == 3
    assert set(posts) == {post["id"] for post in x.state.posts.values() if post["author_id"] == OWN}
    delete = now(
        ann.id, "", action="delete", target_id=posts[0], pieces=posts[1:], visibility="public", in_reply_to=None
    )
    x.faults["delete"].extend([Fault(how="reset_after"), Fault(status=503)])
    assert [type(await connector.send(delete)) for _ in range(2)] == [Retry, Retry]
    assert await connector.send(delete) == Sent(), "the first is gone already"
    assert [post["author_id"] for post in x.state.posts.values()] == [ann.id]


async def test_a_post_is_answered_by_a_message_to_whom_wrote_it(x, connector):
    ann = person(x)
    post = await ann.post("@wallet where is my order")
    thread = {"thread": post["conversation_id"], "in_reply_to": post["id"], "visibility": "private"}
    found = await connector.send(now(ann.id, "Which one?", **thread))
    assert found == Sent(provider_id=f"dm:{ann.seen()[0]['id']}", reached=ann.id)
    assert ann.answers() == []
    nobody = await connector.send(now(ann.id, "Which one?", **{**thread, "in_reply_to": None}))
    assert isinstance(nobody, Rejected), "a thread in which they only take part"


async def test_many_at_once_are_signed_each_by_itself(x, connector):
    people = [person(x, str(7_000 + number), f"P{number}") for number in range(30)]
    sent = await asyncio.gather(*(connector.send(now(one.id, f"for {one.id}", key=one.id)) for one in people))
    assert all(isinstance(one, Sent) for one in sent)
    assert [[message["text"] for message in one.seen()] for one in people] == [[f"for {one.id}"] for one in people]
    assert x.refusals == []
