"""The wheel holds the house: what is missing from it is missing from every image and installation."""

import shutil
import subprocess
import sys
import zipfile

from tests.house.tree import ROOT, files

# Read by developers and their tools, never by the running house.
_NOT_INSTALLED = {".ts", ".lock"}
PACKAGES = ("router", "rules", "connectors", "inbox")


def test_every_file_of_the_packages_is_in_the_wheel(tmp_path):
    source = tmp_path / "source"
    for path in files():
        if path.parts[0] in PACKAGES or len(path.parts) == 1:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, source / path)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(tmp_path)!r})"  # what pip calls
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    kept = {path.as_posix() for path in files() if path.parts[0] in PACKAGES and path.suffix not in _NOT_INSTALLED}
    assert kept - packed == set()
    assert {name.rpartition("/")[2] for name in packed if "/licenses/" in name} == {"LICENSE", "NOTICE"}
