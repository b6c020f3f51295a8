"""The credential rule: which token service may see a stored secret, which is asked without it, which not at all."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.addresses import is_inside, is_own_host_or_link, is_written_as_address
from regtui.registry.realms import BUILT_IN_PAIRS, RealmUse, judge_realm, normal_pairs, withheld_sentence
from regtui.registry.weburl import parse_url, resolve, with_query

if TYPE_CHECKING:
    from regtui.host.model import Address

PUBLIC = "198.51.100.6"
SECRET, ANONYMOUS, REFUSED = RealmUse.SECRET, RealmUse.ANONYMOUS, RealmUse.REFUSED


def addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(ip_address(text) for text in texts)


PUBLIC_REGISTRY = [
    # The registry is https://reg.example.com on a public address; the user allowed reg.example.com=auth.corp.example.
    pytest.param("https://reg.example.com/token", PUBLIC, SECRET, "", id="same host"),
    pytest.param("https://REG.example.com:443/token", PUBLIC, SECRET, "", id="same host, port and case written out"),
    pytest.param("https://reg.example.com/token", "127.0.0.1", SECRET, "", id="same host, resolved inside"),
    pytest.param("https://auth.corp.example/token", PUBLIC, SECRET, "", id="allowed by the user"),
    pytest.param("https://auth.corp.example:8443/t", PUBLIC, ANONYMOUS, "another host", id="allowed on another port"),
    pytest.param("https://auth.corp.example/t", "10.0.0.1", ANONYMOUS, "private address", id="allowed, but private"),
    pytest.param("https://auth.corp.example/t", "127.0.0.1", ANONYMOUS, "loopback", id="allowed, but loopback"),
    pytest.param("http://auth.corp.example/t", PUBLIC, ANONYMOUS, "plain HTTP", id="allowed, but plain HTTP"),
    pytest.param("https://attacker.example/token", PUBLIC, ANONYMOUS, "another host", id="attacker's host"),
    pytest.param("https://reg.example.com.attacker.example/t", PUBLIC, ANONYMOUS, "another host", id="longer name"),
    pytest.param("https://auth.reg.example.com/t", PUBLIC, ANONYMOUS, "another host", id="subdomain"),
    pytest.param("https://auth.docker.io/token", PUBLIC, ANONYMOUS, "another host", id="another registry's pair"),
    pytest.param("https://reg.example.com:8443/token", PUBLIC, ANONYMOUS, "another host", id="other port, same host"),
    pytest.param("http://reg.example.com/token", PUBLIC, ANONYMOUS, "plain HTTP", id="downgrade, same host"),
    pytest.param("http://reg.example.com:443/token", PUBLIC, ANONYMOUS, "plain HTTP", id="downgrade, same port"),
    pytest.param("https://u:p@reg.example.com/token", PUBLIC, ANONYMOUS, "user name", id="userinfo"),
    pytest.param("https://203.0.113.9/token", "203.0.113.9", ANONYMOUS, "address instead", id="address literal"),
    pytest.param("https://[2001:db8::9]/token", "2001:db8::9", ANONYMOUS, "address instead", id="IPv6 literal"),
    pytest.param("https://attacker.example/token", "127.0.0.1", REFUSED, "inside", id="name of loopback"),
    pytest.param("https://attacker.example/token", "10.1.2.3", REFUSED, "inside", id="name of a private address"),
    pytest.param("https://169.254.169.254/latest", "169.254.169.254", REFUSED, "inside", id="metadata service"),
    pytest.param("https://[::ffff:127.0.0.1]/t", "::ffff:127.0.0.1", REFUSED, "inside", id="mapped loopback"),
    pytest.param("https://0x7f000001/t", "127.0.0.1", REFUSED, "inside", id="hexadecimal loopback"),
    pytest.param("https://localhost/t", PUBLIC, REFUSED, "inside", id="localhost, whatever DNS says"),
    pytest.param("https://127.0.0.1/t", PUBLIC, REFUSED, "inside", id="literal, whatever DNS says"),
    pytest.param("file:///etc/passwd", PUBLIC, REFUSED, "no http", id="file"),
    pytest.param("/token", PUBLIC, REFUSED, "no http", id="relative"),
    pytest.param("https://reg.example.com\\@attacker.example/", PUBLIC, REFUSED, "no http", id="backslash"),
    pytest.param("https://reg.example.com\r\nHost: x/", PUBLIC, REFUSED, "no http", id="line end"),
    pytest.param("https://reg.example.com:99999/", PUBLIC, REFUSED, "no http", id="port out of range"),
    pytest.param("https://reg.example.com%2eevil.example/", PUBLIC, REFUSED, "no http", id="escape in the host"),
]


@pytest.mark.parametrize(("realm", "address", "use", "reason"), PUBLIC_REGISTRY)
def test_a_public_registry(realm: str, address: str, use: RealmUse, reason: str) -> None:
    judged = judge_realm(
        "https://reg.example.com",
        realm,
        addresses(address),
        frozenset({("reg.example.com", "auth.corp.example")}),
        registry_addresses=addresses(PUBLIC),
    )
    assert judged.use is use
    assert reason in judged.reason
    assert bool(judged.reason) == (use is not SECRET)


@pytest.mark.parametrize(("registry", "realm"), sorted(BUILT_IN_PAIRS))
def test_the_built_in_pairs_need_no_permission(registry: str, realm: str) -> None:
    assert judge_realm(f"https://{registry}", f"https://{realm}/token", addresses(PUBLIC)).use is SECRET
    assert judge_realm(f"https://{realm}", f"https://{registry}/token", addresses(PUBLIC)).use is ANONYMOUS
    assert judge_realm(f"https://{registry}", f"https://{realm}/token", ()).use is ANONYMOUS
    assert judge_realm(f"https://{registry}", f"https://{realm}/token", None).use is SECRET  # a proxy looks it up


PLAIN = [
    pytest.param("http://reg.example.com:5000/token", True, SECRET, id="its own, listed as insecure"),
    pytest.param("http://reg.example.com:5000/token", False, ANONYMOUS, id="its own, not listed"),
    pytest.param("http://reg.example.com:5001/token", True, ANONYMOUS, id="another port over plain HTTP"),
    pytest.param("http://auth.corp.example/token", True, ANONYMOUS, id="another host over plain HTTP, allowed"),
    pytest.param("https://reg.example.com:5000/token", False, SECRET, id="its own over https"),
    pytest.param("https://auth.corp.example/token", True, SECRET, id="allowed over https"),
]


@pytest.mark.parametrize(("realm", "insecure", "use"), PLAIN)
def test_a_registry_over_plain_http(realm: str, *, insecure: bool, use: RealmUse) -> None:
    allowed = frozenset({("reg.example.com:5000", "auth.corp.example")})
    judged = judge_realm("http://reg.example.com:5000", realm, addresses(PUBLIC), allowed, insecure=insecure)
    assert judged.use is use


PRIVATE = [
    pytest.param("https://git.corp.example/jwt/auth", "10.0.0.7", SECRET, id="allowed, private as the registry is"),
    pytest.param("https://git.corp.example/jwt/auth", "127.0.0.1", ANONYMOUS, id="allowed, loopback"),
    pytest.param("https://other.corp.example/token", "10.0.0.8", ANONYMOUS, id="not allowed"),
    pytest.param("https://10.0.0.7/token", "10.0.0.7", ANONYMOUS, id="a literal"),
]


@pytest.mark.parametrize(("realm", "address", "use"), PRIVATE)
def test_a_registry_on_premises(realm: str, address: str, use: RealmUse) -> None:
    allowed = frozenset({("reg.corp.example:5000", "git.corp.example")})
    own = addresses("10.0.0.6")
    judged = judge_realm("https://reg.corp.example:5000", realm, addresses(address), allowed, registry_addresses=own)
    assert judged.use is use
    half_inside = (*own, *addresses(PUBLIC))  # whoever names an inside address among others is not inside
    other = judge_realm("https://x.example", realm, addresses(address), allowed, registry_addresses=half_inside)
    assert other.use is REFUSED


def test_the_sentence_names_secret_places_sender_and_remedy() -> None:
    realm = "https://attacker.example/token?x=y"
    judged = judge_realm("https://reg.example.com", realm, addresses(PUBLIC))
    sentence = withheld_sentence("the password of alice", "https://reg.example.com", realm, judged, "dockerd")
    assert sentence == (
        "the password of alice for reg.example.com was not sent to attacker.example, which reg.example.com names as "
        "its token service, because it is another host than the registry; dockerd would have sent it; "
        "--allow-auth-realm reg.example.com=attacker.example allows it"
    )
    plain = judge_realm("https://reg.example.com", "http://reg.example.com/", addresses(PUBLIC))
    assert "--allow" not in withheld_sentence(
        "x", "https://reg.example.com", "http://reg.example.com/", plain, "dockerd"
    )


@given(st.text(), st.text(), st.lists(st.ip_addresses(), max_size=3), st.booleans())
def test_judging_is_total_and_never_generous(registry: str, realm: str, found: list[Address], insecure: bool) -> None:
    judged = judge_realm(registry, realm, tuple(found), insecure=insecure)
    if judged.use is SECRET:
        assert parse_url(registry) is not None
        assert parse_url(realm) is not None


PAIRS = [
    (("reg.example.com:5000", "auth.example.com"), ("reg.example.com:5000", "auth.example.com")),
    (("Reg.Example.com:443", "AUTH.example.com:443"), ("reg.example.com", "auth.example.com")),
    (("docker.io", "auth.corp.example"), ("registry-1.docker.io", "auth.corp.example")),
    (("[2001:db8::1]:5000", "auth.example.com"), ("[2001:db8::1]:5000", "auth.example.com")),
]


@pytest.mark.parametrize(("given_pair", "expected"), PAIRS)
def test_a_pair_is_compared_without_its_accidents(given_pair: tuple[str, str], expected: tuple[str, str]) -> None:
    assert normal_pairs(frozenset({given_pair})) == {expected}


@pytest.mark.parametrize("part", ["", "https://a", "a/", "b/c", "u@a", "b?c", "a b", "*", "a:99999"])
def test_what_is_no_host_allows_nothing(part: str) -> None:
    assert normal_pairs(frozenset({(part, "a"), ("a", part)})) == frozenset()


INSIDE = (
    "0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.255.0.9 169.254.169.254 172.16.0.1 172.31.9.9 192.168.1.1 224.0.0.1 "
    "255.255.255.255 :: ::1 fe80::1 fc00::1 fd12::1 fec0::1 ff02::1 "
    "::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1 ::a00:1"
)
OUTSIDE = "198.51.100.6 203.0.113.1 8.8.8.8 172.32.0.1 100.128.0.1 192.169.0.1 2001:db8::1 2606:4700::1 ::ffff:8.8.8.8"


@pytest.mark.parametrize(
    ("text", "inside"), [(a, True) for a in INSIDE.split()] + [(a, False) for a in OUTSIDE.split()]
)
def test_addresses_inside_a_host_or_network(text: str, *, inside: bool) -> None:
    assert is_inside(ip_address(text)) is inside


@given(st.ip_addresses())
def test_what_nobody_else_has_is_inside(address: Address) -> None:
    assert is_inside(address) or not is_own_host_or_link(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "a.0x1", "1."])
def test_numbers_count_as_addresses(host: str) -> None:
    assert is_written_as_address(host)


@pytest.mark.parametrize("host", ["example.com", "1password.com", "0x.example", "face", "localhost", "a1"])
def test_names_do_not(host: str) -> None:
    assert not is_written_as_address(host)


ADDED = "account=u&scope=repository%3Alibrary%2Fdebian%3Apull&service=registry.docker.io"
QUERIES = [
    (
        "https://h/token",
        f"https://h/token?{ADDED}",
    ),
    ("https://h", f"https://h/?{ADDED}"),
    (
        "https://h/token?zone=&tenant=a%20b&service=own#part",
        f"https://h/token?{ADDED.replace('&service', '&service=own&service')}&tenant=a+b&zone=",
    ),
    (
        "https://h/token?bad=%zz&%41=1",
        f"https://h/token?A=1&{ADDED}",
    ),
]


@pytest.mark.parametrize(("realm", "expected"), QUERIES)
def test_the_query_is_written_as_go_writes_it(realm: str, expected: str) -> None:
    url = parse_url(realm)
    assert url is not None
    added = (("service", "registry.docker.io"), ("scope", "repository:library/debian:pull"), ("account", "u"))
    assert str(with_query(url, added)) == expected


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_value_can_add_a_parameter(service: str, scope: str) -> None:
    url = parse_url("https://h/token")
    assert url is not None
    query = with_query(url, (("service", service), ("scope", scope))).query
    assert query.count("&") == 1
    assert query.count("=") == 2
    assert query.isascii()
    assert not set(query) & set('#\r\n "<>')


REFERENCES = [
    ("/b", "https://h:5000/b"),
    ("c?x=1", "https://h:5000/v2/a/c?x=1"),
    ("?x=1", "https://h:5000/v2/a/b?x=1"),
    ("//other/x", "https://other/x"),
    ("http://other/x", "http://other/x"),
    ("", None),
    ("javascript:alert(1)", None),
    ("mailto:a@b", None),
    ("/../etc", None),
    ("/a/%2E%2e/b", None),
    ("/a\x1b[2J", None),
    ("https://h:99999/", None),
]


@pytest.mark.parametrize(("reference", "expected"), REFERENCES)
def test_a_reference_is_resolved_or_refused(reference: str, expected: str | None) -> None:
    base = parse_url("https://h:5000/v2/a/b?n=1")
    assert base is not None
    found = resolve(base, reference)
    assert (str(found) if found else None) == expected


@given(st.text())
def test_a_url_that_is_read_is_written_the_same(text: str) -> None:
    url = parse_url("https://" + text)
    if url is not None and not url.userinfo:
        assert parse_url(str(url)) == url
