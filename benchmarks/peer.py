"""django-helpdesk 2.6.1 as a peer: installed into a throw-away environment, fed the same mails on SQLite (WAL)."""

import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

RELEASE: Final = "django-helpdesk==2.6.1"
_INSTALL_S: Final = 180
_RUN_S: Final = 300
_CALL: Final = "import helpdesk_project; helpdesk_project.main()"


class Result(msgspec.Struct, frozen=True):
    """One run over all mails."""

    seconds: float
    cpu: float
    messages: int
    tickets: int


class Helpdesk:
    """An installed django-helpdesk."""

    def __init__(self, python: Path, mails: Path, directory: Path) -> None:
        self._python, self._mails, self._directory = python, mails, directory

    def run(self) -> Result:
        """All mails into an empty database."""
        with tempfile.TemporaryDirectory(dir=self._directory) as work:
            command = [self._python, "-c", _CALL, self._mails, work]
            here = Path(__file__).parent
            done = subprocess.run(command, cwd=here, capture_output=True, timeout=_RUN_S, check=True)
        return msgspec.json.decode(done.stdout.splitlines()[-1], type=Result)


@contextmanager
def installed(mails: Sequence[bytes]) -> Iterator[Helpdesk | str]:
    """A helpdesk that will be fed `mails`, or why there is none (no package index within reach)."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-") as name:
        directory = Path(name)
        venv.create(directory / "venv", with_pip=True)
        python = directory / "venv" / "bin" / "python"
        print(f"  installing {RELEASE} into a throw-away environment ...", file=sys.stderr)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", RELEASE]
        try:
            subprocess.run(pip, capture_output=True, timeout=_INSTALL_S, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            yield f"{RELEASE} could not be installed ({type(error).__name__}); is a package index within reach?"
            return
        box = directory / "mails"
        box.mkdir()
        for number, raw in enumerate(mails):
            (box / f"{number:04}.eml").write_bytes(raw)
        yield Helpdesk(python, box, directory)
