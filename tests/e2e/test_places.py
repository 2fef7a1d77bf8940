"""Where commands look for the database and who makes one: `serve`, `demo` and `migrate`, and nobody by mistake."""

import socket

import pytest

BESIDE = (
    ["trace", "T-1"],
    ["quarantine list"],
    ["quarantine show", "x"],
    ["dead-letters list"],
    ["dead-letters replay", "x"],
    ["user add", "mei"],
    ["token add", "t", "--kind", "x"],
    ["contacts import"],
    ["import"],
    ["export"],
    ["export", "--contacts"],
    ["channels check"],
    ["channels status"],
)


def test_migrate_says_what_is_missing_and_does_it_once(bare_desk):
    missing = bare_desk("migrate", "--check", code=1).splitlines()
    assert not list(bare_desk.folder.glob("house.db*")), "asking makes no database"
    assert missing[0].startswith("0001")
    assert bare_desk("migrate").splitlines() == [f"applied {name}" for name in missing]
    assert bare_desk("migrate") == bare_desk("migrate", "--check") == "up to date\n"


@pytest.mark.parametrize("arguments", BESIDE, ids=" ".join)
def test_a_command_beside_the_service_makes_no_database(bare_desk, arguments):
    bare_desk(*arguments, code=78)
    file = bare_desk.folder / "house.db"
    assert bare_desk.err == (
        f"switchboard: {bare_desk.config}: storage.url is 'sqlite:house.db', but there is no file {file}; "
        "mend the path, or make a new database there with: switchboard migrate\n"
    )
    assert not list(bare_desk.folder.glob("house.db*"))


@pytest.mark.parametrize(
    ("part", "url"),
    [("storage", "postgresql://u:p@127.0.0.1:99999/x"), ("bus", "redis://127.0.0.1:abc")],
)
def test_a_port_that_cannot_be_is_a_mistake_of_configuration(bare_desk, part, url):
    bare_desk.settings[part] = {"url": url}
    bare_desk.write()
    bare_desk("serve", code=78)
    said = bare_desk.err.splitlines()[-1]
    assert said.startswith(f"switchboard: {part}")
    assert "port" in said.lower()


def test_paths_of_a_configuration_behind_a_link_are_beside_the_link(bare_desk):
    """New contents are put in place of old ones by turning a link; the database is not where they come from."""
    (bare_desk.folder / "contents").mkdir()
    bare_desk.config.rename(bare_desk.folder / "contents" / "version-2.yaml")
    bare_desk.config.symlink_to("contents/version-2.yaml")
    bare_desk("migrate")
    assert (bare_desk.folder / "house.db").exists()
    bare_desk("export")
    with socket.socket() as taken:  # as far as a service comes that cannot listen
        taken.bind(("127.0.0.1", 0))
        bare_desk("serve", "--port", str(taken.getsockname()[1]), code=1)
    assert [path.name for path in (bare_desk.folder / "contents").iterdir()] == ["version-2.yaml"]
