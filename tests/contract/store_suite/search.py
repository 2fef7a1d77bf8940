"""Search: words of any script, phrases of Chinese, prefixes, addresses, numbers."""

import msgspec
import pytest

from router.model.changes import Add
from router.model.message import Sender
from router.store import changes, inbox
from router.store.script import Store
from tests.contract.store_suite.make import NOW, Case, put, uid

TEXTS = {
    "zh": "我的币被人转走了,请帮我查一下",
    "zh2": "提现失败,账户转不出去",
    "en": "The TRANSFER of my café money is stuck, see 0xAbC123",
    "ja": "ウォレットが開けません",
    "th": "ฉันโอนเงินไม่ได้",
    "de": "Meine Überweisung über 50€ schlug fehl",
    "emoji": "gone 🦭 gone",
}

FOUND = {
    "转走": ["zh"],
    "失败": ["zh2"],
    "我的币": ["zh"],
    "币被转走": [],
    "币": ["zh"],
    "了": ["zh"],
    "一下": ["zh"],
    "下": ["zh"],
    "转走 请帮": ["zh"],
    "ウォレット": ["ja"],
    "โอนเงิน": ["th"],
    "transfer": ["en"],
    "Transf": ["en"],
    "ransfer": [],
    "CAFÉ stuck": ["en"],
    "cafe": ["en"],
    "cafés": [],
    "uberweisung": ["de"],
    "TRÁNSFER": ["en"],
    "0xabc123": ["en"],
    "überweisung": ["de"],
    "ueberweisung": [],
    "gone": ["emoji"],
    "question": sorted(TEXTS),
    "ZH@example.org": ["zh"],
    "T-1003": ["en"],
    "t-1003 ": ["en"],
    "T-9999": [],
    "🦭": [],
    "transfer nowhere": [],
    "\"'(*:&|!<->\\ transfer AND OR NEAR": [],
    "transfer' OR 1=1 --": [],
    "'' \"\" transfer *": ["en"],
    "transfer\x7f" * 50: ["en"],
}
"""What is typed, and whose messages it finds."""


NAMES = {"b": "Tom Okafor", "c": "Zoë Café", "d": "王磊"}


async def found(store: Store, text: str, view: str = "all") -> list[str]:
    page = await store.read(inbox.tickets(None, view=view, text=text))
    return sorted(line.contact.name for line in page.lines)


class SearchSuite:
    async def test_what_is_typed_finds(self, store: Store):
        await put(store, *(Case(name, text=text) for name, text in TEXTS.items()))
        assert {typed: await found(store, typed) for typed in FOUND} == FOUND

    async def test_customers_are_found_by_the_name_they_write_under(self, store: Store):
        cases = [Case("Ann"), *map(Case, NAMES)]
        for case in cases[1:]:
            sender = Sender(id=case.address, name=NAMES[case.contact.name])
            case.message = msgspec.structs.replace(case.message, sender=sender)
        await put(store, *cases)
        typed = ("Tom Okafor", "okaf", "zoe cafe", "Zoë", "王磊", "王", "transfer okafor", "磊王")
        assert [await found(store, each) for each in typed] == [
            ["b"], ["b"], ["c"], ["c"], ["d"], ["d"], ["b"], [],
        ]  # fmt: skip

    async def test_notes_and_replies_are_found_too_and_a_ticket_once(self, store: Store):
        case = Case("Ann", text="platypus")
        await put(store, case)
        note = msgspec.structs.replace(case.message, id=uid(), kind="note", external_id=None, text="platypus 平台")
        await store.write(changes.apply([Add(note)], now_ms=NOW))
        assert await found(store, "platypus") == ["Ann"]
        assert await found(store, "平台") == ["Ann"]

    async def test_the_machines_own_receipts_are_not_found_and_a_number_is_however_it_is_typed(self, store: Store):
        await put(store, Case("Ann", text="platypus"))
        ticket = await store.read(inbox.detail(None, "T-1001"))
        assert ticket is not None
        (receipt,) = [message for message in ticket.messages if message.automatic == "auto_reply"]
        assert await found(store, receipt.text) == []
        for typed in ("T-1001", "t1001", "t 1001", " T 1001 "):
            assert await found(store, typed) == ["Ann"]
        assert await found(store, "t 1002") == []

    async def test_a_search_in_all_includes_solved_tickets(self, store: Store):
        await put(store, Case("Ann"), Case("Ben", state="solved", solved_at_ms=NOW))
        assert await found(store, "transfer") == ["Ann", "Ben"]
        assert await found(store, "transfer", "solved") == ["Ben"]
        assert await found(store, "transfer", "unassigned") == ["Ann"]

    @pytest.mark.parametrize(
        "text",
        ["字" * 200_000, "".join(chr(0x4E00 + n % 20_000) for n in range(200_000)), "x" * 200_000, "a1 " * 66_000],
    )
    async def test_the_longest_text_is_indexed_as_far_as_it_fits(self, store: Store, text: str):
        await put(store, Case("Ann", text="wallaby " + text))
        assert await found(store, "wallaby") == ["Ann"]
