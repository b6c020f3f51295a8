"""Case 14, the part that a walk shows: proxies that are dead, portals or behind TLS, and whose variables count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.outcome import Outcome, Trouble
from tests.faults.bench import BAD, BAD_URL, GOOD, GOOD_URL, NOBODY, SERVES, Bench
from tests.hostile import answering
from tests.registry_net import PASSWORD, USER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.bench import Server, Walked

LOGIN = f"{USER}:{PASSWORD}"
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>log in first</body></html>"


async def through(root: Path, scheme: str, proxy: Server, no_proxy: str = GOOD) -> tuple[Bench, Walked]:
    """Walk through a proxy that wants a password; the second registry is asked directly."""
    origin = f"{scheme}://proxy.example:3128"
    servers: dict[str, Server] = {BAD_URL: SERVES, GOOD_URL: SERVES, origin: proxy}
    async with Bench(root, servers, trusted=(origin,)) as bench:
        bench.configure(BAD, GOOD)
        sysconfig = (root / "etc/sysconfig/docker").read_text()
        variables = f"HTTPS_PROXY={scheme}://{LOGIN}@proxy.example:3128\nNO_PROXY={no_proxy}\n"
        bench.write("etc/sysconfig/docker", sysconfig + variables)
        return bench, await bench.passes()


PROXIES: dict[str, tuple[str, Server, str]] = {
    "dead": ("http", NOBODY, "the proxy"),
    "dead, with TLS": ("https", NOBODY, "the proxy"),
    "a portal": ("http", answering(PORTAL, then_close=True), ", behind the proxy http://proxy.example:3128"),
    "a proxy that says nothing": ("http", answering(then_close=True), "the proxy"),
    "a proxy that answers 502": ("http", answering(b"HTTP/1.1 502 Bad \x1b[2J\r\n\r\n"), "502 Bad"),
}


@pytest.mark.fault(14)
@pytest.mark.parametrize(("scheme", "proxy", "words"), PROXIES.values(), ids=PROXIES)
async def test_a_proxy_that_fails_is_named_without_its_password(
    scheme: str, proxy: Server, words: str, tmp_path: Path
) -> None:
    _, walked = await through(tmp_path, scheme, proxy)
    assert "proxy" in walked.bad["error"]
    assert words in walked.bad["error"]
    assert "<html>" not in walked.text


@pytest.mark.fault(14)
async def test_a_proxy_whose_name_is_not_there(tmp_path: Path) -> None:
    names = {"proxy.example": Trouble.NO_SUCH_HOST}
    async with Bench(tmp_path, {BAD_URL: SERVES, GOOD_URL: SERVES}, names=names) as bench:
        bench.configure(BAD, GOOD)
        text = (tmp_path / "etc/sysconfig/docker").read_text()
        bench.write("etc/sysconfig/docker", f"{text}HTTPS_PROXY=http://{LOGIN}@proxy.example:3128\nNO_PROXY={GOOD}\n")
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.UNREACHABLE
        assert "proxy.example" in walked.bad["error"]


@pytest.mark.fault(14)
async def test_loopback_is_asked_directly_whatever_the_proxy(tmp_path: Path) -> None:
    """As Go does for localhost and 127.0.0.0/8, which docker calls insecure besides."""
    proxy = "http://proxy.example:3128"
    for host in ("localhost:5000", "127.0.0.1:5001"):
        servers: dict[str, Server] = {f"https://{host}": SERVES, proxy: None}
        async with Bench(tmp_path, servers, names={"localhost": "127.0.0.1"}) as bench:
            bench.configure(host)
            text = (tmp_path / "etc/sysconfig/docker").read_text()
            bench.write("etc/sysconfig/docker", f"{text}HTTPS_PROXY={proxy}\nHTTP_PROXY={proxy}\n")
            walked = await bench.walk(f"{host}/team/app")
            assert walked.document["found"]["registry"] == host
            assert ("proxy.example", 3128) not in bench.dialer.dialed


SHELLS = [
    pytest.param(
        f"http://{LOGIN}@corp.example:3128",
        "",
        "this shell's HTTPS_PROXY is http://***@corp.example:3128, dockerd has none; docker pulls by dockerd's alone",
        id="only the shell has one",
    ),
    pytest.param(
        "http://corp.example:3128",
        "HTTPS_PROXY=http://other.example:3128\n",
        "dockerd has http://other.example:3128",
        id="another",
    ),
    pytest.param("http://corp.example:3128", "HTTPS_PROXY=http://corp.example:3128\n", "", id="the same"),
    pytest.param("", "HTTPS_PROXY=http://corp.example:3128\n", "", id="only dockerd has one"),
]


@pytest.mark.fault(14)
@pytest.mark.parametrize(("shell", "daemon", "words"), SHELLS)
def test_a_proxy_of_the_shell_that_dockerd_does_not_have_is_told(
    shell: str,
    daemon: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "docker"
    config.write_text(f"ADD_REGISTRY='--add-registry 127.0.0.1:5000'\n{daemon}")
    monkeypatch.setenv("HTTPS_PROXY", shell)
    assert run(["info", "--config", str(config), "--engine", "rhel-docker"]) == 0
    said = capsys.readouterr().err
    assert words in said
    assert PASSWORD not in said
    assert bool(words) is ("this shell's" in said)
