"""What is known of the host itself beside a walk: its own images, and the mirrors that it serves to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from regtui.daemon import LocalImages
    from regtui.host.model import MirrorService, Setting


@dataclass(frozen=True, slots=True)
class Beside:
    """The images that the daemon has, None where they are not known, and docker.io's mirrors by the configuration.

    `local` are those of the mirrors that are caches on this very host.
    """

    images: LocalImages | None = None
    mirrors: tuple[Setting, ...] = ()
    local: tuple[MirrorService, ...] = ()

    def state(self, reference: str, digest: str) -> str:
        """Return `here`, `same digest` or `older`; empty where the host has nothing of it, or it is not known."""
        if self.images is None or not reference:
            return ""
        state = self.images.state(reference, digest)
        return "" if state == "absent" else str(state)

    def what(self, url: str) -> str:
        """Return which service of this host a mirror's URL leads to, empty where it leads elsewhere."""
        bare = url.rstrip("/")
        return next((one.what for one in self.local if one.url == bare), "")


NOTHING_BESIDE = Beside()
