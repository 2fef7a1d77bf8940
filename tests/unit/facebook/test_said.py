"""What Facebook tells of itself is told in Chinese, too."""

import re
from collections import Counter

from connectors.facebook.chinese import SAID
from connectors.facebook.take import names
from router.core.channel_remarks import translator


def test_what_was_counted_is_told_in_chinese():
    detail = "; ".join(["Wallet", *names(Counter(echo=1, page=2, standby=3, other_page=4))])
    assert re.findall("[a-z]{2,}", translator(SAID)(detail).removeprefix("Wallet")) == []
