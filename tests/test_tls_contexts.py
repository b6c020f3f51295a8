"""Trust stores, client certificates of certs.d, and what a context may and may not do."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from regtui.host.certs import ClientPair
from regtui.outcome import Trouble
from regtui.registry.errors import CertificatesError, NetworkError
from regtui.registry.tls import INSECURE, SECURE, TlsRules, Trust
from tests.hostile import HOST, OK, answering, get, serving, transport
from tests.issuing import in_memory, issue, new_key, server_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

CA = issue("Lab CA", authority=True)
WEB = issue("web", CA, dns=[HOST])
CLIENT = issue("client", CA)
OTHER = issue("other")
RSA = issue("rsa", key=new_key("rsa"))
TRUSTED = TlsRules(authorities=(CA.pem,))
URL = f"https://{HOST}/v2/"

CERTIFICATE, KEY = "/etc/docker/certs.d/reg/client.cert", "/etc/docker/certs.d/reg/client.key"


def pair(certificate: bytes = CLIENT.pem, key: bytes | None = None) -> ClientPair:
    """A client pair of certs.d."""
    return ClientPair(CERTIFICATE, KEY, certificate, CLIENT.key_pem() if key is None else key)


def asking_for_a_certificate(version: ssl.TLSVersion) -> ssl.SSLContext:
    """A server that takes clients of CA only."""
    context = server_of(WEB)
    context.verify_mode = ssl.CERT_REQUIRED
    with in_memory(CA.pem) as path:
        context.load_verify_locations(path)
    context.maximum_version = version
    return context


VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_client_certificate_is_shown_to_a_server_that_asks(version: ssl.TLSVersion) -> None:
    async with serving(answering(OK), asking_for_a_certificate(version)) as server:
        client = transport({f"{HOST}:443": server.port})
        response = await client.request(get(URL, tls=replace(TRUSTED, client_pairs=(pair(),))))
        await client.aclose()
    assert (response.status, response.tls_version) == (200, version.name.replace("_", "."))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("pairs", [(), (pair(OTHER.pem, OTHER.key_pem()),)], ids=["none", "unknown"])
async def test_without_a_good_client_certificate_there_is_no_answer(
    version: ssl.TLSVersion, pairs: tuple[ClientPair, ...]
) -> None:
    async with serving(answering(OK), asking_for_a_certificate(version)) as server:
        client = transport({f"{HOST}:443": server.port})
        with pytest.raises(NetworkError) as caught:
            await client.request(get(URL, tls=replace(TRUSTED, client_pairs=pairs)))
        await client.aclose()
    # asyncio's server may close before its alert is out; Go's servers are compared in the errors' tests.
    assert caught.value.trouble in (Trouble.CLIENT_CERTIFICATE, Trouble.CLOSED, Trouble.RESET)


async def test_of_several_client_certificates_the_first_is_shown() -> None:
    pairs = (pair(), pair(OTHER.pem, OTHER.key_pem()))
    async with serving(answering(OK), asking_for_a_certificate(ssl.TLSVersion.TLSv1_3)) as server:
        client = transport({f"{HOST}:443": server.port})
        assert (await client.request(get(URL, tls=replace(TRUSTED, client_pairs=pairs)))).status == 200
        await client.aclose()


def block(label: bytes) -> bytes:
    """A PEM block that holds nothing of use."""
    return b"-----BEGIN %s-----\nAAAA\n-----END %s-----\n" % (label, label)


SKIPPED = "after skipping PEM blocks of the following types:"
UNUSABLE = {
    "empty certificate": (pair(b""), "tls: failed to find any PEM data in certificate input"),
    "certificate is text": (pair(b"hello\n"), "tls: failed to find any PEM data in certificate input"),
    "empty key": (pair(key=b""), "tls: failed to find any PEM data in key input"),
    "swapped": (
        pair(CLIENT.key_pem(), CLIENT.pem),
        (
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may "
            "have been switched"
        ),
    ),
    "no certificate among others": (
        pair(block(b"X") + block(b"Y Z")),
        f'tls: failed to find "CERTIFICATE" PEM block in certificate input {SKIPPED} [X Y Z]',
    ),
    "key is a certificate": (
        pair(key=CLIENT.pem),
        "tls: found a certificate rather than a key in the PEM for the private key",
    ),
    "no key among others": (
        pair(key=block(b"X")),
        f'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input {SKIPPED} [X]',
    ),
    "broken certificate": (pair(block(b"CERTIFICATE")), "x509: malformed certificate"),
    "broken key": (pair(key=block(b"PRIVATE KEY")), "tls: failed to parse private key"),
    "key of another": (pair(key=OTHER.key_pem()), "tls: private key does not match public key"),
    "key of another kind": (pair(key=RSA.key_pem()), "tls: private key type does not match public key type"),
    "encrypted key": (pair(key=CLIENT.key_pem(b"hunter2")), "tls: failed to parse private key"),
    "key encrypted as of old": (
        pair(key=CLIENT.key_pem(b"hunter2", traditional=True)),
        "tls: failed to parse private key",
    ),
}


@pytest.mark.parametrize(("unusable", "go"), UNUSABLE.values(), ids=UNUSABLE)
async def test_a_client_pair_that_cannot_be_used_is_told_before_anything_is_asked(
    unusable: ClientPair, go: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with serving(answering(OK), server_of(WEB)) as server:
        client = transport({f"{HOST}:443": server.port})
        with pytest.raises(CertificatesError) as caught:
            await client.request(get(URL, tls=TlsRules(client_pairs=(unusable,))))
        await client.aclose()
    assert (caught.value.go, server.accepted) == (go, 0)
    assert CERTIFICATE in str(caught.value)
    assert KEY in str(caught.value)
    assert capfd.readouterr() == ("", "")  # nobody is asked for a passphrase


def test_a_pair_does_not_show_its_key() -> None:
    assert "PRIVATE" not in repr(pair())


async def test_plain_http_does_not_care_for_certificates() -> None:
    async with serving(answering(OK)) as server:
        client = transport({f"{HOST}:80": server.port})
        rules = TlsRules(client_pairs=(pair(b""),))
        assert (await client.request(get(f"http://{HOST}/v2/", tls=rules))).status == 200
        await client.aclose()


def test_contexts_are_made_once_for_each_kind() -> None:
    trust = Trust()
    same = [trust.context(TlsRules(authorities=(bytes(CA.pem),))) for _ in range(3)]
    assert len(set(map(id, same))) == 1
    kinds = [trust.context(rules) for rules in (SECURE, INSECURE, TRUSTED, replace(TRUSTED, verify=False))]
    assert len(set(map(id, kinds))) == 4


def test_a_context_judges_as_go_does() -> None:
    secure, insecure = Trust().context(SECURE), Trust().context(INSECURE)
    for context in (secure, insecure):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        names = [cipher["name"] for cipher in context.get_ciphers()]
        assert not [name for name in names if name.startswith("DHE") or "NULL" in name or "RC4" in name]
    assert secure.verify_mode is ssl.CERT_REQUIRED
    assert secure.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert not secure.verify_flags & ssl.VERIFY_X509_STRICT
    assert insecure.verify_mode is ssl.CERT_NONE


def subjects(context: ssl.SSLContext) -> list[str]:
    """Return the common names of what a context trusts."""
    found: list[Any] = context.get_ca_certs()
    return sorted(group[0][1] for certificate in found for group in certificate["subject"])


def test_the_variables_of_go_name_the_system_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(CA.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert subjects(Trust().context(SECURE)) == ["Lab CA"]
    assert subjects(Trust(system=False).context(SECURE)) == []
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    assert subjects(Trust().context(SECURE)) == []


def test_authorities_of_the_transport_are_trusted_besides_those_of_a_registry() -> None:
    other = issue("Other CA", authority=True)
    context = Trust(system=False, authorities=(other.pem + other.pem, b"rubbish")).context(TRUSTED)
    assert subjects(context) == ["Lab CA", "Other CA"]


async def test_the_systems_own_authorities_know_nobody_of_ours() -> None:
    async with serving(answering(OK), server_of(WEB)) as server:
        client = transport({f"{HOST}:443": server.port}, trust=Trust())
        with pytest.raises(NetworkError, match="not trusted here"):
            await client.request(get(URL))
        await client.aclose()
