"""A host that a real engine and regtui share: the environment of both, what each says, and what each asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.real_registries import Registries
    from tests.server_journal import Request

ROOT = Path(__file__).parent.parent
PATIENCE = 120


@dataclass(frozen=True)
class RealHost:
    """A host of its own: the engine's files and what it pulls in a folder, the registries on loopback."""

    folder: Path
    registries: Registries

    @property
    def environment(self) -> dict[str, str]:
        """What both programs run in."""
        return {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def filled(self, text: str, **words: str) -> str:
        """Return a text with the servers' ports, and these words, in the place of their names."""
        ports = {name: str(getattr(self.registries, name)) for name in ("plain", "private", "mirror")}
        for name, value in {**ports, **words}.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def engine(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the engine."""
        return _ran(words, env=self.environment)

    def document(self, *words: str, before: Sequence[str] = ()) -> dict[str, Any]:
        """Run a command of regtui, `before` in front of it, and return its document."""
        command = [*before, sys.executable, "-m", "regtui", *words, "--json"]
        ran = _ran(command, cwd=ROOT, env={**self.environment, "PYTHONPATH": str(ROOT)})
        assert ran.stdout, ran.stderr
        document: dict[str, Any] = json.loads(ran.stdout)
        return document

    def asked(self) -> list[str]:
        """Return the requests since the last call without those for blobs and those of the mirror itself."""
        own: list[Request] = self.registries.journal.take_requests()
        manifests = (one for one in own if "/blobs/" not in one.path)
        return [str(one) for one in manifests if not one.agent.startswith("Go-http-client")]


def _ran(command: Sequence[str], *, env: dict[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
