"""What Facebook changes of what stands there: comments of the page get another text, messages a reaction."""

from connectors.facebook.render import COMMENT_UNITS_MAX, REACTIONS
from connectors.facebook.simulator import Fault
from connectors.facebook.simulator.world import error
from router.connector import Rejected, Retry, Sent, Unknown
from tests.servers.facebook_house import POST, comment_answer, deeds, outbound


async def test_a_comment_of_the_page_gets_another_text_and_nobody_elses(connect, server, ann):
    connector = connect()
    said = await ann.comment("where is it?", POST)
    sent = await connector.send(comment_answer(said.id, "On Monday."))
    edit = comment_answer(said.id, " On Tuesday. ", key="key-2", action="edit", target_id=sent.provider_id)
    server.faults["edit"].append(Fault(how="reset_after"))
    assert isinstance(await connector.send(edit), Unknown)
    assert await connector.send(edit) == Sent(), "the same once more changes nothing"
    assert ann.answers_to(said) == ["On Tuesday."]
    assert deeds(server, "edit") == 2 * [{"message": "On Tuesday."}]
    theirs = await connector.send(comment_answer(said.id, "x", key="k3", action="edit", target_id=said.id))
    assert isinstance(theirs, Rejected)
    assert "#200" in theirs.reason
    calls = len(server.calls)
    for wrong in (
        comment_answer(said.id, "x" * (COMMENT_UNITS_MAX + 1), key="k4", action="edit", target_id=sent.provider_id),
        comment_answer(said.id, " ", key="k5", action="edit", target_id=sent.provider_id),
        comment_answer(said.id, "x", key="k6", action="edit", target_id="../me"),
        outbound(ann.id, "x", key="k7", action="edit", target_id="m_1"),
    ):
        assert isinstance(await connector.send(wrong), Rejected)
    assert len(server.calls) == calls, "refused here"
    server.faults["edit"].append(error(4))
    later = comment_answer(said.id, "On Friday.", key="k8", action="edit", target_id=sent.provider_id)
    assert isinstance(await connector.send(later), Retry)


async def test_a_message_of_messenger_gets_the_pages_reaction_and_a_comment_none(connect, server, ann):
    connector, said = connect(), ann.seen
    mid = server.only_page().people[ann.id].messages[0].mid

    async def react(emoji, target=mid, **where):
        return await connector.send(
            outbound(ann.id, emoji, key=f"k{emoji}{target}", action="react", target_id=target, **where)
        )

    server.faults["act"].append(Fault(how="reset_after"))
    assert isinstance(await react("👍"), Unknown)
    for emoji in ("👍", *REACTIONS, ""):
        assert isinstance(await react(emoji), Sent)
        assert server.only_page().people[ann.id].messages[0].reaction == emoji
    given = deeds(server, "act")
    assert given[0] == {
        "recipient": {"id": ann.id}, "sender_action": "react", "payload": {"message_id": mid, "reaction": "👍"},
    }  # fmt: skip
    assert given[-1] == {"recipient": {"id": ann.id}, "sender_action": "unreact", "payload": {"message_id": mid}}
    assert said() == [], "it is no message"
    assert isinstance(await react("👍", "m_unknown"), Rejected)
    assert isinstance(await react("like"), Rejected)
    calls = len(server.calls)
    assert isinstance(await react("👍", "1001_5", thread=POST, visibility="public"), Rejected)
    assert len(server.calls) == calls, "refused here"
