"""Real servers for tests: PostgreSQL, Redis, Dovecot, an SMTP sink, a TCP fault proxy, Chromium.

Every server listens on a loopback port of its own, in a temporary directory, as an unprivileged user, and
ends with the test process, however that ends. `fixtures.py` is what a test asks; the classes may also be
used directly, by benchmarks for example.
"""
