"""Error texts as Go's net/http writes them."""

from __future__ import annotations

from regtui.text import go_quote


def url_error(method: str, url: str, cause: str, *, quoted: bool) -> str:
    """Return the text of net/http's *url.Error: `Get URL: CAUSE`; Go quotes the URL from 1.14 on."""
    place = go_quote(url) if quoted else url
    return f"{method.capitalize()} {place}: {cause}"
