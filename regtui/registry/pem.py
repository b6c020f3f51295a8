"""PEM texts, read as Go's encoding/pem does: what stands between the blocks counts for nothing."""

from __future__ import annotations

import base64
from dataclasses import field

from regtui.frozen import dataclass

_BEGIN, _END, _DASHES = b"-----BEGIN ", b"-----END ", b"-----"


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its label (`CERTIFICATE`), its bytes, and whether it has headers, as old encrypted keys have."""

    label: str
    der: bytes = field(repr=False)
    has_headers: bool = False


def blocks(text: bytes) -> tuple[Block, ...]:
    """Return the blocks of a text in order; one without an end, or with broken base64, is passed over."""
    found: list[Block] = []
    label, body, has_headers = b"", [b""], False
    for line in map(bytes.rstrip, text.splitlines()):
        if line.startswith(_BEGIN) and line.endswith(_DASHES):
            label, body, has_headers = line[len(_BEGIN) : -len(_DASHES)], [], False
        elif line == _END + label + _DASHES and label:
            try:
                der = base64.b64decode(b"".join(body), validate=True)
                found.append(Block(label.decode("ascii", "replace"), der, has_headers))
            except ValueError:  # binascii.Error
                pass
            label = b""
        elif b":" in line:
            has_headers = True
        else:
            body.append(line.strip())
    return tuple(found)
