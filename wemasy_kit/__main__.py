"""`wemasy-kit`, also as `python -m wemasy_kit`: from the first import to the last thread."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from types import FrameType


def start() -> None:
    """Run the command line. Whatever signal ends it, it ends at once, tidily and without a traceback."""
    for number in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:  # Windows has no SIGHUP.
        if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` has it ignored.
            signal.signal(number, _end)
    try:
        from wemasy_kit.cli.app import main  # noqa: PLC0415  (Ctrl-C is quiet from here on)

        main(prog_name="wemasy-kit")
    except KeyboardInterrupt:
        sys.exit("Aborted!")
    except OSError as error:  # A full disk, where the output goes.
        sys.exit(f"Error: {error}")
    except SystemExit as ended:
        # Nothing can interrupt a name look-up, and Python would wait for its thread.
        others = [each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon]
        for thread in others:
            thread.join(0.2)
        if any(thread.is_alive() for thread in others):
            for stream in filter(None, (sys.stdout, sys.stderr)):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        raise


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    start()
