"""Where the program begins: as little as possible before the first word is understood."""

from __future__ import annotations

import errno
import os
import sys

FAULT = 70
"""Exit status for a fault of regtui's own (EX_SOFTWARE of sysexits.h)."""
UNWRITABLE = 74
"""Exit status where what regtui says cannot be written (EX_IOERR)."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main() -> int:
    """Run the command line and return the exit status; a pipe that closed early is no error worth a word."""
    _open_streams()
    try:
        status = _run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        status = 141
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # noqa: BLE001 - the top: a sentence instead of a traceback with what was in memory
        status = _unwritable(error) or _fault(error)
    return status


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        from regtui import __version__

        sys.stdout.write(f"regtui {__version__}\n")
        return 0
    from regtui.garbage import keep_all

    keep_all()
    from regtui.cli import run

    return run(arguments)


def _open_streams() -> None:
    """Give descriptors 0 to 2 that are closed to nobody: the first socket would get the number, and what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: PTH123, SIM115 - till the end


def _unwritable(error: Exception) -> int:
    """Say so where the output took no more; 0 where that is not the matter: own files report their errors."""
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return 0
    _tell(f"the output cannot be written: {os.strerror(error.errno).lower()}")
    return UNWRITABLE


def _tell(text: str) -> None:
    try:  # noqa: SIM105 - contextlib is not loaded, and a start must not wait for it
        sys.stderr.write(f"regtui: {text}\n")
    except OSError:
        pass  # nobody is left to hear of it


def _fault(error: Exception) -> int:
    """Say where it happened and nothing of what was there: messages and locals may hold secrets."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/regtui/')[2]}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    _tell(f"a fault of its own: {type(error).__name__} at {place}\nPlease report it with the command that led to it.")
    return FAULT


def entry() -> None:
    """Leave with the exit status at once: a name lookup that hangs must not hold the program."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - contextlib is not loaded, and a start must not wait for it
            stream.flush()
        except (OSError, ValueError):  # its reader is gone, the disk is full, or somebody closed it
            pass
    os._exit(status)


if __name__ == "__main__":
    entry()
