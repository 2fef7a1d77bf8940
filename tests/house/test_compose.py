"""The compose files: what cannot be started here is held against the specification, and against our own code."""

from pathlib import PurePosixPath

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.house.compose_schema import COMPOSE_SCHEMA
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
FILES = ("compose.yaml", "compose.scaled.yaml")
ROLES = {"intake", "route", "deliver", "web"}
MADE_ON_THE_MACHINE = "./secrets/"


def problems(compose: object) -> list[str]:
    found = Draft202012Validator(COMPOSE_SCHEMA).iter_errors(compose)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@pytest.fixture(params=FILES)
def compose(request):
    return yaml.safe_load((DEPLOY / request.param).read_text())


def ours(compose: dict) -> dict:
    return {name: one for name, one in compose["services"].items() if one["image"] == "switchboard:local"}


def test_follows_the_specification(compose):
    assert problems(compose) == []


def test_the_schema_refuses_what_is_misspelt(compose):
    compose["services"]["web"] = {"image": "switchboard:local", "comand": ["serve"]}
    (problem,) = problems(compose)
    assert "comand" in problem
    compose["services"]["web"] = {"image": "switchboard:local", "ports": ["8080:8080"]}
    (problem,) = problems(compose)
    assert "8080:8080" in problem


def test_names_only_what_it_declares(compose):
    for name, service in compose["services"].items():
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists(), f"{name}: {source}"
            else:
                assert source in compose["volumes"], f"{name}: {source}"
    published = [port.split(":")[1] for one in compose["services"].values() for port in one.get("ports", [])]
    assert len(published) == len(set(published))


def mounted_settings(service: dict) -> str:
    (settings,) = [one.split(":")[0] for one in service["volumes"] if "/etc/switchboard/switchboard.yaml" in one]
    return (DEPLOY / settings).read_text()


def test_our_containers_may_write_only_where_their_database_and_their_files_are(compose):
    assert ours(compose)
    for name, service in ours(compose).items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        writable = [one for one in service["volumes"] if not one.endswith(":ro")]
        settings = yaml.safe_load(mounted_settings(service))
        url = settings["storage"]["url"]
        # Files are beside an embedded database; beside PostgreSQL the settings say where.
        path = url.removeprefix("sqlite:") if url.startswith("sqlite:") else settings["media"]["path"]
        assert [one.split(":")[1] for one in writable] == [str(PurePosixPath(path).parent)], name


def test_roles_of_one_house_share_the_volume_of_files(compose):
    volumes = [one for service in ours(compose).values() for one in service["volumes"]]
    assert len({one.split(":")[0] for one in volumes if not one.endswith(":ro")}) == 1


def test_no_secret_stands_in_a_compose_file(compose):
    for name, secret in compose["secrets"].items():
        assert secret["file"] == MADE_ON_THE_MACHINE + name
    script = (DEPLOY / "make-secrets.sh").read_text()
    assert all(f"make {name} " in script for name in compose["secrets"])
    for service in compose["services"].values():
        secretive = [
            key for key in service.get("environment", {}) if key.endswith(("PASSWORD", "KEY", "TOKEN", "SECRET"))
        ]
        assert not secretive


def test_the_settings_it_mounts_name_the_secrets_it_gives(compose):
    for name, service in ours(compose).items():
        text = mounted_settings(service)
        for secret in service["secrets"]:
            assert f"file:/run/secrets/{secret}\n" in text, f"{name}: the settings do not use {secret}"
        assert text.count("file:/run/secrets/") == len(service["secrets"]), name


def test_the_scaled_file_runs_every_role_once():
    compose = yaml.safe_load((DEPLOY / "compose.scaled.yaml").read_text())
    roles = {
        name: service["command"][service["command"].index("--role") + 1]
        for name, service in ours(compose).items()
        if "--role" in service.get("command", [])
    }
    assert roles == {role: role for role in ROLES}
    for role in ROLES:
        needs = compose["services"][role]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}


def test_prometheus_scrapes_every_role_and_reads_the_alerts():
    scrape = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
    (job,) = scrape["scrape_configs"]
    assert set(job["dns_sd_configs"][0]["names"]) == ROLES
    services = yaml.safe_load((DEPLOY / "compose.scaled.yaml").read_text())["services"]
    mounted = {one.split(":")[0]: one.split(":")[1] for one in services["prometheus"]["volumes"]}
    place = PurePosixPath(mounted["./prometheus/prometheus.yaml"]).parent
    assert [str(place / name) for name in scrape["rule_files"]] == [mounted["./prometheus/alerts.yaml"]]
