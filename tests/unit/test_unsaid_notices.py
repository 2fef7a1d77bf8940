"""What connectors note in a message's place was not said by the customer: none of it may mean anything to the rules."""

import pytest

from rules.facts import Facts, MessageFacts
from tests import rulesets


@pytest.mark.parametrize(
    ("channel", "notice"),
    [
        ("telegram", "[story: not handed over]"),
        ("telegram", "[paid media: not handed over]"),
        ("telegram", "[giveaway: not handed over]"),
        ("telegram", "[game: Chess]"),
        ("telegram", "Hello\n\n[answers something in another chat: not handed over]"),
        ("telegram", "[photo: could not be fetched (the file server gave no answer in time); ask for it again]"),
        ("facebook", "[image: could not be fetched (the file server gave no answer in time); ask for it again]"),
        ("facebook", "[a message that Messenger does not hand over]"),
        ("x", "[a message that only the customer's own app can show; ask for an ordinary one]"),
        ("x", "[photo: X shows no file; ask for it again]"),
    ],
)
@pytest.mark.parametrize("visibility", ["private", "public"])
def test_what_stands_in_the_place_of_something_moves_nothing(channel, notice, visibility):
    message = MessageFacts(
        text=notice, subject="", channel=channel, account="default", visibility=visibility, lang=None, is_first=True
    )
    found = rulesets.shipped().evaluate(Facts(message=message, now_ms=1))
    assert (found.urgency, found.tags) == ("normal", ())
