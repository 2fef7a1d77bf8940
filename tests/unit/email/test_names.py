"""Names of attached files: never a path, a device, a trick or empty."""

import pytest

from connectors.email.names import safe_name
from router.model.limits import NAME_CHARS_MAX

CASES = [
    ("report.pdf", "report.pdf"),
    ("a/b\\c.txt", "c.txt"),
    ("../..", "attachment-7.bin"),
    ("...hidden", "hidden"),
    ("nul", "_nul"),
    ("LPT1.doc", "_LPT1.doc"),
    ("console.log", "console.log"),
    ("a\r\nb\0.txt", "ab.txt"),
    ("annual\u202etxt.exe", "annualtxt.exe"),
    ('what?"*.pdf', "what_”_.pdf"),
    ("2076309287:AAx.txt", "2076309287：AAx.txt"),
    ("合同.pdf", "合同.pdf"),
    (None, "attachment-7.bin"),
    ("", "attachment-7.bin"),
    ("x" * 500 + ".pdf", "x" * (NAME_CHARS_MAX - 4) + ".pdf"),
    ("x" * 500, "x" * NAME_CHARS_MAX),
]


@pytest.mark.parametrize(("name", "wanted"), CASES)
def test_names_are_safe(name, wanted):
    assert safe_name(name, "application/octet-stream", 7) == wanted


def test_made_up_names_tell_the_type():
    assert safe_name(None, "image/png", 2) == "image-2.png"
    assert safe_name(None, "text/calendar", 1) == "invite-1.ics"
    assert safe_name(None, "message/rfc822", 3) == "message-3.eml"
