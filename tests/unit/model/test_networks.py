"""What of a network address is counted."""

from router.model.networks import network_of


def test_addresses_are_counted_by_what_a_customer_has_of_them():
    assert network_of("192.0.2.1", (), 0) == "192.0.2.1"
    assert network_of("10.0.0.1", ["203.0.113.9"], 0) == "10.0.0.1"
    assert network_of("10.0.0.1", ["a, 192.0.2.7"], 1) == "192.0.2.7"
    assert network_of("10.0.0.1", ["192.0.2.7, 10.0.0.2"], 2) == "192.0.2.7"
    assert network_of("10.0.0.1", ["192.0.2.7", "10.0.0.2"], 2) == "192.0.2.7"
    assert network_of("10.0.0.1", (), 1) == "10.0.0.1"
    assert network_of("2001:db8::1", (), 0) == network_of("2001:db8::2", (), 0)
    assert network_of("2001:db8::1", (), 0) != network_of("2001:db8:0:1::1", (), 0)
    assert network_of("::ffff:192.0.2.1", (), 0) == "192.0.2.1"
    assert network_of(None, (), 0) == ""
    assert network_of("x" * 1000, (), 0) == "x" * 64
