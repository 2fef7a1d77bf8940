"""Where a webhook may knock: the public internet, and hosts that the configuration names."""

import pytest

from router.flow.signed import PrivateAddress, PublicResolver, is_public, is_public_host


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
    assert {one["host"] for one in found} == {"127.0.0.1"}


@pytest.mark.parametrize("url", [
    "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/x", "https://127.1/x", "https://10.1/x",
    "file:///etc/passwd", "gopher://example.org/", "https:///x", "https://[::1", "",
])  # fmt: skip
def test_an_address_that_nobody_looks_up_is_judged_by_itself(url):
    assert not is_public_host(url, frozenset())


def test_a_name_is_left_to_its_look_up_and_named_hosts_may_be_anywhere():
    assert is_public_host("https://example.org/x", frozenset())
    assert is_public_host("http://8.8.8.8/x", frozenset())
    assert is_public_host("http://127.0.0.1/x", frozenset({"127.0.0.1"}))
