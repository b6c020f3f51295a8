"""Makes the demo's certificates and its signed schema 1 manifest; they are in the repository.

Run it as `PYTHONPATH=. python tests/make_demo_certificates.py`.
The keys of the authority and of the manifest's signer are thrown away: nobody can sign anything else with them.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from regtui.demo.spec import Listen
from regtui.demo.story import story_world
from tests.worlds import ELSEWHERE, Authority, Issued, self_signed

DEMO = Path(__file__).parent.parent / "regtui" / "demo"
BEGIN = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2127, 1, 1, tzinfo=datetime.UTC)
EMPTY_LAYER = "a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"  # the gzipped empty tar of schema 1
EXPIRY = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)


def main() -> None:
    """Write all files anew."""
    (DEMO / "schema1.json").write_bytes(signed_schema1("legacy/billing", "2014.11"))
    folder = DEMO / "certificates"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.pem"):
        old.unlink()
    authority = Authority("regtui demo authority", BEGIN, END)
    (folder / "authority.pem").write_text(authority.pem)
    for host in story_world().hosts:
        if not host.listen.speaks_tls:
            continue
        issued = _issue(authority, host.listen, host.hostname)
        (folder / f"{host.hostname}.pem").write_text(issued.key + issued.certificate)


def _issue(authority: Authority, kind: Listen, host: str) -> Issued:
    match kind:
        case Listen.SELFSIGNED:
            return self_signed(host, BEGIN, END)
        case Listen.EXPIRED:
            return authority.issue([host], BEGIN, EXPIRY)
        case Listen.WRONGHOST:
            return authority.issue([ELSEWHERE], BEGIN, END)
        case _:
            return authority.issue([host], BEGIN, END)


def signed_schema1(name: str, tag: str) -> bytes:
    """Return a Docker schema 1 manifest with a JSON web signature (distribution, spec/manifest-v2-1.md)."""
    payload = json.dumps(_schema1(name, tag), indent=3).encode()
    tail = b"\n}"
    protected = {
        "formatLength": len(payload) - len(tail),
        "formatTail": _encode(tail),
        "time": "2014-11-21T09:30:00Z",
    }
    protected_text = _encode(json.dumps(protected, separators=(",", ":")).encode())
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(f"{protected_text}.{_encode(payload)}".encode(), ec.ECDSA(hashes.SHA256())))
    signature = {
        "header": {"jwk": _web_key(key.public_key()), "alg": "ES256"},
        "signature": _encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")),
        "protected": protected_text,
    }
    signatures = json.dumps([signature], indent=3).replace("\n", "\n   ").encode()
    return payload.removesuffix(tail) + b',\n   "signatures": ' + signatures + tail


def _schema1(name: str, tag: str) -> dict[str, object]:
    commands = (
        ("2014-11-20T18:02:11Z", "/bin/sh -c #(nop) ADD file:7d9e3a5c1f in /", False),
        ("2014-11-20T18:05:40Z", "/bin/sh -c yum -y install java-1.7.0-openjdk-headless", False),
        ("2014-11-21T09:29:12Z", "/bin/sh -c #(nop) ADD file:1c4f2b9e77 in /srv/billing.jar", False),
        ("2014-11-21T09:29:58Z", '/bin/sh -c #(nop) CMD ["java", "-jar", "/srv/billing.jar"]', True),
    )
    layers: list[dict[str, str]] = []
    history: list[dict[str, str]] = []
    parent = ""
    for created, command, empty in commands:
        identifier = hashlib.sha256(f"{parent}{command}".encode()).hexdigest()
        blob = EMPTY_LAYER if empty else hashlib.sha256(identifier.encode()).hexdigest()
        entry: dict[str, object] = {
            "id": identifier,
            "created": created,
            "container_config": {"Cmd": [command]},
            "architecture": "amd64",
            "os": "linux",
        }
        if parent:
            entry["parent"] = parent
        if empty:
            entry["throwaway"] = True
        layers.insert(0, {"blobSum": f"sha256:{blob}"})
        history.insert(0, {"v1Compatibility": json.dumps(entry, separators=(",", ":"))})
        parent = identifier
    return {
        "schemaVersion": 1,
        "name": name,
        "tag": tag,
        "architecture": "amd64",
        "fsLayers": layers,
        "history": history,
    }


def _web_key(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return the JSON web key with the fingerprint that libtrust gives it: 240 bits in base32, in groups of four."""
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    fingerprint = base64.b32encode(hashlib.sha256(spki).digest()[:30]).decode()
    numbers = key.public_numbers()
    return {
        "crv": "P-256",
        "kid": ":".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4)),
        "kty": "EC",
        "x": _encode(numbers.x.to_bytes(32, "big")),
        "y": _encode(numbers.y.to_bytes(32, "big")),
    }


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


if __name__ == "__main__":
    main()
