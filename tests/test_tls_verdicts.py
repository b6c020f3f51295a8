"""A certificate that is rejected, in Go's words; each row was compared with Go 1.19 on the same server."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from regtui.outcome import CertificateFault, Stage, Trouble
from regtui.registry.errors import NetworkError
from regtui.registry.tls import INSECURE, TlsRules
from regtui.registry.x509verdict import rfc3339
from tests.hostile import HOST, OK, Watched, answering, get, serving, transport
from tests.issuing import NOW, Issued, issue, new_key, server_of

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

CA = issue("Lab CA", authority=True)
RSA_CA = issue("RSA CA", authority=True, key=new_key("rsa"))
OLD_CA = issue("Old CA", authority=True, days=(-9, -2))
NAMELESS_CA = issue("", organization="Some Org", authority=True)
SAME_NAME = issue("Lab CA", authority=True)
SAME_RSA_NAME = issue("RSA CA", authority=True, key=new_key("rsa"))
SAME_ORGANIZATION = issue("", organization="Some Org", authority=True)
RSA_NAMED_LIKE_LAB = issue("Lab CA", authority=True, key=new_key("rsa"))
STRANGER = issue("Stranger", authority=True)
MIDDLE = issue("Middle", CA, authority=True)
OLD_MIDDLE = issue("Middle", CA, authority=True, days=(-9, -2), key=MIDDLE.key)
NO_AUTHORITY = issue("Plain", CA)
NEVER_AUTHORITY = issue("Never", CA, authority=False)
SHORT = issue("Short", CA, authority=True, path_length=0)
BELOW_SHORT = issue("Below", SHORT, authority=True)
LIMITED = issue("Limited", CA, authority=True, extra=x509.NameConstraints([x509.DNSName("example.net")], None))
OWN = issue(HOST, dns=[HOST])
OWN_OLD = issue(HOST, dns=[HOST], days=(-9, -2))
POOL = b"".join(one.pem for one in (CA, RSA_CA, OLD_CA, NAMELESS_CA))

UNKNOWN = "x509: certificate signed by unknown authority"
OUTDATED = "x509: certificate has expired or is not yet valid: current time NOW is "
EXPIRED = f"{OUTDATED}after {rfc3339(NOW - dt.timedelta(days=2))}"


def because(cause: str, name: str) -> str:
    """Return Go's text for a candidate that did not sign."""
    return f'{UNKNOWN} (possibly because of "{cause}" while trying to verify candidate authority certificate "{name}")'


NOT_AUTHORIZED = (
    "x509: a root or intermediate certificate is not authorized to sign for this name: "
    f'DNS name "{HOST}" is not permitted by any constraint'
)
CANNOT_SIGN = "x509: invalid signature: parent certificate cannot sign this kind of certificate"
REJECTED = {
    "unknown": ([issue(by=STRANGER, dns=[HOST])], UNKNOWN),
    "unknown, sent with its authority": ([issue(by=STRANGER, dns=[HOST]), STRANGER], UNKNOWN),
    "signed by itself": ([OWN], UNKNOWN),
    "an authority signed by itself": ([issue(HOST, dns=[HOST], authority=True)], UNKNOWN),
    "expired": ([issue(by=CA, dns=[HOST], days=(-9, -2))], EXPIRED),
    "not yet valid": (
        [issue(by=CA, dns=[HOST], days=(2, 9))],
        f"{OUTDATED}before {rfc3339(NOW + dt.timedelta(days=2))}",
    ),
    "for others": (
        [issue(by=CA, dns=["elsewhere.example", "b.example"])],
        f"x509: certificate is valid for elsewhere.example, b.example, not {HOST}",
    ),
    "a common name alone": (
        [issue(HOST, CA)],
        "x509: certificate relies on legacy Common Name field, use SANs instead",
    ),
    "another common name": (
        [issue("other", CA)],
        f"x509: certificate is not valid for any names, but wanted to match {HOST}",
    ),
    "addresses alone": (
        [issue(by=CA, ip=["192.0.2.1"])],
        f"x509: certificate is not valid for any names, but wanted to match {HOST}",
    ),
    "expired, unknown and for others": ([issue(by=STRANGER, dns=["x.example"], days=(-9, -2))], EXPIRED),
    "expired and unknown": ([issue(by=STRANGER, dns=[HOST], days=(-9, -2))], EXPIRED),
    "expired and for others": ([issue(by=CA, dns=["x.example"], days=(-9, -2))], EXPIRED),
    "unknown and for others": (
        [issue(by=STRANGER, dns=["x.example"])],
        f"x509: certificate is valid for x.example, not {HOST}",
    ),
    "an authority of the same name": (
        [issue(by=SAME_NAME, dns=[HOST])],
        because("x509: ECDSA verification failure", "Lab CA"),
    ),
    "an RSA authority of the same name": (
        [issue(by=SAME_RSA_NAME, dns=[HOST])],
        because("crypto/rsa: verification error", "RSA CA"),
    ),
    "an authority of the same name and another kind": (
        [issue(by=RSA_NAMED_LIKE_LAB, dns=[HOST])],
        because(
            "x509: signature algorithm specifies an RSA public key, but have public key of type *ecdsa.PublicKey",
            "Lab CA",
        ),
    ),
    "an authority of the same organization": (
        [issue(by=SAME_ORGANIZATION, dns=[HOST])],
        because("x509: ECDSA verification failure", "Some Org"),
    ),
    "an intermediate that is not sent": ([issue(by=MIDDLE, dns=[HOST])], UNKNOWN),
    "an expired intermediate": ([issue(by=OLD_MIDDLE, dns=[HOST]), OLD_MIDDLE], EXPIRED),
    "an expired root": ([issue(by=OLD_CA, dns=[HOST])], EXPIRED),
    "an issuer that is no authority": (
        [issue(by=NO_AUTHORITY, dns=[HOST]), NO_AUTHORITY],
        because(CANNOT_SIGN, "Plain"),
    ),
    "an issuer that must not be one": (
        [issue(by=NEVER_AUTHORITY, dns=[HOST]), NEVER_AUTHORITY],
        because(CANNOT_SIGN, "Never"),
    ),
    "for clients": (
        [issue(by=CA, dns=[HOST], usages=[ExtendedKeyUsageOID.CLIENT_AUTH])],
        "x509: certificate specifies an incompatible key usage",
    ),
    "an unknown critical extension": (
        [issue(by=CA, dns=[HOST], extra=x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\4\0"))],
        "x509: unhandled critical extension",
    ),
    "too many intermediates": (
        [issue(by=BELOW_SHORT, dns=[HOST]), BELOW_SHORT, SHORT],
        "x509: too many intermediates for path length constraint",
    ),
    "a name that the authority may not sign": (
        [issue(by=LIMITED, dns=[HOST]), LIMITED],
        NOT_AUTHORIZED,
    ),
    "a star for two labels": (
        [issue(by=CA, dns=["*.com"])],
        f"x509: certificate is valid for *.com, not {HOST}",
    ),
    "a star within a label": (
        [issue(by=CA, dns=["r*.example.com"])],
        f"x509: certificate is valid for r*.example.com, not {HOST}",
    ),
    "control characters": (
        [issue("\x1b[2J\u202e", CA, dns=["\x1b]0;x\x07"])],
        rf"x509: certificate is valid for \x1b]0;x\x07, not {HOST}",
    ),
}


async def verdict(chain: list[Issued], url: str = f"https://{HOST}/v2/", pool: bytes = POOL) -> NetworkError:
    """Return the error of a GET from a server that shows this chain."""
    async with serving(answering(OK), server_of(*chain)) as server:
        client = transport({f"{HOST}:443": server.port, "127.0.0.1:443": server.port})
        with pytest.raises(NetworkError) as caught:
            await client.request(get(url, tls=TlsRules(authorities=(pool,))))
        await client.aclose()
    return caught.value


@pytest.mark.parametrize(("chain", "go"), REJECTED.values(), ids=REJECTED)
async def test_a_rejected_certificate(chain: list[Issued], go: str) -> None:
    error = await verdict(chain)
    assert (error.stage, error.trouble, error.own_limit) == (Stage.TLS, Trouble.CERTIFICATE, False)
    assert re.sub(r"current time \S+", "current time NOW", error.go) == go
    assert (str(error) + error.go + error.detail).isprintable()
    assert f"SHA-256 {hashlib.sha256(chain[0].der).hexdigest()}" in error.detail


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("unknown", CertificateFault.UNKNOWN_AUTHORITY),
        ("signed by itself", CertificateFault.UNKNOWN_AUTHORITY),
        ("an intermediate that is not sent", CertificateFault.UNKNOWN_AUTHORITY),
        ("expired and unknown", CertificateFault.EXPIRED),
        ("not yet valid", CertificateFault.NOT_YET_VALID),
        ("for others", CertificateFault.OTHER_NAME),
        ("a common name alone", CertificateFault.OTHER_NAME),
        ("an expired intermediate", CertificateFault.AUTHORITY_OUTDATED),
        ("an expired root", CertificateFault.AUTHORITY_OUTDATED),
        ("for clients", CertificateFault.OTHER),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_told_apart(case: str, fault: CertificateFault) -> None:
    error = await verdict(REJECTED[case][0])
    assert error.fault is fault
    assert error.asked("GET", "https://reg.example.com/v2/").fault is fault


@pytest.mark.parametrize(
    ("leaf", "go"),
    [
        (
            issue(by=CA, dns=[HOST, "127.0.0.1"]),
            "x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
        ),
        (
            issue(by=CA, ip=["10.0.0.1", "2001:db8::1"]),
            "x509: certificate is valid for 10.0.0.1, 2001:db8::1, not 127.0.0.1",
        ),
        (issue("127.0.0.1", CA), "x509: certificate relies on legacy Common Name field, use SANs instead"),
    ],
)
async def test_a_certificate_for_another_address(leaf: Issued, go: str) -> None:
    assert (await verdict([leaf], "https://127.0.0.1/v2/")).go == go


async def test_a_rejection_tells_the_watch_and_a_person() -> None:
    watch = Watched()
    async with serving(answering(OK), server_of(issue("web", by=STRANGER, dns=[HOST]))) as server:
        client = transport({f"{HOST}:443": server.port})
        with pytest.raises(NetworkError) as caught:
            await client.request(get(f"https://{HOST}/v2/"), watch)
        await client.aclose()
    assert str(caught.value) == "the certificate is signed by Stranger, which is not trusted here"
    assert watch.details[-1] == str(caught.value)
    parts = caught.value.detail.split("; ")
    assert parts[:3] == ["subject web", "issuer Stranger", f"names {HOST}"]


@pytest.mark.fault(17)
async def test_an_expired_certificate_tells_the_clock() -> None:
    error = await verdict([OWN_OLD], pool=OWN_OLD.pem)
    assert re.fullmatch(
        r"the certificate expired on [\d-]+ [\d:]+ UTC; this host's clock says [\d-]+ [\d:]+", str(error)
    )


ACCEPTED = {
    "a good one": ([issue(by=CA, dns=[HOST])], POOL, HOST),
    "one with its intermediate": ([issue(by=MIDDLE, dns=[HOST]), MIDDLE], POOL, HOST),
    "a small key": ([issue(by=CA, dns=[HOST], usages=[ExtendedKeyUsageOID.SERVER_AUTH])], POOL, HOST),
    "an intermediate as the anchor": ([issue(by=MIDDLE, dns=[HOST])], MIDDLE.pem, HOST),
    "itself as the anchor": ([OWN], OWN.pem, HOST),
    "a leaf as the anchor": ([LEAF := issue(by=STRANGER, dns=[HOST])], LEAF.pem, HOST),
    "a star": ([issue(by=CA, dns=["*.example.com"])], POOL, HOST),
    "a star before one label, which OpenSSL would refuse": ([issue(by=CA, dns=["*.corp"])], POOL, "reg.corp"),
    "upper case": ([issue(by=CA, dns=["REG.Example.COM"])], POOL, HOST),
    "a dot at the end of the host": ([issue(by=CA, dns=[HOST])], POOL, f"{HOST}."),
    "an underscore": ([issue(by=CA, dns=["a_b.example.com"])], POOL, "a_b.example.com"),
    "an address": ([issue(by=CA, ip=["127.0.0.1"])], POOL, "127.0.0.1"),
    "rubbish between the authorities": ([issue(by=CA, dns=[HOST])], b"x\n" + OWN.pem + b"\0\nx: y\n" + CA.pem, HOST),
}


@pytest.mark.fault(19)
@pytest.mark.parametrize(("chain", "pool", "host"), ACCEPTED.values(), ids=ACCEPTED)
async def test_an_accepted_certificate(chain: list[Issued], pool: bytes, host: str) -> None:
    async with serving(answering(OK), server_of(*chain)) as server:
        client = transport({f"{host}:443": server.port})
        response = await client.request(get(f"https://{host}/v2/", tls=TlsRules(authorities=(pool,))))
        await client.aclose()
    assert response.status == 200


@pytest.mark.parametrize("leaf", [OWN, OWN_OLD, issue("x", dns=["x.example"]), issue("", organization="o")])
async def test_an_insecure_registry_may_show_anything(leaf: Issued) -> None:
    watch = Watched()
    async with serving(answering(OK), server_of(leaf)) as server:
        client = transport({f"{HOST}:443": server.port})
        response = await client.request(get(f"https://{HOST}/v2/", tls=INSECURE), watch)
        await client.aclose()
    assert response.status == 200
    assert watch.details[-1].endswith(", not verified")


async def test_one_transport_keeps_verified_and_unverified_connections_apart() -> None:
    async with serving(answering(OK), server_of(OWN)) as server:
        client = transport({f"{HOST}:443": server.port})
        await client.request(get(f"https://{HOST}/v2/", tls=INSECURE))
        with pytest.raises(NetworkError, match="not trusted here"):
            await client.request(get(f"https://{HOST}/v2/"))
        await client.aclose()


async def test_the_name_goes_to_the_server_and_an_address_does_not() -> None:
    names: list[str | None] = []
    context = server_of(issue(by=CA, dns=[HOST], ip=["127.0.0.1"]))
    context.sni_callback = lambda tls, name, own: names.append(name)
    async with serving(answering(OK), context) as server:
        client = transport({f"{HOST}:443": server.port, f"{HOST}.:443": server.port, "127.0.0.1:443": server.port})
        for host in (HOST, f"{HOST}.", "127.0.0.1"):
            await client.request(get(f"https://{host}/", tls=TlsRules(authorities=(POOL,))))
        await client.aclose()
    assert names == [HOST, HOST, None]


@pytest.mark.parametrize(("hours", "text"), [(0, "2026-11-23T18:26:51Z"), (-5, "2026-11-23T18:26:51-05:00")])
def test_a_time_is_written_as_go_writes_it(hours: int, text: str) -> None:
    zone = dt.timezone(dt.timedelta(hours=hours))
    assert rfc3339(dt.datetime(2026, 11, 23, 18, 26, 51, 999_999, tzinfo=zone)) == text
