"""A customer's browser without JavaScript: opens the form, fills in what is asked, sends it as browsers do, follows
where it is sent. Strict: a page that breaks its promises raises. For tests and the demo.
"""

from html.parser import HTMLParser
from io import BytesIO
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec

_TIMEOUT_S: Final = 30.0


class ChosenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the customer's device."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"


class _Reader(HTMLParser):
    """What of a page a customer could fill in, press or read."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.actions: list[str] = []
        self.alarm = ""
        self.texts: list[str] = []
        self._area = ""
        self._select = ""
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember fields with what they hold."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.actions.append(given["action"])
        elif tag == "input" and given.get("type") != "file":
            self.values[name] = given.get("value", "")
        elif tag == "textarea":
            self._area, self.values[name] = name, ""
        elif tag == "select":
            self._select, self.values[name] = name, ""
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value", "")
        elif tag == "button" and "alarm=1" in given.get("formaction", ""):
            self.alarm = given["formaction"]
        elif tag in {"style", "script", "title"}:
            self._unseen += 1

    def handle_endtag(self, tag: str) -> None:
        """Leave a field."""
        if tag == "textarea":
            # The first line end belongs to the markup (HTML, the textarea element).
            self.values[self._area] = self.values[self._area].removeprefix("\n")
            self._area = ""
        elif tag in {"style", "script", "title"}:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if self._area:
            self.values[self._area] += data
        elif not self._unseen and data.strip():
            self.texts.append(data.strip())


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it was shown."""

    url: str
    status: int
    headers: dict[str, str]
    html: str
    values: dict[str, str]
    """What its form holds, with what is hidden."""
    action: str
    alarm: str
    """Where the alarm leads; empty when there is none."""
    text: str
    """What can be read."""


class FormCustomer:
    """One customer at one form."""

    def __init__(self, http: aiohttp.ClientSession, url: str, **headers: str) -> None:
        self._http, self._url = http, url
        self._headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)), **headers}
        self._timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)

    async def open(self, url: str | None = None) -> Page:
        """Open the form, or another page."""
        async with self._http.get(url or self._url, headers=self._headers, timeout=self._timeout) as response:
            return await _page(response)

    async def send(self, page: Page, *files: ChosenFile, **values: str) -> Page:
        """Fill in and press Send; the page that follows."""
        return await self._post(page, page.action, values, files)

    async def press_alarm(self, page: Page, *files: ChosenFile, **values: str) -> Page:
        """Press the alarm, whatever is filled in."""
        return await self._post(page, page.alarm, values, files)

    async def post(self, url: str, body: bytes, content_type: str) -> Page:
        """Send bytes of any kind."""
        headers = {**self._headers, "Content-Type": content_type}
        async with self._http.post(
            url, data=BytesIO(body), headers=headers, timeout=self._timeout, allow_redirects=False
        ) as response:
            return await self._followed(response)

    async def _post(self, page: Page, action: str, values: dict[str, str], files: tuple[ChosenFile, ...]) -> Page:
        body, boundary = encoded({**page.values, **values}, files)
        return await self.post(urljoin(page.url, action), body, f"multipart/form-data; boundary={boundary}")

    async def _followed(self, response: aiohttp.ClientResponse) -> Page:
        """The page a redirect leads to: by GET, as a 303 asks (RFC 9110, section 15.4.4)."""
        if response.status != 303:
            return await _page(response)
        return await self.open(urljoin(str(response.url), response.headers["Location"]))


async def _page(response: aiohttp.ClientResponse) -> Page:
    html = await response.text()
    reader = _Reader()
    reader.feed(html)
    return Page(
        url=str(response.url),
        status=response.status,
        headers=dict(response.headers),
        html=html,
        values=reader.values,
        action=reader.actions[0] if reader.actions else "",
        alarm=reader.alarm,
        text="\n".join(reader.texts),
    )


def encoded(values: dict[str, str], files: tuple[ChosenFile, ...]) -> tuple[bytes, str]:
    """A body as browsers write it (RFC 7578; line ends in texts as CRLF), and its boundary."""
    boundary = "----SwitchboardFormBoundary7MA4YWxkTrZu0gW"
    lines: list[bytes] = []
    for name, value in values.items():
        text = value.replace("\r\n", "\n").replace("\n", "\r\n")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        lines.append(head.encode() + text.encode("utf-8", "surrogatepass") + b"\r\n")
    for file in files or (ChosenFile(name="", data=b""),):
        shown = file.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{shown}"\r\n'
            f"Content-Type: {file.content_type}\r\n\r\n"
        )
        lines.append(head.encode("utf-8", "surrogatepass") + file.data + b"\r\n")
    return b"".join(lines) + f"--{boundary}--\r\n".encode(), boundary
