"""A name that was typed with a password in it: nothing shows or keeps the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.cli import run
from regtui.text import mask_login
from regtui.tui.widgets.name_input import NameInput
from tests.test_tui_naming import ScriptedNames, app_of
from tests.tui_fakes import ScriptedSession
from tests.tui_screens import home, screen_text, settled

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "S3cr3t"
DIGEST = f"sha256:{'0' * 64}"
NAMES = {
    f"https://u:{SECRET}@h.example/x": "https://u:***@h.example/x",
    f"u:{SECRET}@h.example/x": "u:***@h.example/x",
    f"u:{SECRET}@h.example:5000/x:1": "u:***@h.example:5000/x:1",
    f"u:{SECRET}@h.example/x@{DIGEST}": f"u:***@h.example/x@{DIGEST}",
    f"http://{SECRET}@h.example/x": "http://***@h.example/x",
    f"https://u:a/{SECRET}@h.example": "https://u:***@h.example",
    f"https://u:a@{SECRET}@h.example": "https://u:***@h.example",
    f"u:a/{SECRET}@h.example/x": "u:***@h.example/x",
}
PLAIN = (
    "etcd",
    "etcd:3.5",
    "host:5000/team/app:1",
    f"etcd@{DIGEST}",
    f"etcd:3.5@{DIGEST}",
    f"host:5000/team/app:1@{DIGEST}",
    f"https://host:5000/app@{DIGEST}",
    "etcd:3.5@sha256:abc",
    "host:5000/app@latest",
    "team/app:1@latest",
)


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_a_password_in_a_name_is_masked(name: str, shown: str) -> None:
    assert mask_login(name) == shown
    assert mask_login(shown) == shown


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_password_stays(name: str) -> None:
    assert mask_login(name) == name


@given(st.text("ab0:/@.*-", max_size=30))
def test_masking_again_changes_nothing(name: str) -> None:
    assert mask_login(mask_login(name)) == mask_login(name)


@pytest.mark.fault(70)
@pytest.mark.parametrize("engine", ["rhel-docker", "moby", "podman", "ctr", "nerdctl", "kubelet", "all"])
@pytest.mark.parametrize(
    "flags", [(), ("--dry-run",), ("--json",), ("--dry-run", "--json"), ("--report", "markdown"), ("--report", "text")]
)
def test_no_engine_text_and_no_document_echoes_it(
    engine: str,
    flags: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if engine == "all" and "--report" in flags:
        return  # refused: a report tells of one engine
    for name in (f"https://u:{SECRET}@h.example/x", f"u:{SECRET}@h.example/x"):
        assert run(["resolve", name, *flags, "--engine", engine, "--root", str(tmp_path)]) == 1
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err
        if engine == "rhel-docker" and "--report" not in flags:
            assert "u:***@h.example/x" in printed.out + printed.err


@pytest.mark.fault(70)
@pytest.mark.parametrize("command", ["catalog", "tags", "inspect"])
def test_no_command_of_browsing_echoes_it(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (f"https://u:{SECRET}@127.0.0.1:1/x", f"u:{SECRET}@127.0.0.1:1/x"):
        assert run([command, name, "--root", str(tmp_path)]) != 0
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err


@pytest.mark.fault(70)
def test_a_recording_does_not_hold_it(tmp_path: Path) -> None:
    file = tmp_path / "walk"
    run(["resolve", f"https://u:{SECRET}@h.example/x", "--record", str(file), "--root", str(tmp_path)])
    assert SECRET not in file.read_text()


@pytest.mark.fault(70)
async def test_once_it_is_asked_the_screen_does_not_show_it_and_the_history_does_not_have_it() -> None:
    names = ScriptedNames()
    session = ScriptedSession(scripts={"u:***@h.example/x": ()})
    async with app_of(session, names).run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        screen = home(pilot)
        screen.ask(f"u:{SECRET}@h.example/x")
        await settled(pilot)
        assert screen.query_one(NameInput).value == "u:***@h.example/x"
        assert SECRET not in screen_text(pilot)
        assert screen.name_asked == "u:***@h.example/x"
        assert not any(SECRET in name for name in names.kept)
