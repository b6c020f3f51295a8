"""The cache: kept by digest and for one user, dropped when damaged, and never a way into other files."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regtui.cache import LIST_LIMIT, MOST_BYTES, SCHEMA, Cache

BODY = b'{"schemaVersion": 2}'
DIGEST = "sha256:" + hashlib.sha256(BODY).hexdigest()
TYPE = "application/vnd.oci.image.manifest.v1+json"
SCOPE = "https://reg.example.com alice"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def keep_names(cache: Cache, *names: str, scope: str = SCOPE, listing: str = "catalog") -> None:
    keeper = cache.list_keeper(scope, listing)
    keeper.add(names)
    keeper.complete()
    keeper.close()


def kept_names(cache: Cache, *, scope: str = SCOPE, listing: str = "catalog") -> list[str] | None:
    kept = cache.listing(scope, listing)
    return None if kept is None else "".join(kept.chunks()).split("\n")[:-1]


def test_content_comes_back_with_its_type(folder: Path) -> None:
    cache = Cache(folder)
    assert cache.content(SCOPE, DIGEST) is None
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert cache.content(SCOPE, DIGEST) == (TYPE, BODY)
    assert Cache(folder).content(SCOPE, DIGEST) == (TYPE, BODY)
    assert cache.trouble == ""


@given(body=st.binary(max_size=2000), algorithm=st.sampled_from(["sha256", "sha384", "sha512"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_bytes_come_back_as_they_were(folder: Path, body: bytes, algorithm: str) -> None:
    cache = Cache(folder)
    digest = f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"
    cache.keep_content(SCOPE, digest, TYPE, body)
    assert cache.content(SCOPE, digest) == (TYPE, body)


@pytest.mark.fault(69)
def test_nothing_crosses_from_one_scope_to_another(folder: Path) -> None:
    cache = Cache(folder)
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    keep_names(cache, "secret/project")
    for other in ("https://reg.example.com bob", "https://reg.example.com ", "https://other.example.com alice"):
        assert cache.content(other, DIGEST) is None
        assert kept_names(cache, scope=other) is None


@pytest.mark.fault(69)
def test_names_of_registries_and_users_are_hashed(folder: Path) -> None:
    cache = Cache(folder)
    cache.keep_content("https://reg.example.com/../../etc alice", DIGEST, TYPE, BODY)
    keep_names(cache, "x", listing="../../../etc/passwd")
    for path in files(folder):
        assert folder in path.parents
        assert "reg.example" not in str(path)
        assert b"alice" not in path.read_bytes()


@pytest.mark.fault(68)
def test_folders_are_the_users_alone_whatever_the_umask_is(folder: Path) -> None:
    before = os.umask(0)
    try:
        cache = Cache(folder)
        cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
        keep_names(cache, "a")
    finally:
        os.umask(before)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_folder_that_others_may_read_is_closed(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    Cache(folder).keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


DAMAGE = {
    "cut": lambda data: data[:-3],
    "empty": lambda _: b"",
    "no head": lambda _: BODY,
    "another type of head": lambda data: b"[]\n" + data.partition(b"\n")[2],
    "a deep head": lambda data: b"[" * 900 + b"\n" + data.partition(b"\n")[2],
    "another body": lambda data: data.replace(b"2", b"3"),
    "more": lambda data: data + b" ",
}


@pytest.mark.fault(69)
@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)
def test_damaged_content_is_dropped(folder: Path, change: object) -> None:
    cache = Cache(folder)
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    (path,) = files(folder)
    assert callable(change)
    path.write_bytes(change(path.read_bytes()))
    assert cache.content(SCOPE, DIGEST) is None
    assert files(folder) == []


@pytest.mark.fault(69)
@pytest.mark.parametrize(
    "digest", ["", "sha256:../../x", "sha256:zz", "md5:" + "0" * 32, "sha256:" + "A" * 64, DIGEST + "/.."]
)
def test_what_is_no_digest_is_neither_kept_nor_looked_for(folder: Path, digest: str) -> None:
    cache = Cache(folder)
    cache.keep_content(SCOPE, digest, TYPE, BODY)
    assert cache.content(SCOPE, digest) is None
    assert files(folder) == []


def test_a_listing_comes_back_with_its_age(folder: Path) -> None:
    now = [1000.0]
    cache = Cache(folder, clock=lambda: now[0])
    keep_names(cache, *(f"name-{number}" for number in range(50_000)))
    now[0] += 90
    kept = cache.listing(SCOPE, "catalog")
    assert kept is not None
    assert (kept.age, kept.count) == (90, 50_000)
    chunks = list(kept.chunks())
    assert len(chunks) > 1
    assert all(chunk.endswith("\n") for chunk in chunks)
    assert "".join(chunks).split("\n")[:-1] == [f"name-{number}" for number in range(50_000)]


def test_an_empty_listing_is_one_too(folder: Path) -> None:
    cache = Cache(folder)
    keep_names(cache)
    assert kept_names(cache) == []


def test_a_listing_that_did_not_come_to_its_end_is_not_kept(folder: Path) -> None:
    cache = Cache(folder)
    keeper = cache.list_keeper(SCOPE, "catalog")
    keeper.add(["a"])
    keeper.close()
    assert cache.listing(SCOPE, "catalog") is None
    assert files(folder) == []


def test_a_new_listing_takes_the_place_of_the_old_one_in_one_step(folder: Path) -> None:
    cache = Cache(folder)
    keep_names(cache, "old")
    keeper = cache.list_keeper(SCOPE, "catalog")
    keeper.add(["new"])
    assert kept_names(cache) == ["old"]
    keeper.complete()
    assert kept_names(cache) == ["new"]
    assert len(files(folder)) == 1


LIST_DAMAGE = {
    "cut": lambda data: data[:-4],
    "another name": lambda data: data.replace(b'"catalog"', b'"cat"'),
    "saved in the future": lambda data: data.replace(b"1000.0", b"9999.0"),
    "saved never": lambda data: data.replace(b"1000.0", b"null"),
    "saved at no time": lambda data: data.replace(b"1000.0", b"NaN"),
    "saved at a huge number": lambda data: data.replace(b"1000.0", b"9" * 500),
    "no head": lambda data: data.partition(b"\n")[2],
    "nothing": lambda _: b"",
}


@pytest.mark.fault(69)
@pytest.mark.parametrize("change", LIST_DAMAGE.values(), ids=LIST_DAMAGE)
def test_a_damaged_listing_is_dropped(folder: Path, change: object) -> None:
    cache = Cache(folder, clock=lambda: 1000.0)
    keep_names(cache, "a", "b")
    (path,) = files(folder)
    assert callable(change)
    path.write_bytes(change(path.read_bytes()))
    assert cache.listing(SCOPE, "catalog") is None
    assert files(folder) == []


def test_an_old_listing_is_dropped(folder: Path) -> None:
    now = [1000.0]
    cache = Cache(folder, clock=lambda: now[0])
    keep_names(cache, "a")
    now[0] += 31 * 86400
    assert cache.listing(SCOPE, "catalog") is None


def test_a_listing_beyond_the_limit_is_not_kept(folder: Path) -> None:
    cache = Cache(folder)
    keeper = cache.list_keeper(SCOPE, "catalog")
    for _ in range(LIST_LIMIT // (8 * 1024 * 1024) + 1):
        keeper.add(["x" * (8 * 1024 * 1024)])
    keeper.complete()
    keeper.close()
    assert cache.listing(SCOPE, "catalog") is None
    assert files(folder) == []


def test_a_link_that_is_no_file_of_ones_own_is_not_read(folder: Path, tmp_path: Path) -> None:
    cache = Cache(folder)
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    (path,) = files(folder)
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert cache.content(SCOPE, DIGEST) is None
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert not path.is_symlink()
    assert cache.content(SCOPE, DIGEST) == (TYPE, BODY)


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_what_is_no_regular_file_is_not_waited_for(folder: Path, kind: str) -> None:
    cache = Cache(folder)
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    (path,) = files(folder)
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    assert cache.content(SCOPE, DIGEST) is None


@pytest.mark.fault(68)
def test_a_folder_of_another_user_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Cache(folder).keep_content(SCOPE, DIGEST, TYPE, BODY)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    cache = Cache(folder)
    assert cache.content(SCOPE, DIGEST) is None
    cache.keep_content(SCOPE, "sha256:" + hashlib.sha256(b"x").hexdigest(), TYPE, b"x")
    assert cache.trouble.startswith(f"the cache in {folder} cannot be used: ")
    assert len(files(folder)) == 1


@pytest.mark.fault(68)
def test_nothing_is_made_in_the_home_of_another_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    cache = Cache(folder)
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert "belongs to another user" in cache.trouble
    assert not folder.exists()


@pytest.mark.fault(68)
def test_a_folder_that_cannot_be_made_is_told_once_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file/cache")
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    keep_names(cache, "a")
    assert cache.content(SCOPE, DIGEST) is None
    assert kept_names(cache) is None
    assert cache.trouble


@pytest.mark.fault(68)
def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    cache = Cache(folder)
    keep_names(cache, "warm")
    monkeypatch.setattr(Path, "replace", full)
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert cache.trouble == f"the cache in {folder} cannot be used: no space left on device"
    assert len(files(folder)) == 1


def sparse(path: Path, size: int, age: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))


def test_the_oldest_files_go_where_there_is_too_much(folder: Path) -> None:
    third = MOST_BYTES // 3
    names = ["oldest", "older", "newer", "newest"]
    for age, name in enumerate(reversed(names)):
        sparse(folder / SCHEMA / "scope/content" / name, third, age * 10)
    Cache(folder, clock=lambda: 1_000_000.0).keep_content(SCOPE, DIGEST, TYPE, BODY)
    left = {path.name for path in files(folder)}
    assert {"newer", "newest"} <= left
    assert "oldest" not in left


def test_what_nobody_has_written_for_a_month_goes(folder: Path) -> None:
    month = 30 * 86400
    for name, age in (("content/old", month + 60), ("lists/old-too", month + 60), ("content/young", month - 60)):
        path = folder / SCHEMA / "scope" / name
        sparse(path, 5, 0)
        os.utime(path, (9_000_000 - age, 9_000_000 - age))
    Cache(folder, clock=lambda: 9_000_000.0).keep_content(SCOPE, DIGEST, TYPE, BODY)
    left = {path.name for path in files(folder)}
    assert "young" in left
    assert not {"old", "old-too"} & left


@pytest.mark.fault(68)
def test_remains_of_killed_runs_and_of_other_layouts_are_removed(folder: Path) -> None:
    sparse(folder / SCHEMA / "scope/lists/.new-old", 5, 90_000)
    sparse(folder / SCHEMA / "scope/lists/.new-young", 5, 10)
    sparse(folder / "v0/scope/content/x", 5, 10)
    sparse(folder / "not-ours", 5, 10)
    Cache(folder, clock=lambda: 1_000_000.0).keep_content(SCOPE, DIGEST, TYPE, BODY)
    left = {path.name for path in files(folder)}
    assert {".new-young", "not-ours"} <= left
    assert not {".new-old", "x"} & left


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_platforms_folder_is_used(home: Path) -> None:
    cache = Cache.open()
    assert cache is not None
    cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert files(home / ".cache/regtui") != []


def test_a_folder_that_is_not_absolute_is_not_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    cache = Cache.open()
    if cache is not None:  # the platform's library takes no relative path for one
        cache.keep_content(SCOPE, DIGEST, TYPE, BODY)
    assert not (home / "relative").exists()
