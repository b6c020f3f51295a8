"""regtui beside the real podman: the same files and registries, and what each of them said and asked."""

from __future__ import annotations

import base64
import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.programs import WITHOUT_PRIVILEGE, missing, needs
from tests.real_hosts import RealHost

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

    from tests.real_registries import Registries

POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'
PROGRESS = re.compile(r'Copying (?:blob|config) |Writing manifest to image destination|Storing signatures|time="')
"""Lines of a pull that tell of layers, and of its log: podman tries what is unreachable three times more."""

INSECURE = """\
unqualified-search-registries = ["127.0.0.1:{private}", "127.0.0.1:{plain}"]
short-name-mode = "{mode}"

[[registry]]
location = "127.0.0.1:{plain}"
insecure = true

[[registry]]
location = "127.0.0.1:{private}"
insecure = true
blocked = {blocked}

[[registry]]
prefix = "example.com/team"
location = "127.0.0.1:{plain}/team"
insecure = true

[[registry]]
prefix = "hub.example.com"
location = "127.0.0.1:{plain}"
insecure = true
[[registry.mirror]]
location = "127.0.0.1:{mirror}"
insecure = true

[aliases]
"app" = "example.com/team/app"
"""


class Host(RealHost):
    """podman's files and storage."""

    @property
    def environment(self) -> dict[str, str]:
        """What both programs run in."""
        return {
            **super().environment,
            "CONTAINERS_REGISTRIES_CONF": str(self.folder / "registries.conf"),
            "REGISTRY_AUTH_FILE": str(self.folder / "auth.json"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "TMPDIR": str(self.folder),
        }

    def configure(self, text: str, *, login: str = "", **words: str) -> None:
        """Write registries.conf with the servers' ports in it, and auth.json with one login for the private one."""
        text = self.filled(text, **{"mode": "disabled", "blocked": "false", **words})
        (self.folder / "registries.conf").write_text(text, errors="surrogateescape")
        entry = {"auth": base64.b64encode(login.encode()).decode()}
        auths = {f"127.0.0.1:{self.registries.private}": entry} if login else {}
        (self.folder / "auth.json").write_text(json.dumps({"auths": auths}))
        policy = self.folder / ".config/containers/policy.json"
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(POLICY)

    def podman(self, *words: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run podman with its storage in the folder, `before` in front of it."""
        storage = [f"--root={self.folder}/root", f"--runroot={self.folder}/runroot", "--storage-driver=vfs"]
        return self.engine(*before, "podman", *storage, *words)

    def regtui(self, name: str, before: Sequence[str] = ()) -> dict[str, Any]:
        """Resolve a name as podman would, making exactly its requests."""
        return self.document("resolve", name, "--engine=podman", "--strict", before=before)


@pytest.fixture
def host(registries: Registries) -> Iterator[Host]:
    needs("podman")
    if os.geteuid() != 0:
        missing("podman pulls into a folder as root alone, without the kernel's help for users")
    with tempfile.TemporaryDirectory(prefix="podman-") as folder:  # podman wants a path of at most 50 characters
        yield Host(Path(folder), registries)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("etcd:3.5", {}),
        ("etcd:3.5", {"blocked": "true"}),
        ("etcd", {"login": "robot:correct horse"}),
        ("etcd", {"login": "robot:guess"}),
        ("etcd:3.5", {"mode": "enforcing"}),
        ("app:1.0", {}),
        ("example.com/team/app:1.0", {}),
        ("127.0.0.1:{plain}/library/etcd", {}),
        ("127.0.0.1:{plain}/library/modern", {}),
        ("127.0.0.1:{plain}/library/foreign", {}),
        ("127.0.0.1:{plain}/team/app:9.9", {}),
        ("127.0.0.1:{private}/etcd", {}),
        ("hub.example.com/library/debian", {}),
        ("hub.example.com/library/nosuch", {}),
        ("nosuch", {}),
        ("NoSuch", {}),
        ("127.0.0.1:1/app", {}),
    ],
)
def test_says_and_asks_what_podman_does(host: Host, name: str, words: dict[str, str]) -> None:
    host.configure(INSECURE, **words)
    name = name.format(plain=host.registries.plain, private=host.registries.private)
    pulled = host.podman("pull", name)
    asked = host.asked()
    told = host.regtui(name)
    assert told["exit"] == pulled.returncode
    assert told["transcript"] == [line for line in said(pulled) if not PROGRESS.match(line)]
    assert host.asked() == asked
    if pulled.returncode == 0:
        image = json.loads(host.podman("image", "inspect", told["transcript"][-1]).stdout)[0]
        assert told["found"]["digest"] in {image["Digest"], *(one.partition("@")[2] for one in image["RepoDigests"])}


def test_the_registries_are_those_that_podman_tells(host: Host) -> None:
    host.configure(INSECURE)
    told = host.podman("info", "--format", "{{json .Registries}}")
    document = host.document("info", "--engine=podman")
    assert document["podman"]["registries"] == json.loads(told.stdout.splitlines()[-1])


BROKEN = {
    "open list": "unqualified-search-registries = [\n",
    "no value": 'unqualified-search-registries = ["quay.io"]\nshort-name-mode =\n',
    "key twice": 'short-name-mode = "disabled"\nshort-name-mode = "disabled"\n',
    "wrong type": 'unqualified-search-registries = "quay.io"\n',
    "wrong type in a table": '[[registry]]\nlocation = "quay.io"\ninsecure = "yes"\n',
    "scheme in a location": '[[registry]]\nlocation = "https://quay.io"\n',
    "scheme in a prefix": '[[registry]]\nprefix = "http://quay.io"\nlocation = "quay.io"\n',
    "scheme in a mirror": '[[registry]]\nlocation = "quay.io"\n[[registry.mirror]]\nlocation = "http://m.example.com"\n',
    "no location": '[[registry]]\nprefix = "quay.io"\n',
    "mode": 'short-name-mode = "sometimes"\n',
    "pull-from": '[[registry]]\nlocation = "q.io"\n[[registry.mirror]]\nlocation = "m"\npull-from-mirror = "x"\n',
    "both versions": 'unqualified-search-registries = ["quay.io"]\n[registries.search]\nregistries = ["docker.io"]\n',
    "alias of itself": '[aliases]\n"one" = "one"\n',
    "alias with a tag": '[aliases]\n"one" = "quay.io/one:latest"\n',
    "search with a scheme": 'unqualified-search-registries = ["https://quay.io"]\n',
    "not UTF-8": 'unqualified-search-registries = ["\udcff"]\n',
    "wildcard with a path": '[[registry]]\nprefix = "*.example.com/team"\nlocation = "quay.io"\n',
}
"""What is wrong -> a registries.conf."""


@pytest.mark.parametrize("as_drop_in", [False, True], ids=["file", "drop-in"])
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_refuses_what_podman_refuses_in_its_words(host: Host, text: str, *, as_drop_in: bool) -> None:
    host.configure("" if as_drop_in else text)
    if as_drop_in:
        drop_in = host.folder / ".config/containers/registries.conf.d/50-broken.conf"
        drop_in.parent.mkdir(parents=True)
        drop_in.write_text(text, errors="surrogateescape")
    assert told_by_regtui(host) == told_by_podman(host)


def test_a_drop_in_that_leads_nowhere_is_refused_in_podmans_words(host: Host) -> None:
    host.configure("")
    folder = host.folder / ".config/containers/registries.conf.d"
    folder.mkdir(parents=True)
    (folder / "50-gone.conf").symlink_to("/nowhere/registries.conf")
    assert told_by_regtui(host) == told_by_podman(host)


DROP_IN = ".config/containers/registries.conf.d/50-site.conf"


@pytest.mark.parametrize(
    "path",
    [
        "registries.conf",
        DROP_IN,
        ".config/containers/registries.conf.d",
        ".config/containers",
        "auth.json",
        ".config/containers/policy.json",
    ],
)
def test_a_file_that_may_not_be_read_is_told_in_podmans_words(host: Host, path: str) -> None:
    host.configure('unqualified-search-registries = ["127.0.0.1:1"]\n')
    (host.folder / DROP_IN).parent.mkdir()
    (host.folder / DROP_IN).write_text("")
    (host.folder / path).chmod(0)
    told = told_by_regtui(host, WITHOUT_PRIVILEGE)
    assert told == told_by_podman(host, WITHOUT_PRIVILEGE)
    assert any(str(host.folder / path) in line and "permission denied" in line for line in told)


def told_by_podman(host: Host, before: Sequence[str] = ()) -> list[str]:
    """Return podman's error about a pull of a short name."""
    pulled = host.podman("pull", "one", before=before)
    assert pulled.returncode == 125
    return said(pulled)


def said(pulled: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines that podman wrote for a person, and the last one, for a program."""
    return [line for line in (pulled.stderr + pulled.stdout).splitlines() if line]


def told_by_regtui(host: Host, before: Sequence[str] = ()) -> list[str]:
    """Return what regtui says instead of a walk."""
    document = host.regtui("one", before)
    if document["exit"] == 125:
        assert isinstance(document["transcript"], list)
        return document["transcript"]
    assert (document["exit"], document["cause"]) == (2, "config")
    return [line for line in f"Error: {document['error']}".split("\n") if line]
