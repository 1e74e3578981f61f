"""Where a person could look for a token: what a process says, what an exception tells, what a value shows."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import json
import logging
import pickle
import pprint
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from IPython.core.ultratb import VerboseTB

from tests.support.leaks import reachable

# Beside these every other logger that there is.
LOGGERS = (
    "Comm", "asyncio", "h11", "httpcore", "httpcore.connection", "httpcore.http11", "httpx", "ipykernel", "tornado",
    "tornado.access", "tornado.application", "tornado.general", "traitlets", "vcr", "vcr.cassette", "vcr.request",
    "vcr.stubs.httpx_stubs", "wemasy_kit",
)  # fmt: skip


class Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard += [record.getMessage(), repr(vars(record))]
        if record.exc_info and record.exc_info[1]:
            self.heard += told_by(record.exc_info[1])


@contextlib.contextmanager
def watching(capfd: pytest.CaptureFixture[str]) -> Iterator[dict[str, str]]:
    """Both streams, every log at DEBUG, warnings, and what nobody caught: by place, filled when the story is over."""
    seen: dict[str, str] = {}
    listener, uncaught = Listener(), list[str]()
    loggers = [logging.getLogger(), *map(logging.getLogger, {*LOGGERS, *logging.root.manager.loggerDict})]
    levels = [logger.level for logger in loggers]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for module, hook in ((sys, "unraisablehook"), (threading, "excepthook")):
            patch.setattr(module, hook, lambda told: uncaught.extend([repr(told), *told_by(told.exc_value)]))
        for logger in loggers:
            logger.addHandler(listener)
            logger.setLevel(logging.DEBUG)
        try:
            yield seen
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.removeHandler(listener)
                logger.setLevel(level)
            out, err = capfd.readouterr()
            seen |= {"stdout": out, "stderr": err, "logs": "\n".join(listener.heard), "uncaught": "\n".join(uncaught)}
            seen["warnings"] = "\n".join(f"{each.message!r} {vars(each)!r}" for each in warned)


def told_by(error: BaseException) -> Iterator[str]:
    """All that an exception and those behind it tell: in words, in the frames' variables, in IPython's verbose way."""
    yield VerboseTB(theme_name="nocolor").text(type(error), error, error.__traceback__)
    for each in _behind(error):
        yield f"{each} {each!r} {each.args!r} {vars(each)!r}"
        with contextlib.suppress(Exception):
            yield repr(pickle.dumps(each))
        # One by one: a printer leaves some of them out.
        yield "".join(traceback.TracebackException.from_exception(each, capture_locals=True).format(chain=False))
    yield from held_by(error)


def held_by(error: BaseException, *, below: str = "") -> Iterator[str]:
    """What the variables hold in the frames that an exception keeps; only in those of files `below` a folder."""
    for each in _behind(error):
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if frame.f_code.co_filename.startswith(below):
                for local in frame.f_locals.values():
                    yield from reachable(local)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    if error is None:
        return
    yield error
    yield from _behind(error.__cause__)
    yield from _behind(error.__context__)
    for member in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _behind(member)


def told_of(value: object) -> Iterator[str]:
    """All that a value shows: printed, copied, pickled, taken apart, and in a notebook."""
    ways: list[Callable[[Any], object]] = [
        repr, str, ascii, format, pprint.pformat, functools.partial(json.dumps, default=str), vars, copy.copy,
        copy.deepcopy, dataclasses.asdict, dataclasses.astuple,
        *(functools.partial(pickle.dumps, protocol=protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        *(functools.partial(_called, name) for name in ("_repr_html_", "_repr_mimebundle_", "get_state")),
        *(functools.partial(_attribute, name) for name in dir(value)),
    ]  # fmt: skip
    for way in ways:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                shown = way(value)
            except Exception as error:
                shown = f"{error} {error!r}"
        yield str(shown)
        yield from reachable(shown)


def _called(name: str, value: Any) -> object:
    return getattr(value, name)()


def _attribute(name: str, value: Any) -> object:
    return getattr(value, name)
