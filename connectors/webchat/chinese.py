"""What the web chat says of how it is, in Chinese, with the same blanks. Pure data."""

from typing import Final

SAID: Final = {
    "{n} connected": "{n} 个连接",
}
