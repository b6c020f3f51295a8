"""The engines of a host side by side, as lines of text: what `regtui resolve NAME --engine all` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.outcome import Outcome
from regtui.side_by_side import absent, differences, short
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.outlet import Outlet
    from regtui.side_by_side import Row

_OUTCOME = 14
_DIGEST = 21


def tell_heading(name: str, labels: tuple[str, ...], outlet: Outlet) -> None:
    """Print what the table is about, and its columns."""
    outlet.line(f"{outlet.paint('strong', printable(name))}, as each engine of this host would pull it")
    outlet.line()
    head = f"{'engine':{_width(labels)}}{'answer':{_OUTCOME}}{'digest':{_DIGEST}}what is pulled"
    outlet.line(outlet.paint("dim", head))


def tell_row(row: Row, labels: tuple[str, ...], outlet: Outlet) -> None:
    """Print an engine's row: what it pulls with which digest, from whom, whom it asks, and why it is here."""
    width, found = _width(labels), row.found
    outcome = row.outcome or Outcome.UNDECIDED
    answer = outlet.paint("good" if found else "bad", f"{outcome:{_OUTCOME}}")
    digest = short(found.digest) if found else "-"
    what = printable(found.reference, 300) if found else row.error
    outlet.line(f"{outlet.paint('accent', f'{row.label:{width}}')}{answer}{digest:{_DIGEST}}{what}")
    notes = []
    if found:
        notes.append(f"from {'mirror ' if found.mirror else ''}{printable(found.endpoint, 300)}")
    notes.append(f"asks {', then '.join(row.asked)}" if row.asked else "asks nobody")
    for note in (*notes, f"why: {printable(row.reason, 300)}"):
        outlet.line(outlet.paint("dim", f"{'':{width}}{note}"))


def tell_differences(rows: tuple[Row, ...], outlet: Outlet) -> None:
    """Print which engines the host does not have, and where those that it has differ."""
    if missing := absent(rows):
        outlet.line(outlet.paint("dim", f"not on this host: {', '.join(missing)}"))
    if sentences := differences(rows):
        outlet.line()
        for sentence in sentences:
            outlet.line(f"{'•' if outlet.unicode else '*'} {sentence}")


def tell_transcripts(rows: tuple[Row, ...], outlet: Outlet) -> None:
    """Print what each engine would print."""
    for row in rows:
        if not row.record.transcript:
            continue
        outlet.line()
        outlet.line(f"{row.command} would print:")
        for line in row.record.transcript:
            mark = outlet.paint("dim", "  (assumed)") if line.assumed else ""
            outlet.line(f"  {printable(line.text, 2000)}{mark}")


def _width(labels: tuple[str, ...]) -> int:
    return max(len("engine"), *(len(label) for label in labels)) + 2
