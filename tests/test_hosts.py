"""Whole hosts from their files alone: recorded command lines, registries, rules and refusals, end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.host.discover import load
from regtui.host.gonet import host_of
from regtui.host.model import EngineName, HostConfig, Security
from regtui.host.security import security_of
from tests.golden import Row, rows

if TYPE_CHECKING:
    from pathlib import Path

ROWS = rows("hosts.jsonl")
STARTING = [row for row in ROWS if row["expected"]["start_error"] is None]
# The rows tell what RHEL's Docker makes of a host; these two have no sign of it, and are Docker Engine's by themselves.
NO_SIGN_OF_RHEL = {"80-comma-list-is-one-name-neither-cidr-nor", "88-ipv6-name-is-listed-as-it-stands-an-imag"}
UNQUOTED = str.maketrans("", "", "'\"\\")


def ids(found: list[Row]) -> list[str]:
    return [row["id"] for row in found]


def config_of(row: Row, root: Path, engine: EngineName | None = EngineName.RHEL_DOCKER) -> HostConfig:
    for path, text in row["files"].items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode(row["encoding"]))
    return load(root, engine=engine)


def is_insecure(config: HostConfig, name: str) -> bool:
    """Judge as the engine does on a host whose DNS answers nothing."""
    return security_of(config, name, {host_of(name): None}).security is Security.INSECURE


def test_every_recorded_host_is_here() -> None:
    assert (len(ROWS), len(STARTING)) == (48, 42)


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_the_words_that_dockerd_gets(row: Row, tmp_path: Path) -> None:
    config = config_of(row, tmp_path)
    assert [setting.value for setting in config.arguments] == row["expected"]["dockerd_args"]
    assert all(setting.option == "" for setting in config.arguments)


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_each_word_stands_where_its_source_says(row: Row, tmp_path: Path) -> None:
    config = config_of(row, tmp_path)
    for setting in config.arguments:
        source = setting.source
        text = row["files"][source.file.lstrip("/")]
        assert source.line is not None
        lines = text.split("\n")[source.line - 1 :]
        assert source.name in lines[0]  # where the assignment begins; it may go over several lines
        assert setting.value in "\n".join(lines).translate(UNQUOTED)


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_whether_dockerd_starts(row: Row, tmp_path: Path) -> None:
    refusal = config_of(row, tmp_path).refusal
    assert (None if refusal is None else refusal.message) == row["expected"]["start_error"]


@pytest.mark.parametrize("row", STARTING, ids=ids(STARTING))
def test_registries_and_their_rules(row: Row, tmp_path: Path) -> None:
    config, expected = config_of(row, tmp_path), row["expected"]
    names = [setting.value for setting in config.registries]
    assert [{"name": name, "secure": not is_insecure(config, name)} for name in names] == expected["registries"]
    insecure = {name for name in names if is_insecure(config, name)}
    insecure |= {entry.value for entry in config.insecure if entry.network is None}
    assert insecure == set(expected["insecure_names"])
    assert [str(entry.network) for entry in config.insecure if entry.network] == expected["insecure_cidrs"]
    assert [setting.value for setting in config.mirrors] == expected["mirrors"]
    assert sorted({setting.value for setting in config.blocked}) == expected["blocked"]
    assert config.signature_verification is expected["signature_verification"]
    assert config.disable_legacy_registry is expected["disable_legacy_registry"]


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_the_engine_is_recognized(row: Row, tmp_path: Path) -> None:
    config = config_of(row, tmp_path, engine=None)
    moby = row["id"] in NO_SIGN_OF_RHEL
    assert config.engine is (EngineName.MOBY if moby else EngineName.RHEL_DOCKER)
    assert config.engine_reason


@pytest.mark.parametrize("row", ROWS, ids=ids(ROWS))
def test_every_file_of_the_host_was_read_that_bears_on_it(row: Row, tmp_path: Path) -> None:
    config = config_of(row, tmp_path)
    assert {f"/{path}" for path in row["files"]} <= {file.path for file in config.files if file.state == "read"}
    assert config.root == str(tmp_path)
