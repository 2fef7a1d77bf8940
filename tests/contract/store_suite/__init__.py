"""What every store promises, whichever it is. A test file subclasses each suite; its `store` fixture says over what."""

import pytest

for _name in (
    "abuse",
    "acts",
    "changes",
    "commits",
    "feed",
    "floods",
    "hours",
    "inbox",
    "journal",
    "leases",
    "media",
    "outbox",
    "people",
    "ringing",
    "schema",
    "search",
    "snapshot",
):
    pytest.register_assert_rewrite(f"tests.contract.store_suite.{_name}")
