"""Where the program begins: as little as possible before the first word is understood."""

from __future__ import annotations

import gc
import os
import sys

FAULT = 70
"""Exit status for a fault of regtui's own (EX_SOFTWARE of sysexits.h)."""

COLLECT_AFTER = 20_000
"""New objects between two collections, in place of 700: what a start makes stays, so looking at it costs a fifth."""


def main() -> int:
    """Run the command line and return the exit status; a pipe that closed early is no error worth a word."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from regtui import __version__

        print(f"regtui {__version__}")  # noqa: T201 - the one answer that needs no command
        return 0
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    from regtui.cli import run

    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # noqa: BLE001 - the top: a sentence instead of a traceback with what was in memory
        status = FAULT
        _report_fault(error)
    return status


def _report_fault(error: Exception) -> None:
    """Say where it happened and nothing of what was there: messages and locals may hold secrets."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/regtui/')[2]}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    sys.stderr.write(f"regtui: a fault of its own: {type(error).__name__} at {place}\n")
    sys.stderr.write("Please report it with the command that led to it.\n")


def entry() -> None:
    """Leave with the exit status at once: a name lookup that hangs must not hold the program."""
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    entry()
