"""What the demo says first, in Chinese: all of it, with addresses that answer."""

import re
from urllib.request import urlopen

from tests.servers.demo import running_demo

_ENGLISH = re.compile(r"\b(write|customer|answer|post|call|browser|password|running|sign in)\b")


def test_the_demo_greets_in_the_language_of_its_reader(tmp_path):
    with running_demo(tmp_path, "--rate", "0", "--lang", "zh") as demo:
        spoken = [line for line in demo.printed.splitlines() if "curl" not in line]
        assert [line for line in spoken if _ENGLISH.search(line.replace(str(tmp_path), ""))] == []
        for name in ("客户聊天页", "网页表单", "Telegram", "Facebook", "X", "电话"):
            found = re.search(rf"^  {name} .*?(http\S+)", demo.printed, re.MULTILINE)
            assert found is not None, demo.printed
            with urlopen(found[1]) as page:
                assert page.status == 200
