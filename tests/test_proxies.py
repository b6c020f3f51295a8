"""Which requests go through the daemon's proxy: Go's rule, today's and that of RHEL's Docker, and hidden passwords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.environment import Assignment
from regtui.host.host_findings import proxy_findings
from regtui.host.model import Proxies, Source
from regtui.host.proxies import is_proxy_url, masked, proxies_of, proxy_for

PROXY = "http://proxy.example.com:3128"


def goes_direct(no_proxy: str, host: str, port: int = 443, *, go110: bool = False) -> bool:
    return not proxy_for(Proxies(PROXY, PROXY, no_proxy), "https", host, port, go110=go110)


def environment(**variables: str) -> dict[str, Assignment]:
    return {name: Assignment(name, value, Source("/f", 1, name)) for name, value in variables.items()}


def test_upper_case_comes_first_and_an_empty_value_is_none() -> None:
    found = proxies_of(environment(http_proxy="a", HTTP_PROXY="b", https_proxy="c", HTTPS_PROXY="", no_proxy="d"))
    assert found == Proxies("b", "c", "d", Source("/f", 1, "https_proxy"))
    assert proxies_of(environment(ALL_PROXY="a")) == Proxies()


# host, covered by NO_PROXY today (golang.org/x/net/http/httpproxy), and in Go 1.10 (net/http/transport.go)
NO_PROXY = [
    ("", "quay.io", False, False),
    ("", "localhost", True, True),
    ("", "127.0.0.1", True, True),
    ("", "127.8.8.8", True, True),
    ("", "::1", True, True),
    ("", "[::1]", True, True),
    ("", "LOCALHOST", False, False),
    ("", "sub.localhost", False, False),
    ("localhost", "sub.localhost", True, True),
    ("quay.io", "quay.io", True, True),
    ("quay.io", "QUAY.IO", True, True),
    (" QUAY.io ", "quay.io", True, True),
    ("quay.io", "cdn.quay.io", True, True),
    ("quay.io", "notquay.io", False, False),
    (".quay.io", "cdn.quay.io", True, True),
    (".quay.io", "quay.io", False, True),
    ("*.quay.io", "cdn.quay.io", True, False),
    ("*.quay.io", "quay.io", False, False),
    ("*", "quay.io", True, True),
    ("a,*", "quay.io", True, False),
    ("quay.io:443", "quay.io", True, True),
    ("quay.io:5000", "quay.io", False, True),
    ("10.0.0.0/8", "10.1.2.3", True, False),
    ("10.0.0.0/8", "11.1.2.3", False, False),
    ("10.0.0.0/8", "ten.example.com", False, False),
    ("10.1.2.3", "10.1.2.3", True, True),
    ("10.1.2.3:443", "10.1.2.3", True, True),
    ("10.1.2.3:5000", "10.1.2.3", False, True),
    ("010.1.2.3", "10.1.2.3", False, False),
    ("2.3", "10.1.2.3", True, True),
    ("fd00::/8", "fd00::5", True, False),
    ("fd00::5", "[fd00::5]", True, False),
    ("[fd00::5]:443", "fd00::5", True, True),
    ("[fd00::5]", "fd00::5", False, True),
    ("::ffff:10.1.2.3", "10.1.2.3", True, False),
    ("http://quay.io", "quay.io", False, False),
    (",, ,:443,quay.io", "quay.io", True, True),
    ("*.,.,:", "quay.io", False, False),
    ("bücher.example", "xn--bcher-kva.example", True, True),
]


@pytest.mark.fault(14)
@pytest.mark.parametrize(("no_proxy", "host", "today", "in_go110"), NO_PROXY)
def test_no_proxy(no_proxy: str, host: str, today: bool, in_go110: bool) -> None:
    assert goes_direct(no_proxy, host) is today
    if "ü" not in no_proxy:  # Go 1.10 knew no internationalized names there
        assert goes_direct(no_proxy, host, go110=True) is in_go110


@pytest.mark.fault(14)
@pytest.mark.parametrize(
    ("http", "https", "scheme", "today", "in_go110"),
    [
        (PROXY, "", "http", PROXY, PROXY),
        (PROXY, "", "https", "", PROXY),
        ("", PROXY, "http", "", ""),
        ("", PROXY, "https", PROXY, PROXY),
        ("proxy:3128", "", "http", "http://proxy:3128", "http://proxy:3128"),
        ("", "socks5://proxy:1080", "https", "socks5://proxy:1080", "socks5://proxy:1080"),
        ("", "HTTPS://proxy", "https", "HTTPS://proxy", "HTTPS://proxy"),
        ("", "me:pa55@proxy:3128", "https", "http://me:pa55@proxy:3128", "http://me:pa55@proxy:3128"),
        ("", "http://proxy:port", "https", "http://http://proxy:port", "http://http://proxy:port"),
        ("", "ftp://proxy", "https", "http://ftp://proxy", "http://ftp://proxy"),
        ("", "pro xy", "https", "", ""),
        ("", ":3128", "https", "http://:3128", "http://:3128"),
        ("", "\x1b", "https", "", ""),
        ("", "", "https", "", ""),
    ],
)
def test_which_proxy(http: str, https: str, scheme: str, today: str, in_go110: str) -> None:
    proxies = Proxies(http, https)
    assert proxy_for(proxies, scheme, "quay.io", 443) == today
    assert proxy_for(proxies, scheme, "quay.io", 443, go110=True) == in_go110


@pytest.mark.fault(14)
def test_passwords_do_not_show() -> None:
    secret = "http://me:pa55@proxy.example.com:3128"
    assert "pa55" not in repr(Proxies(secret, secret))
    assert "pa55" not in masked(secret)
    assert "proxy.example.com:3128" in masked(secret)
    bad = "http://me:pa55@proxy:port"
    assert [is_proxy_url(url) for url in (secret, "proxy:3128", bad, "ftp://proxy", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    (found,) = proxy_findings(Proxies(https=bad, source=Source("/f", 1)), go110=False)
    assert found.code == "proxy-invalid"
    assert "pa55" not in repr(found)


@pytest.mark.fault(14)
@pytest.mark.parametrize(
    ("proxies", "codes"),
    [
        (Proxies(), []),
        (Proxies(https=PROXY, no_proxy="quay.io"), []),
        (Proxies(http=PROXY), ["proxy-https-too"]),
        (Proxies(https=PROXY, no_proxy="quay.io,10.0.0.0/8"), ["no-proxy-pattern"]),
        (Proxies(https=PROXY, no_proxy="*.quay.io"), ["no-proxy-pattern"]),
        (Proxies(https=PROXY, no_proxy="quay.io:443"), ["no-proxy-port"]),
    ],
)
def test_what_go_110_does_otherwise_is_a_finding(proxies: Proxies, codes: list[str]) -> None:
    assert [found.code for found in proxy_findings(proxies, go110=True)] == codes
    assert proxy_findings(proxies, go110=False) == ()


TEXT = st.text("ab.*:/[]@%,é \x00-159", max_size=20)


@given(TEXT, TEXT, TEXT, st.integers(0, 65535), st.booleans())
def test_nothing_raises(url: str, no_proxy: str, host: str, port: int, go110: bool) -> None:
    found = proxy_for(Proxies(url, url, no_proxy), "https", host, port, go110=go110)
    assert found in ("", url, f"http://{url}")
