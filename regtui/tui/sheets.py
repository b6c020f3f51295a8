"""Style sheets wherever the package lies: in a zip archive they are no files, and Textual opens files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipimport import zipimporter

from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from pathlib import PurePath


class PackagedSheets(Stylesheet):
    """Reads the sheets of an archive from the archive that this module came out of."""

    def read(self, filename: str | PurePath) -> None:
        """Read a style sheet; StylesheetError, or OSError from the archive."""
        path = str(filename)
        loader = __spec__.loader if __spec__ is not None else None
        if isinstance(loader, zipimporter) and path.startswith(loader.archive):
            self.add_source(loader.get_data(path).decode(), read_from=(path, ""), is_default_css=False)
        else:
            super().read(filename)
