"""Buttons on networks that have none, few, or short ones: what does not fit is told, nothing is dropped."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.buttons import Button, ButtonLimits, degraded, length

HELP = Button(label="Help", url="https://example.com/help")
DEPOSIT = Button(label="Deposit", says="My deposit is missing")
YES = Button(label="Yes", says="Yes")
TIGHT = ButtonLimits(most=2, label_max=5, says_max=8, says_unit="bytes", text_max=60)
LABELS = st.text("ab 充👋", min_size=1, max_size=8).filter(str.strip)
BUTTONS = st.lists(
    st.builds(Button, label=LABELS, says=LABELS)
    | st.builds(Button, label=LABELS, url=st.just("https://example.com/a")),
    max_size=6,
)


def test_a_network_without_buttons_gets_lines():
    text, kept = degraded("What is it?", (HELP, DEPOSIT, YES), None)
    assert text == "What is it?\n\n- Help: https://example.com/help\n- Deposit: My deposit is missing\n- Yes"
    assert kept == ()


def test_what_fits_stays_a_button():
    assert degraded("Hi", (YES, HELP), TIGHT) == ("Hi", (YES, HELP))


def test_each_bound_makes_lines_of_what_is_over_it():
    over_number = degraded("Hi", (YES, HELP, YES), TIGHT)
    assert over_number == ("Hi", (YES, HELP)), "the same button twice is shown once"
    no = Button(label="No", says="No")
    assert degraded("Hi", (YES, HELP, no), TIGHT) == ("Hi\n\n- No", (YES, HELP))
    long_label = Button(label="Status", says="x")
    assert degraded("Hi", (long_label,), TIGHT) == ("Hi\n\n- Status: x", ())
    assert degraded("Hi", (Button(label="充值", says="充值"),), TIGHT) == ("Hi", (Button(label="充值", says="充值"),))
    three = Button(label="充值问题", says="充值问题")
    assert degraded("Hi", (three,), TIGHT) == ("Hi\n\n- 充值问题", ()), "12 bytes, though 4 characters"


def test_a_text_that_is_too_long_for_buttons_has_none():
    assert degraded("x" * 60, (YES,), TIGHT) == ("x" * 60, (YES,))
    assert degraded("x" * 61, (YES, HELP), TIGHT)[1] == ()
    assert degraded("👋" * 31, (YES,), TIGHT)[1] == (), "62 units of UTF-16"


def test_buttons_below_nothing_are_lines():
    assert degraded("", (YES,), TIGHT) == ("- Yes", ())


LIMITS = st.builds(
    ButtonLimits,
    most=st.integers(0, 4),
    label_max=st.none() | st.integers(1, 8),
    says_max=st.none() | st.integers(1, 9),
    says_unit=st.sampled_from(["utf16", "bytes"]),
    text_max=st.none() | st.integers(1, 90),
)


@given(st.text(max_size=80), BUTTONS, st.none() | LIMITS)
def test_nothing_is_dropped_and_no_bound_is_passed(text, buttons, limits):
    shown, kept = degraded(text, buttons, limits)
    assert shown.startswith(text)
    for button in buttons:
        assert button in kept or f"- {button.label}" in shown[len(text) :]
    if limits is None:
        assert kept == ()
        return
    assert len(kept) <= limits.most
    assert not kept or limits.text_max is None or length(shown) <= limits.text_max
    assert all(limits.label_max is None or length(each.label) <= limits.label_max for each in kept)
    assert all(limits.says_max is None or length(each.says, limits.says_unit) <= limits.says_max for each in kept)
