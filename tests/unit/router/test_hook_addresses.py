"""Where a webhook may knock: the public internet, and hosts that the configuration names."""

import pytest

from router.flow.signed import PrivateAddress, PublicResolver, is_public


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "192.0.2.7", "not an address", "",
])  # fmt: skip
def test_what_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_public(address):
    assert is_public(address)


async def test_a_name_that_leads_to_ourselves_is_refused_unless_it_is_named():
    with pytest.raises(PrivateAddress):
        await PublicResolver(frozenset()).resolve("localhost", 80)
    found = await PublicResolver(frozenset({"localhost"})).resolve("localhost", 80)
    assert [one["host"] for one in found] == ["127.0.0.1"]
