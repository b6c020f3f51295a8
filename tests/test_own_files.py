"""The files that regtui keeps for itself, on disks that are full or read-only and in folders that others laid out."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.cache import Cache
from regtui.history import History
from regtui.outfile import write_file
from regtui.settings import Settings, SettingsError, load_settings, write_settings

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
NOBODY = 65534
SCOPE = "https://reg.example.com anonymous"
DIGEST = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of `hello`


def keep_settings(home: Path) -> None:
    write_settings(home / ".config/regtui/settings.toml", Settings(theme="light"))


def keep_content(home: Path) -> None:
    Cache(home / ".cache/regtui").keep_content(SCOPE, DIGEST, "text/plain", b"hello")


def keep_listing(home: Path) -> None:
    keeper = Cache(home / ".cache/regtui").list_keeper(SCOPE, "catalog")
    keeper.add(["a", "b"])
    keeper.complete()
    keeper.close()


def keep_name(home: Path) -> None:
    History(home / ".local/state/regtui/history").add("etcd")


KEEPERS = [keep_settings, keep_content, keep_listing, keep_name]


@pytest.mark.parametrize("keep", KEEPERS)
@pytest.mark.parametrize("mask", [0, 0o022, 0o077], ids=oct)
def test_what_is_kept_is_for_its_owner_alone(keep: Callable[[Path], None], mask: int, tmp_path: Path) -> None:
    old = os.umask(mask)
    try:
        keep(tmp_path)
    finally:
        os.umask(old)
    made = list(tmp_path.rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o600}
    assert len([path for path in made if path.is_file()]) == 1


@pytest.mark.parametrize("keep", KEEPERS)
def test_a_folder_that_was_open_to_others_is_closed(keep: Callable[[Path], None], tmp_path: Path) -> None:
    for name in (".config/regtui", ".cache/regtui", ".local/state/regtui"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name).chmod(0o777)
    keep(tmp_path)
    kept = next(path for path in tmp_path.rglob("*") if path.is_file())
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in kept.parents if "regtui" in folder.parts)


def test_settings_behind_ones_own_link_stay_behind_it(tmp_path: Path) -> None:
    """As people do who keep their settings in a repository."""
    own, path = tmp_path / "dotfiles.toml", tmp_path / "regtui/settings.toml"
    path.parent.mkdir()
    path.symlink_to(own)
    write_settings(path, Settings(theme="light"))
    assert path.is_symlink()
    assert load_settings(own).settings.theme == "light"


def of_another(path: Path) -> None:
    """Give the thing to another user, without following a link."""
    os.lchown(path, NOBODY, NOBODY)


def foreign_link(path: Path) -> None:
    path.symlink_to("/tmp")
    of_another(path)


def foreign_folder(path: Path) -> None:
    path.mkdir()
    of_another(path)


LAYOUTS: dict[str, Callable[[Path], object]] = {
    "a file": Path.touch,
    "a FIFO": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
}
if os.geteuid() == 0:  # nobody else can lay out what belongs to others
    LAYOUTS |= {
        "a link of another user": foreign_link,
        "a folder of another user": foreign_folder,
        "a home of another user": lambda path: of_another(path.parent),
    }


@pytest.mark.parametrize("lay_out", LAYOUTS.values(), ids=LAYOUTS)
def test_a_folder_that_another_user_laid_out_is_not_used(lay_out: Callable[[Path], object], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    lay_out(home / "regtui")
    with pytest.raises(SettingsError, match=r"cannot be written|is left alone"):
        write_settings(home / "regtui/settings.toml", Settings(theme="light"))
    cache = Cache(home / "regtui")
    cache.keep_content(SCOPE, DIGEST, "text/plain", b"hello")
    assert cache.content(SCOPE, DIGEST) is None
    assert "cannot be used" in cache.trouble
    assert [path for path in home.rglob("*") if path.is_file() and path.stat().st_size] == []


WRITING = """
import sys, tempfile, tomli_w
from pathlib import Path
from tests import test_own_files as tests
from regtui.settings import SettingsError
home = Path(sys.argv[2])
getattr(tests, sys.argv[3])()
try:
    getattr(tests, sys.argv[1])(home)
except SettingsError as error:
    print(error)
cache = tests.Cache(home / ".cache/regtui")
cache.keep_content(tests.SCOPE, tests.DIGEST, "text/plain", b"hello")
print(cache.trouble)
"""


def in_trouble(keep: str, home: Path, trouble: Callable[[], None]) -> str:
    """Keep something in a process for which the disk is full, or the home is read-only."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", WRITING, keep, str(home), trouble.__name__],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def full_disk() -> None:
    """No file may grow: a write gets EFBIG, as it gets ENOSPC where a disk is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def as_nobody() -> None:
    """Root writes everywhere."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.mark.parametrize("keep", KEEPERS, ids=lambda keep: keep.__name__)
def test_a_full_disk_costs_nothing_but_what_would_be_kept(keep: Callable[[Path], None], tmp_path: Path) -> None:
    keep_settings(tmp_path)
    told = in_trouble(keep.__name__, tmp_path, full_disk)
    assert "file too large" in told
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left == [tmp_path / ".config/regtui/settings.toml"]
    assert load_settings(left[0]).settings.theme == "light"


@pytest.mark.parametrize("keep", KEEPERS, ids=lambda keep: keep.__name__)
def test_a_home_that_is_read_only_costs_nothing_else(keep: Callable[[Path], None], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o555)
    told = in_trouble(keep.__name__, home, as_nobody)
    assert "cannot be" in told
    assert list(home.iterdir()) == []


def test_what_is_written_replaces_the_old_in_one_step(tmp_path: Path) -> None:
    """Whoever has the old file open reads the old one to its end."""
    path = tmp_path / "kept"
    write_file(path, b"old")
    with path.open("rb") as before:
        write_file(path, b"new and longer")
        assert before.read() == b"old"
    assert path.read_bytes() == b"new and longer"
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]
