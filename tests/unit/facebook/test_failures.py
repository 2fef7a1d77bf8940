"""Every way the Graph API says no, what to do about it, and how long to wait."""

import json

import pytest

from connectors.facebook.failures import Refused, failure
from connectors.facebook.usage import APP, BUSINESS, usage_of
from router.failures import Denied, Later, Uncertain

FULL = {BUSINESS: '{"1": [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 19}]}'}


def told(code, subcode=None, **more):
    return json.dumps({"error": {"message": "said so", "code": code, "error_subcode": subcode, **more}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, told(190, 463), Denied),
        (400, told(190), Denied),
        (400, told(102), Denied),
        (400, told(4), Later),
        (403, told(17), Later),
        (403, told(32), Later),
        (400, told(613), Later),
        (400, told(80_006), Later),
        (400, told(1200), Later),
        (500, told(1), Uncertain),
        (500, told(2), Uncertain),
        (400, told(1, 1357046), Uncertain),
        (400, told(999, is_transient=True), Uncertain),
        (403, told(10, 2018278), Refused),
        (400, told(100, 2018001), Refused),
        (403, told(200), Refused),
        (400, told(551, 1545041), Refused),
        (400, told(10_900), Refused),
        (400, told(368), Refused),
        (200, told(100), Refused),
        (429, b"<html>Too many", Later),
        (401, b"<html>no", Denied),
        (404, b"<html>no", Refused),
        (302, b"", Refused),
        (500, b"<html>oops", Uncertain),
        (502, b"", Uncertain),
        (200, b"<html>", Uncertain),
        (400, b'{"error": []}', Refused),
        (500, b'{"error":' + b"[" * 100_000, Uncertain),
    ],
)
def test_what_an_error_means(status, body, kind):
    assert type(failure(status, {}, body)) is kind


def test_what_is_told_says_what_to_do_and_gives_no_token_away():
    error = failure(403, {}, told(10, 2018278))
    assert "#10/2018278" in str(error)
    assert "no answer any more" in str(error)
    leaked = failure(400, {}, json.dumps({"error": {"code": 100, "message": f"bad\n{'EAA' + 'x' * 40} here"}}).encode())
    assert "EAA" not in str(leaked)
    assert "\n" not in str(leaked)
    assert len(str(failure(400, {}, told(100, None) + b" " * 5))) <= 300


@pytest.mark.parametrize(
    ("headers", "after_s"),
    [({}, 60.0), ({"Retry-After": "7"}, 7.0), ({"Retry-After": "soon"}, 60.0), (FULL, 19 * 60.0)],
)
def test_how_long_to_wait_when_it_is_too_much(headers, after_s):
    assert failure(400, headers, told(613)).after_s == after_s
    assert failure(429, headers, b"<html>").after_s == after_s


@pytest.mark.parametrize(
    ("headers", "percent", "pause_s"),
    [
        ({}, 0.0, None),
        ({APP: '{"call_count": 28, "total_time": 25, "total_cputime": 31}'}, 31.0, None),
        ({APP: '{"call_count": 95, "total_time": 25, "total_cputime": 31}'}, 95.0, 60.0),
        (FULL, 100.0, 1_140.0),
        ({BUSINESS: '{"1": [{"call_count": "40"}], "2": [{"total_time": 60.5}]}'}, 60.5, None),
        ({BUSINESS: '{"1": [{"call_count": 1, "estimated_time_to_regain_access": 100000}]}'}, 1.0, 3_600.0),
        ({APP: "[" * 60_000, BUSINESS: "{}"}, 0.0, None),
        ({APP: "busy"}, 0.0, None),
    ],
)
def test_what_meta_says_of_the_calls_that_are_left(headers, percent, pause_s):
    assert usage_of(headers) == (percent, pause_s)
