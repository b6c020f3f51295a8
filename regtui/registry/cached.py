"""What a cache in front of a registry says of itself: the headers that proxies and content networks add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.text import one_line

if TYPE_CHECKING:
    from regtui.registry.transport import Response

_TELLING = ("X-Cache", "X-Cache-Status", "X-Proxy-Cache", "CF-Cache-Status")
_AGE = re.compile(r"[0-9]{1,9}")


def cache_header(response: Response) -> str:
    """Return the first header that tells of a hit or a miss, else the age of what was kept; empty for neither.

    docker's own registry sends none of them, as a pull-through cache neither.
    """
    for name in _TELLING:
        value = response.header(name) or ""
        if re.search("hit|miss|expired|stale|revalidated|bypass", value, re.IGNORECASE):
            return f"{name}: {one_line(value, 60)}"
    age = (response.header("Age") or "").strip()
    return f"Age: {age}" if _AGE.fullmatch(age) and int(age) else ""
