"""Plans of RHEL's Docker against recorded ones: registries, endpoints and refusals of a name, without a packet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from regtui.engines.base import Endpoint, Plan, Question
from regtui.engines.rhel_docker import RHEL_DOCKER
from regtui.host.certs import read_certs
from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.model import EngineName, HostConfig, Setting, Source
from tests.golden import Row, rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DAEMON = "Error response from daemon: "
# The recordings are of the function Pull alone; the daemon around it has its own words for an empty list.
EMPTY_LIST = {"No configured registry to pull from.": "No default registry configured."}

FLAGS = [row for row in rows("flags.jsonl") if row["expect"].get("pull")]
HOSTS = [row for row in rows("hosts.jsonl") if row["expected"].get("pull")]


def written(endpoint: Endpoint) -> str:
    """Return an endpoint as the recordings write it."""
    url = endpoint.url if "://" in endpoint.url and endpoint.host else endpoint.url.rstrip("/")
    return f"{endpoint.api} {url}{' mirror' if endpoint.mirror else ''}{'' if endpoint.verify else ' skip-verify'}"


def recorded(endpoint: str) -> str:
    """Return a recorded endpoint without the slash that Go keeps at the end of a mirror."""
    return endpoint.replace("/ mirror", " mirror")


def assert_plan(plan: Plan, expected: dict[str, Any]) -> None:
    """Compare a plan with what was recorded of a pull."""
    if "error" in expected:
        assert plan.refused
        text = EMPTY_LIST.get(expected["error"], expected["error"])
        assert plan.refused[0].removeprefix(DAEMON) == text
        return
    steps = expected["steps"]
    first_error = steps[0].get("error", "")
    if first_error.startswith("Failed to fully qualify"):
        # The whole daemon refuses a list that begins with a name it cannot use (recorded in pull-rhel-docker.jsonl).
        assert plan.refused == (DAEMON + first_error.partition(" registry: ")[2],)
        return
    assert not plan.refused
    assert len(plan.candidates) == len(steps)
    for candidate, step in zip(plan.candidates, steps, strict=True):
        if "error" in step:
            assert candidate.reason == step["error"]
            assert candidate.endpoints == ()
            continue
        assert [written(endpoint) for endpoint in candidate.endpoints] == [recorded(e) for e in step["endpoints"]]
        assert candidate.full_name == step["trying"]
        assert candidate.name + candidate.suffix == step["qualified"]
        if "remote" in step:
            assert candidate.repository == step["remote"]
            keys = {endpoint.key for endpoint in candidate.endpoints if not endpoint.mirror}
            assert keys <= {step["auth_key"]}


def broken(root: Path, names: Mapping[str, object]) -> dict[str, str]:
    """Return the engine's texts for the certs.d directories below a root that it cannot use."""
    files = HostFiles(root)
    hosts = {name.partition("/")[0] for name in names}
    read = {host: read_certs(files, f"/etc/docker/certs.d/{host}", EngineName.RHEL_DOCKER) for host in hosts}
    return {host: certs.error for host, certs in read.items() if certs.error}


@pytest.mark.parametrize("row", FLAGS, ids=[row["id"] for row in FLAGS])
def test_arguments_give_the_recorded_endpoints(row: Row, tmp_path: Path) -> None:
    config = configured(row)
    certs = row.get("certs_d") or {}
    for name, kind in certs.items():
        path = tmp_path / "etc/docker/certs.d" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "dangling symlink":
            path.symlink_to("/nowhere")
        else:
            path.write_text("no certificate")
    for expected in row["expect"]["pull"]:
        assert_plan(RHEL_DOCKER.plan(Question(config, expected["name"], {}, broken(tmp_path, certs))), expected)


def configured(row: Row) -> HostConfig:
    """Return the configuration of a row of flags.jsonl."""
    words = tuple(Setting("", word, Source("command line")) for word in row["args"])
    text = row.get("daemon_json")
    file = None if text is None else DaemonJson("/etc/docker/daemon.json", text.encode())
    return configure(EngineName.RHEL_DOCKER, "recorded", words, file)


@pytest.mark.parametrize("row", HOSTS, ids=[row["id"] for row in HOSTS])
def test_files_give_the_recorded_endpoints(row: Row, tmp_path: Path) -> None:
    for name, text in row["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(row["encoding"]))
    config = load(str(tmp_path), (), EngineName.RHEL_DOCKER)
    for expected in row["expected"]["pull"]:
        assert_plan(RHEL_DOCKER.plan(Question(config, expected["name"])), expected)
