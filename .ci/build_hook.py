"""Part of building the wheel: the manual page and the completions, made from the parser, to where programs look."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MAN = "share/man/man1/regtui.1"
COMPLETIONS = {
    "bash": "share/bash-completion/completions/regtui",
    "zsh": "share/zsh/site-functions/_regtui",
    "fish": "share/fish/vendor_completions.d/regtui.fish",
}


class SharedFiles(BuildHookInterface[Any]):
    """Makes the files in a folder of their own and names them to the wheel."""

    PLUGIN_NAME = "custom"
    _folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files; an editable install has none, for it has no version of its own."""
        if self.target_name != "wheel" or version == "editable":
            return
        self._folder = Path(tempfile.mkdtemp(prefix="regtui-shared-"))
        for path, text in self._files().items():
            file = self._folder / Path(path).name
            file.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(file)] = path

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        del version, build_data, artifact_path
        if self._folder is not None:
            shutil.rmtree(self._folder)

    def _files(self) -> dict[str, str]:
        sys.path.insert(0, self.root)
        try:
            from regtui import __version__
            from regtui.cli import COMMANDS, build_parser
            from regtui.completion.scripts import script
            from regtui.completion.words import Shell
            from regtui.manual import man_page
            from regtui.usage import usage_of
        finally:
            sys.path.remove(self.root)
        usage = usage_of(build_parser(), COMMANDS)
        scripts = {path: script(Shell(shell), usage) for shell, path in COMPLETIONS.items()}
        return {MAN: man_page(usage, __version__), **scripts}
