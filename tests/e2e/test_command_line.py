"""The command line itself: usage, exit codes, what is missing, and that its pages tell the truth."""

import fcntl
import json
import re
import socket
import subprocess
import sys
from importlib.metadata import version

import pytest

from router.demo.workspace import Workspace
from tests.e2e.test_commands import line
from tests.house.tree import ROOT, text


def test_without_arguments_it_lists_its_commands(command):
    code, out, _ = command()
    assert code == 2
    for name in ("demo", "serve", "route", "redact", "trace", "doctor", "dead-letters"):
        assert f"    {name}" in out


def test_interrupted_while_it_loads_it_ends_with_130(command, monkeypatch):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("router.cli.command.import_module", interrupted)
    assert command("doctor") == (130, "", "")


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["route", "--nonsense"], ["rules"], ["contacts"], ["trace"], ["redact", "--visibility", "open"]],
)
def test_wrong_usage_is_2_and_says_what_there_is(command, arguments):
    code, _, err = command(*arguments)
    assert code == 2
    assert err.startswith("usage: switchboard")


@pytest.mark.parametrize(
    "arguments",
    [
        ["route", "nowhere"],
        ["route", "--contacts", "nowhere"],
        ["redact", "nowhere"],
        ["redact", "/"],
        ["export", "/no/x"],
        ["demo", "--port", "0", "--dir", "/proc/no"],
    ],
)
def test_a_file_that_cannot_be_used_is_named(command, arguments):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"switchboard: {arguments[-1]}: cannot be used (")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["route", ""],
        ["route", "--contacts", ""],
        ["route", "--rules="],
        ["redact", ""],
        ["trace", "T-1", "--config", ""],
        ["tickets", "list", "--config="],
        ["contacts", "import", ""],
        ["import", ""],
        ["export", ""],
        ["demo", "--dir", ""],
        ["rules", "check", ""],
        ["rules", "explain", "hello", "--rules", ""],
        ["rules", "fmt", "--check", ""],
        ["rules", "replay", ""],
    ],
    ids=" ".join,
)
def test_a_file_without_a_name_is_wrong_usage_and_not_the_folder_one_stands_in(command, arguments):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert err.endswith(": the name is empty; name a file or folder, or leave it out\n")


@pytest.mark.parametrize("command_name", ["serve", "demo"])
def test_a_port_that_is_none_is_wrong_usage(command, command_name):
    code, _, err = command(command_name, "--port", "99999")
    assert code == 2
    assert "99999 is no port (0 to 65535)" in err


@pytest.mark.parametrize("said", ["nan", "inf", "-inf", "-1", "1e300", "many", ""])
def test_a_rate_that_is_none_is_wrong_usage(command, tmp_path, said):
    code, out, err = command("demo", f"--rate={said}", "--dir", tmp_path / "demo")
    assert (code, out) == (2, "")
    assert err.endswith(f"argument --rate: {said!r} is no number of messages per minute (0 to 60000)\n")
    assert not (tmp_path / "demo").exists()


def test_two_demos_do_not_share_a_folder(command, tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, out, err = command("demo", "--dir", tmp_path, "--port", "0")
    assert (code, out) == (78, "")
    assert (
        err
        == f"switchboard: {tmp_path} is used by a demo that is running; stop it, or name another folder with --dir\n"
    )


def test_a_demo_names_the_address_it_cannot_have_and_leaves_nothing_open(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "router", "demo", "--dir", tmp_path, "--port", str(port)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == (
        f"switchboard: 127.0.0.1:{port} cannot be used (Address already in use); "
        "try another: make run ARGS='--port 0'\n"
    )


def test_a_demo_on_a_full_disk_says_so_and_once_there_is_room_it_is_whole(command, tmp_path):
    (tmp_path / "rules.new").mkdir()
    (tmp_path / "rules.new" / "own.yaml").symlink_to("/dev/full")
    code, out, err = command("demo", "--dir", tmp_path, "--port", "0")
    assert (code, out) == (1, "")
    assert err == f"switchboard: {tmp_path}: cannot be written (No space left on device); make room, start again\n"
    assert not (tmp_path / "rules").exists(), "rules that are there are taken as they are: never half of them"
    (tmp_path / "rules.new" / "own.yaml").unlink()
    Workspace(directory=tmp_path).prepare()
    assert command("rules", "check", tmp_path / "rules")[0] == 0
    assert [path.name for path in tmp_path.glob("**/*.new")] == []


def test_what_a_terminal_cannot_show_is_an_escape_and_no_failure():
    done = subprocess.run(
        [sys.executable, "-m", "router", "rules", "explain", "--lang", "zh", "我的币被人转走了"],
        cwd=ROOT, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r"\u7ed3\u8bba\uff1acritical"), done.stdout


def test_it_says_its_version_and_its_exit_codes(command):
    assert command("--version")[:2] == (0, f"switchboard {version('switchboard')}\n")
    assert "78 wrong configuration" in " ".join(command("--help")[1].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["doctor"],
        ["migrate"],
        ["trace", "T-1"],
        ["quarantine", "list"],
        ["dead-letters", "list"],
        ["user", "add", "mei"],
        ["token", "add", "t", "--kind", "x"],
        ["contacts", "import"],
        ["import"],
        ["export"],
        ["channels", "check"],
    ],
)
def test_a_missing_configuration_is_78_and_says_where_to_start(command, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = command(*arguments)
    assert code == 78
    assert "switchboard.yaml: cannot be read" in out + err
    assert "deploy/config.example.yaml" in out + err


def test_it_is_installed_under_its_name_and_survives_a_reader_that_leaves():
    stdin = b"".join(line(f"m{n}", sender=str(n)) for n in range(20))
    whole = subprocess.run([sys.executable, "-m", "router", "route"], input=stdin, capture_output=True, check=True)
    assert len(whole.stdout.splitlines()) == 20
    assert whole.stderr == b""
    gone = subprocess.run(
        f"{sys.executable} -m router route | true", shell=True, input=stdin, capture_output=True, check=False
    )
    assert gone.stderr == b""


def test_the_page_about_formats_shows_what_route_takes_and_says(command, tmp_path):
    shown = re.findall(r"```json\n(.*?)```", text(ROOT / "docs/formats.md"), re.DOTALL)
    message, contact, decision = map(json.loads, shown[:3])
    (tmp_path / "contacts").write_text(json.dumps(contact))
    code, out, err = command("route", "--contacts", tmp_path / "contacts", stdin=json.dumps(message).encode())
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert list(said) == list(decision)
    # What the shipped pack makes of it is the pack's business.
    for key in said.keys() - {"tags", "urgency", "queue", "reasons"}:
        assert said[key] == decision[key], key
    assert {tuple(reason) for reason in said["reasons"]} == {tuple(reason) for reason in decision["reasons"]}


def test_the_steps_of_the_readme_make_a_service(tmp_path, monkeypatch, command):
    after = text(ROOT / "README.md").partition("## Run it for real")[2]
    steps = [step for step in after.split("```")[1].strip().splitlines() if not step.startswith(". ")]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", "-euc", "\n".join(steps)], cwd=ROOT, env=environment, check=True)
    monkeypatch.chdir(tmp_path / "support")
    commands = [step.partition("#")[0].split()[1:] for step in after.split("```")[3].strip().splitlines()]
    assert [words[0] for words in commands] == ["migrate", "user", "doctor", "serve"]
    for words in commands[:-1]:
        code, out, err = command(*words)
        assert code == 0, out + err


@pytest.mark.parametrize("name", ["\udce9", "x" * 100_000])
def test_a_name_that_nothing_can_have_is_answered_in_a_line(desk, name):
    desk("trace", name, code=2 if name == "\udce9" else 1)
    assert desk.err.startswith("switchboard: ")
    assert len(desk.err) < 120
