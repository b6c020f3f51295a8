#!/usr/bin/env python3
"""Builds regtui.pyz, one file with everything in it for a host that has Python 3.11 and nothing else.

`python3 .ci/build_pyz.py [FILE]` writes dist/regtui.pyz, or FILE. The packages that regtui needs come from where pip
gets them. The same packages give the same bytes: SOURCE_DATE_EPOCH is the date of everything inside.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EPOCH = 1580601600  # what hatchling takes where nothing is said
UNWANTED = ("bin", "share", "__pycache__")
UNSTABLE = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")

# Read by whatever `python3` is, so in the words of Python 2 as well.
MAIN = """\
import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "regtui needs Python 3.11 or newer, and this is %d.%d. Where the host has none, run regtui on another machine: "
        "`regtui --root DIR` reads the files of a copied or mounted host.\\n" % sys.version_info[:2]
    )
    sys.exit(2)

from regtui.__main__ import entry

entry()
"""


def main() -> int:
    """Build the file that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", default=str(ROOT / "dist/regtui.pyz"), metavar="FILE")
    target = Path(parser.parse_args().file)
    with tempfile.TemporaryDirectory(prefix="regtui-pyz-") as folder:
        content = Path(folder) / "content"
        install(content)
        clean(content)
        (content / "__main__.py").write_text(MAIN, encoding="utf-8")
        compile_all(content)
        target.parent.mkdir(parents=True, exist_ok=True)
        write(content, target)
    sys.stdout.write(f"{target}: {target.stat().st_size / 1e6:.1f} MB\n")
    return 0


def install(content: Path) -> None:
    """Put regtui and what it needs into a folder."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "install", "--no-compile", "--target", str(content), str(ROOT)], check=True)  # noqa: S603 - own words


def clean(content: Path) -> None:
    """Remove what a running program does not read, and what differs from one machine to the next."""
    for name in UNWANTED:
        for folder in content.rglob(name):
            if folder.is_dir() and (folder.parent == content or name == "__pycache__"):
                shutil.rmtree(folder)
    for info in content.glob("*.dist-info"):
        for name in UNSTABLE:
            (info / name).unlink(missing_ok=True)
    machine_code = [str(path.relative_to(content)) for path in content.rglob("*.so")]
    if machine_code:
        sys.exit(f"not for every machine: {', '.join(machine_code)}")


def compile_all(content: Path) -> None:
    """Compile beside the sources, for the version of Python that builds; any other reads the sources.

    In an interpreter of its own with a fixed hash seed: what it marshals depends on both.
    """
    paths = ["-s", str(content), "-p", "regtui.pyz", str(content)]
    command = [sys.executable, "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash", *paths]
    done = subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": "0"}, check=False)  # noqa: S603 - own words
    if done.returncode:
        sys.exit("not everything can be compiled")


def write(content: Path, target: Path) -> None:
    """Write the archive with sorted names and one date, and make it executable."""
    date = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH)), 315532800))[:6]  # a zip begins in 1980
    with target.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for path in sorted(path for path in content.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(path.relative_to(content).as_posix(), date)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), compresslevel=9)
    target.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
