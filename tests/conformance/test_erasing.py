"""A customer is erased: no byte of what they said, sent, were answered and are called is left."""

import hashlib

CUSTOMER = "Quokkaline"
WORDS = ("quagmarine", "bungalowish", "thimblewort", "袋鼠丢失")
"""In what they say, in their file, and in the answer."""


async def test_38_of_an_erased_customer_nothing_is_left(house, bench):
    said = [await bench.said(f"my {WORDS[0]} {WORDS[3]} is lost", CUSTOMER)]
    file = f"the {WORDS[1]} number\n".encode()
    with_file = await bench.said_with_file(f"see this {WORDS[0]}", file, CUSTOMER)
    said += [with_file] if with_file is not None else []
    other = await bench.said("of somebody else", "bob")
    for one in (*said, other):
        await bench.deliver(one)
    await house.until_inbound(len(said) + 1)
    for text in (f"your {WORDS[2]} is here", "and once more"):
        await house.until_sent(await house.answer(said[0], text))
    hashed = hashlib.sha256(file).hexdigest()
    if with_file is not None:
        await house.until(lambda: hashed in " ".join(house.bytes_of_files()))
    await house.age_files()

    ((contact,),) = await house.rows("SELECT contact_id FROM messages WHERE external_id = :id", id=said[0].id)
    addresses = await house.rows(
        "SELECT peer FROM conversations WHERE contact_id = :id UNION SELECT value FROM identities "
        "WHERE contact_id = :id",
        id=contact,
    )
    erased = await house.app.erasures.erase(contact, "system")
    assert (erased.erasure.state, erased.compacted) == ("done", True)
    await nothing_is_left(house, *said, hashed=hashed)
    assert addresses
    left = [value for value in await house.everything() if any(address in value for (address,) in addresses)]
    assert left == []

    # The provider delivers them once more; then they write again, and are somebody new.
    for one in said:
        assert await bench.deliver(one)
    again = await bench.said("hello again", CUSTOMER)
    await bench.deliver(again)
    await house.until_decided(len(said) + 2)
    live = await house.rows("SELECT external_id, contact_id FROM messages WHERE kind = 'inbound' AND state = 'live'")
    assert {row[0] for row in live} == {other.id, again.id}
    assert contact not in {row[1] for row in live}
    # A file that was delivered once more is kept, sealed, until nobody can be about to refer to it.
    await house.age_files()
    await house.app.media.tidy()
    await nothing_is_left(house, *said, hashed=hashed, named=False)
    assert await house.rows("SELECT COUNT(*) FROM tickets WHERE erased_at_ms IS NOT NULL") != [(0,)]


async def nothing_is_left(house, *said, hashed, named=True):
    """Neither in a table nor in a file; `named`: nor who they were."""
    words = [word.casefold() for word in (*WORDS, hashed, *([CUSTOMER] if named else []))]
    values = [value.casefold() for value in await house.everything()]
    assert [value for value in values if any(word in value for word in words)] == []
    assert {one.id.casefold() for one in said} & {*values} == set()
    if named:
        files = house.bytes_of_files()
        assert [name for name in files if hashed in name] == []
        spelt = {word.encode() for word in (*words, *WORDS, CUSTOMER)}
        assert [(word, name) for name, content in files.items() for word in spelt if word in content] == []
