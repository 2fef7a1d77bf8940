"""What tests of the web chat share: one account on a loopback port, and the house behind it."""

from collections.abc import AsyncIterator

import pytest

from tests.servers.chat_house import IDENTITY_SECRET, RECEIPT, ChatHouse, ChatServer, running_chat


@pytest.fixture
async def house() -> ChatHouse:
    """The house behind `chat`."""
    return ChatHouse(receipt=RECEIPT)


@pytest.fixture
async def chat(house: ChatHouse) -> AsyncIterator[ChatServer]:
    """An account that lets a shop embed it, verifies its users, and seldom slows anybody down."""
    settings = {
        "identity_secret": IDENTITY_SECRET,
        "allowed_origins": ["https://shop.example"],
        "messages_per_minute": 1_000,
    }
    async with running_chat(house, settings) as server:
        yield server
