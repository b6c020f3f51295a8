"""What registries said, kept between runs: manifests and configurations by digest, lists of names with their age.

Below the platform's cache folder, `v1/SCOPE/content/` has a file for each digest and `v1/SCOPE/lists/` one for each
listing. SCOPE is a hash of the endpoint and of who asked, so that nothing crosses from one login to another. There is
no secret in it. Whatever is damaged, too old or not the user's own is dropped; a cache that cannot be used is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from regtui.outfile import private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

SCHEMA = "v1"
"""Name of the folder; another layout gets another name, and the folders of other layouts are removed."""
MOST_BYTES = 256 * 1024 * 1024
"""Bytes of all files; the oldest go first."""
MOST_FILES = 20_000
"""Files of the cache; a folder with more is slow to list."""
CONTENT_LIMIT = 4 * 1024 * 1024 + 1024
"""Bytes of one file: a manifest or a configuration with the line before it."""
LIST_LIMIT = 64 * 1024 * 1024
"""Bytes of one listing: two million names of 32 characters."""
OLDEST = 30 * 86400.0
"""Seconds after which a file is dropped; nobody wants to see last year's catalog first."""
CHUNK = 256 * 1024
NEW = ".new-"
"""How the name of a file begins that is being written."""
LONGEST_RUN = 86400.0
"""Seconds after which a file that was never committed is what a killed run has left."""

_DIGEST = re.compile(r"(sha256|sha384|sha512):([0-9a-f]{64,128})", re.ASCII)
_HEAD_LIMIT = 1024
"""Bytes of the first line, which says what a file is."""
_TAIL = re.compile(rb"\n=([0-9]{1,10})\n\Z")
_TAIL_LIMIT = 16
"""Bytes of the last line, which says how many names came."""


@dataclass(frozen=True, slots=True)
class KeptList:
    """A complete listing: its age in seconds, how many names, and its file, which `chunks` reads."""

    age: float
    count: int
    path: Path
    start: int
    end: int

    def chunks(self) -> Generator[str, None, None]:
        """Yield the names, each with a line end, in pieces of whole lines; OSError, UnicodeDecodeError."""
        with _reading(self.path, LIST_LIMIT) as file:
            file.seek(self.start)
            left, rest = self.end - self.start, b""
            while left > 0 and (data := file.read(min(CHUNK, left))):
                left -= len(data)
                whole, line_end, rest = (rest + data).rpartition(b"\n")
                yield (whole + line_end).decode("ascii")


class Cache:
    """A folder of one's own. Every method takes a broken disk for an empty cache; `trouble` says what is wrong."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock
        self._is_trimmed = False
        self.trouble = ""

    @classmethod
    def open(cls) -> Cache | None:
        """Return the cache of this user, None where the platform's folder for it is unusable."""
        from platformdirs import user_cache_path

        folder = user_cache_path("regtui")
        return cls(folder) if folder.is_absolute() else None

    def content(self, scope: str, digest: str) -> tuple[str, bytes] | None:
        """Return the content type and the bytes of a digest, verified."""
        path = self._content_path(scope, digest)
        if path is None:
            return None
        try:
            with _reading(path, CONTENT_LIMIT) as file:
                head, body = _head(file.readline(_HEAD_LIMIT)), file.read()
        except OSError:
            return None
        content_type = head.get("type")
        algorithm = digest.partition(":")[0]
        if not isinstance(content_type, str) or f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}" != digest:
            self._drop(path)
            return None
        return content_type, body

    def keep_content(self, scope: str, digest: str, content_type: str, body: bytes) -> None:
        """Keep the bytes of a digest, which the caller has verified."""
        path = self._content_path(scope, digest)
        if path is None or len(body) > CONTENT_LIMIT - _HEAD_LIMIT:
            return
        head = json.dumps({"type": content_type[:200]}).encode() + b"\n"
        file = self._new_file(path)
        file.write(head + body)
        file.commit()

    def listing(self, scope: str, name: str) -> KeptList | None:
        """Return a listing that was kept, None where there is none that is whole and not too old."""
        path = self._list_path(scope, name)
        try:
            with _reading(path, LIST_LIMIT) as file:
                first = file.readline(_HEAD_LIMIT)
                head, start = _head(first), len(first)
                size = os.fstat(file.fileno()).st_size
                file.seek(max(0, start - 1, size - _TAIL_LIMIT))
                tail = _TAIL.search(file.read())
        except OSError:
            return None
        saved = head.get("saved")
        age = self._clock() - saved if isinstance(saved, float) else -1.0
        if tail is None or head.get("name") != name or not 0 <= age <= OLDEST:
            self._drop(path)
            return None
        return KeptList(age, int(tail[1]), path, start, size - len(tail[0]) + 1)

    def drop_listing(self, scope: str, name: str) -> None:
        """Forget a listing that turned out to be damaged."""
        self._drop(self._list_path(scope, name))

    def list_keeper(self, scope: str, name: str) -> ListKeeper:
        """Return what writes a listing down while it comes; it has to be closed."""
        file = self._new_file(self._list_path(scope, name))
        file.write(json.dumps({"name": name, "saved": float(self._clock())}).encode() + b"\n")
        return ListKeeper(file)

    def _content_path(self, scope: str, digest: str) -> Path | None:
        match = _DIGEST.fullmatch(digest)
        return self._scope(scope) / "content" / f"{match[1]}-{match[2]}" if match else None

    def _list_path(self, scope: str, name: str) -> Path:
        return self._scope(scope) / "lists" / hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()

    def _scope(self, scope: str) -> Path:
        digest = hashlib.sha256(scope.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / SCHEMA / digest[:32]

    def _new_file(self, path: Path) -> _NewFile:
        """Return a file that will take the place of `path` in one step; one that takes nothing where none can be."""
        try:
            for folder in (self._folder, *(self._folder / part for part in _parts(path, self._folder))):
                private_folder(folder)
            self._trim()
            return _NewFile(path, self._note)
        except OSError as error:
            self._note(error)
            return _NewFile(None, self._note)

    def _trim(self) -> None:
        """Remove other layouts, remains of killed runs, old files and those beyond the limits; once in a run."""
        if not self._is_trimmed:
            self._is_trimmed = True
            with contextlib.suppress(OSError):  # another run may be at it
                self._remove_other_layouts()
                self._remove_oldest()

    def _remove_other_layouts(self) -> None:
        for other in self._folder.iterdir():
            if other.name != SCHEMA and re.fullmatch(r"v[0-9]+", other.name) and not other.is_symlink():
                shutil.rmtree(other, ignore_errors=True)

    def _remove_oldest(self) -> None:
        files = []
        for folder, _, names in os.walk(self._folder / SCHEMA):
            for name in names:
                path = Path(folder, name)
                info = path.lstat()
                if self._clock() - info.st_mtime > (LONGEST_RUN if name.startswith(NEW) else OLDEST):
                    path.unlink(missing_ok=True)
                else:
                    files.append((info.st_mtime, info.st_size, path))
        files.sort()
        size, count = sum(length for _, length, _ in files), len(files)
        for _, length, path in files:
            if size <= MOST_BYTES and count <= MOST_FILES:
                break
            path.unlink(missing_ok=True)
            size, count = size - length, count - 1

    def _drop(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()

    def _note(self, error: OSError) -> None:
        cause = (error.strerror or "cannot be written").lower()
        self.trouble = self.trouble or f"the cache in {self._folder} cannot be used: {cause}"


class ListKeeper:
    """Takes the names of a listing as they come, and keeps them if all came."""

    def __init__(self, file: _NewFile) -> None:
        self._file = file
        self._count = 0
        self._bytes = _HEAD_LIMIT

    def add(self, names: Iterable[str]) -> None:
        """Add names, none of which has a line end in it."""
        listed = [*names, ""]
        data = "\n".join(listed).encode()
        self._bytes += len(data)
        self._count += len(listed) - 1
        if self._bytes <= LIST_LIMIT:
            self._file.write(data)
        else:
            self._file.discard()

    def complete(self) -> None:
        """Keep the listing: all names came. The last line is that by which a whole file is known."""
        self._file.write(f"={self._count}\n".encode())
        self._file.commit()

    def close(self) -> None:
        """Leave nothing behind of a listing that did not come to its end."""
        self._file.discard()


class _NewFile:
    """A file under another name until it is committed. A fault of the disk ends it; whoever writes is not troubled."""

    def __init__(self, path: Path | None, note: Callable[[OSError], None]) -> None:
        """`path` is None for a file that takes nothing. OSError."""
        self._path = path
        self._note = note
        self._file: IO[bytes] | None = None
        self._temporary: Path | None = None
        if path is not None:
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=NEW)
            self._file, self._temporary = os.fdopen(descriptor, "wb"), Path(temporary)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        if self._file is not None:
            try:
                self._file.write(data)
            except OSError as error:
                self._note(error)
                self.discard()

    def commit(self) -> None:
        """Put the file in its place."""
        if self._file is None or self._temporary is None or self._path is None:
            return
        try:
            self._file.close()
            self._temporary.replace(self._path)
            self._file = self._temporary = None
        except OSError as error:
            self._note(error)
            self.discard()

    def discard(self) -> None:
        """Remove what was not committed."""
        file, temporary, self._file, self._temporary = self._file, self._temporary, None, None
        with contextlib.suppress(OSError):
            if file is not None:
                file.close()
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


@contextlib.contextmanager
def _reading(path: Path, limit: int) -> Iterator[IO[bytes]]:
    """Yield a regular file of one's own within a limit; OSError for anything else. A symbolic link is not followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid() or info.st_size > limit:
            raise PermissionError(13, "is no file of this user within the limit", str(path))
        yield file


def _parts(path: Path, folder: Path) -> Iterator[Path]:
    """Yield the folders between the cache's own and a file, from the outside in."""
    yield from (part for part in reversed(path.relative_to(folder).parents) if part.name)


def _head(line: bytes) -> dict[str, object]:
    """Return the first line of a file, empty where it is damaged."""
    try:
        head = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return head if isinstance(head, dict) else {}
