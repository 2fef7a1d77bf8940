"""The agents' web app: static modules without a build step. `STATIC` is what browsers fetch, `PAGES` templates."""

from pathlib import Path

STATIC: Path = Path(__file__).parent / "static"
PAGES: Path = Path(__file__).parent / "pages"
