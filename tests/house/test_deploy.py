"""Image, unit, alerts: parsed as far as a test can without Docker, systemd or Prometheus running."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass

import pytest
import yaml

from router.telemetry import Metrics
from tests.house.tree import ROOT, files

DEPLOY = ROOT / "deploy"
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
# The instructions of a Dockerfile (docs.docker.com/reference/dockerfile), without the deprecated MAINTAINER.
INSTRUCTIONS = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip


@dataclass
class Instruction:
    name: str
    value: str


@pytest.fixture(scope="module")
def stages() -> list[list[Instruction]]:
    """The Dockerfile's stages, comments gone and continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[list[Instruction]] = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if not line.strip():
            continue
        name, _, value = line.partition(" ")
        assert name in INSTRUCTIONS, line
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, value.strip()))
    return found


def values(stage: list[Instruction], name: str) -> list[str]:
    return [one.value for one in stage if one.name == name]


class TestImage:
    def test_is_built_in_one_stage_and_runs_in_another(self, stages):
        build, run = stages
        base, _, name = values(build, "FROM")[0].partition(" AS ")
        assert values(run, "FROM") == [base], "one base: the environment links to its Python"
        assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
        assert f"--from={name} /opt/switchboard /opt/switchboard" in values(run, "COPY")
        assert not [one for one in values(run, "RUN") if "pip" in one or "apt-get" in one]

    def test_runs_without_privileges(self, stages):
        run = stages[-1]
        assert values(run, "USER") == ["10001:10001"]
        after = [one.name for one in run][[one.name for one in run].index("USER") :]
        assert not {"RUN", "COPY", "ADD"} & set(after), "nothing is changed as that user"

    def test_copies_what_exists_and_what_the_builder_receives(self, stages):
        ignore = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        sent = {line[1:].rstrip("/") for line in ignore if line.startswith("!")}
        assert "*" in ignore
        for stage in stages:
            for copy in values(stage, "COPY"):
                if copy.startswith("--from="):
                    continue
                *sources, _ = shlex.split(copy)
                assert {source.rstrip("/") for source in sources} <= sent, copy
        assert all((ROOT / name).exists() for name in sent)
        packages = {path.parts[0] for path in files() if path.name == "__init__.py"} - {"tests"}
        assert packages - {"benchmarks"} <= sent

    def test_starts_a_command_we_have(self, stages):
        run = stages[-1]
        (entrypoint,) = (yaml.safe_load(one) for one in values(run, "ENTRYPOINT"))
        (command,) = (yaml.safe_load(one) for one in values(run, "CMD"))
        assert entrypoint[0] in SCRIPTS
        assert command == ["serve", "--config", "/etc/switchboard/switchboard.yaml"]

    def test_its_health_check_is_python_that_asks_its_own_port(self, stages):
        run = stages[-1]
        (check,) = values(run, "HEALTHCHECK")
        program, flag, source = yaml.safe_load(check.partition("CMD ")[2])
        assert (program, flag) == ("python", "-c")
        compile(source, "HEALTHCHECK", "exec")
        assert f":{values(run, 'EXPOSE')[0]}/healthz" in source


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """The unit's keys; systemd lets one stand several times, each adds to it."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "switchboard.service").read_text().splitlines():
        if line and line[0] not in "#[":
            key, equals, value = line.partition("=")
            assert equals, line
            found.setdefault(key, []).append(value)
    return found


class TestUnit:
    def test_starts_our_command_and_not_again_after_a_configuration_error(self, unit):
        program, *arguments = shlex.split(unit["ExecStart"][0])
        assert program.rpartition("/")[2] in SCRIPTS
        assert arguments == ["serve", "--config", "/etc/switchboard/switchboard.yaml"]
        assert unit["RestartPreventExitStatus"] == ["2 78"]
        assert unit["Restart"] == ["always"]
        assert unit["StartLimitIntervalSec"] == ["0"], "an outage longer than the limit would end the service"
        assert unit["WantedBy"] == ["multi-user.target"]

    @pytest.mark.parametrize(
        "key",
        ["DynamicUser", "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome",
         "ProtectKernelTunables", "ProtectControlGroups", "RestrictNamespaces", "LockPersonality"],
    )  # fmt: skip
    def test_is_hardened(self, unit, key):
        assert unit[key] == ["yes"]

    def test_may_write_and_do_little(self, unit):
        assert unit["ProtectSystem"] == ["strict"]
        assert unit["StateDirectory"] == ["switchboard"]
        assert unit["CapabilityBoundingSet"] == [""]
        assert unit["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]

    def test_gives_the_secrets_its_example_configuration_reads(self, unit):
        given = [one.partition(":")[0] for one in unit["LoadCredential"]]
        read = re.findall(
            r"file:/run/credentials/switchboard\.service/(\w+)",
            (DEPLOY / "config.example.yaml").read_text(),
        )
        assert sorted(given) == sorted(read)

    def test_systemd_itself_accepts_it_and_finds_little_exposed(self, tmp_path):
        analyze = shutil.which("systemd-analyze")
        if analyze is None:
            # Nothing to ask here; the checks above stand alone.
            return
        unit = tmp_path / "switchboard.service"
        text = (DEPLOY / "switchboard.service").read_text()
        # systemd looks for the program; on this machine only this Python is sure to exist.
        unit.write_text(text.replace("/opt/switchboard/bin/switchboard", sys.executable))
        for question in (["verify"], ["security", "--offline=true", "--threshold=20", "--no-pager"]):
            done = subprocess.run([analyze, *question, unit], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def rules() -> list[dict]:
    """The alerting rules of the one group."""
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    assert set(group) == {"name", "rules"}
    return group["rules"]


class TestAlerts:
    def test_every_rule_is_whole(self, rules):
        assert len({rule["alert"] for rule in rules}) == len(rules)
        for rule in rules:
            assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
            assert re.fullmatch(r"Switchboard[A-Z]\w+", rule["alert"])
            assert re.fullmatch(r"\d+[smh]", rule["for"]), rule["alert"]
            assert rule["labels"]["severity"] in {"warning", "critical"}
            assert set(rule["annotations"]) == {"summary", "description"}

    def test_expressions_are_balanced_and_compare(self, rules):
        for rule in rules:
            bare = re.sub(r'"[^"]*"', '""', rule["expr"])
            assert all(bare.count(a) == bare.count(b) for a, b in ("()", "{}", "[]")), rule["alert"]
            assert re.search(r" (==|>|<|>=|<=|!=) [\d.]+$", bare), rule["alert"]

    def test_every_series_is_one_we_expose_with_these_labels(self, rules):
        metrics = Metrics()
        series = {family.name: family.type for family in metrics.registry.collect()}
        # What a scrape shows: counters end in _total, histograms in _bucket, _sum and _count.
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
        exposed = {name + end for name, kind in series.items() for end in suffixes[kind]}
        named = {one for rule in rules for one in re.findall(r"\bswitchboard_\w+", rule["expr"])}
        assert named - {"switchboard"} <= exposed

    def test_what_must_be_seen_is_watched(self, rules):
        watched = " ".join(rule["expr"] for rule in rules)
        for name in (
            "switchboard_oldest_unrouted_seconds", "switchboard_dead_letters", "switchboard_quarantined",
            "switchboard_alarms_unanswered", "switchboard_undecided", "switchboard_pages_failed_total",
            "switchboard_channel_up", "switchboard_rules_last_reload_ok", "switchboard_store_writable",
        ):  # fmt: skip
            assert name in watched
