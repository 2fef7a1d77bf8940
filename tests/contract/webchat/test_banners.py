"""What the house tells everybody reaches every open page that shows it, at once, and goes when it is over."""

from tests.servers.chat_house import visitor_at

SLOW = {"en": "Withdrawals are slow today.", "zh": "今天提现较慢。"}


def told(visitor):
    return None if visitor.banners is None else [banner.texts for banner in visitor.banners]


async def test_a_banner_is_there_at_once_and_gone_when_it_is_taken_away(chat, http, house):
    async with visitor_at(chat, http, banners=True) as early:
        await early.until(lambda v: told(v) == [])
        house.board.say(SLOW)
        await early.until(lambda v: told(v) == [SLOW])
        async with visitor_at(chat, http, banners=True) as late:
            await late.until(lambda v: told(v) == [SLOW])
            house.board.say()
            await early.until(lambda v: told(v) == [])
            await late.until(lambda v: told(v) == [])


async def test_a_client_that_does_not_ask_is_told_nothing(chat, http, house):
    house.board.say(SLOW)
    async with visitor_at(chat, http) as old:  # its simulator breaks on a frame it has not asked for
        await old.write("hello")
        house.board.say()
        await old.ping()
        assert old.banners is None
        assert house.board.readers == 0


async def test_the_house_is_followed_once_for_all_and_only_while_somebody_looks(chat, http, house):
    async with visitor_at(chat, http, banners=True) as one, visitor_at(chat, http, banners=True) as two:
        await one.until(lambda v: told(v) == [])
        await two.until(lambda v: told(v) == [])
        assert house.board.readers == 1
    async with visitor_at(chat, http) as other:
        await other.ping()
        assert house.board.readers == 0
    house.board.say(SLOW)
    async with visitor_at(chat, http, banners=True) as again:
        await again.until(lambda v: told(v) == [SLOW])
        assert house.board.readers == 1


async def test_who_comes_back_is_told_anew(chat, http, house):
    visitor = visitor_at(chat, http, banners=True)
    house.board.say(SLOW)
    async with visitor:
        await visitor.until(lambda v: told(v) == [SLOW])
    house.board.say()
    async with visitor:
        await visitor.until(lambda v: told(v) == [])
