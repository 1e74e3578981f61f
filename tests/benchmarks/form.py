"""Form: what it costs the kernel, beside bare widgets. Measured in a kernel of its own, as a notebook's; no browser."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import ipywidgets as widgets
import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from tests.benchmarks.table import ROOT, Row, cpu, ratio, version
from wemasy_kit import LogoutForm, cassette, logout_sync
from wemasy_kit.explorer import background
from wemasy_kit.explorer.view_model import Now, ViewModel

PRESS = {"do": "send", "text": "", "page": "a page"}


def rows() -> Iterator[Row]:
    bare = version("ipywidgets")
    with _kernel() as client:
        told = json.loads(_printed(client, "from tests.benchmarks import form; print(form.opened())"))
        ours = functools.partial(_click, client, told["form"], PRESS, "response")
        theirs = functools.partial(_click, client, told["button"], {"event": "click"}, "value")
        found = ratio(lambda: ours() - told["exchange"], theirs, 9)
        peer = f"{bare}, a button that sets an HTML value; each from the page's message to the kernel's"
        yield Row("form: a click to the card, less the exchange", peer, found, 1.5)
        left = []
        for clicks in (100, 900):
            ours(times=clicks)
            left.append(json.loads(_printed(client, "print(form.left_behind())")))
        more = {name: left[1][name] - left[0][name] for name in left[0]}
        note = f"after 1,000 clicks there are {more['threads']} threads and {more['tasks']} tasks more than after 100"
        peer = "the 2 MB that it may grow after the first 100"
        yield Row("1,000 clicks in one kernel, memory", peer, more["memory"] / 2e6, 1.0, note=note)
        found, parts = json.loads(_printed(client, "print(form.showing())"))
        peer = f"{bare}, a VBox of {parts} widgets, as many as the form has fields and sections"
        yield Row("showing the form", peer, found, 1.2)


# What is done from outside, as a notebook's page does it.


@contextlib.contextmanager
def _kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT), extra_arguments=["--log-level=ERROR"])
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _printed(client: BlockingKernelClient, code: str) -> str:
    """What a cell prints."""
    printed = []

    def heard(message: Any) -> None:
        content = message["content"]
        if message["msg_type"] == "error":
            raise RuntimeError("\n".join(content["traceback"]))
        printed.append(content.get("text", ""))

    client.execute_interactive(code, output_hook=heard, timeout=300)
    return "".join(printed)


def _click(client: BlockingKernelClient, comm: str, content: dict[str, str], awaited: str, times: int = 20) -> float:
    """CPU seconds of the kernel for one click, until it has told the page the new state of what is awaited."""
    clock = "import time; print(time.process_time())"
    before = float(_printed(client, clock))
    for _ in range(times):
        message = {"comm_id": comm, "data": {"method": "custom", "content": content}}
        client.shell_channel.send(client.session.msg("comm_msg", message))
        while awaited not in client.get_iopub_msg(timeout=60)["content"].get("data", {}).get("state", {}):
            pass
    return (float(_printed(client, clock)) - before) / times


# What is called in the kernel.


@functools.cache
def _form() -> LogoutForm:
    # A press within 0.35 s of another is taken for a double click; here each comes seconds later.
    seconds = itertools.count(time.time())
    ViewModel.now = property(lambda self: Now(*[next(seconds)] * 2))  # type: ignore[method-assign,assignment]
    return LogoutForm(cassette="401-no-token")


@functools.cache
def _button() -> widgets.Button:
    button, shown, numbers = widgets.Button(), widgets.HTML(), itertools.count()
    button.on_click(lambda _: setattr(shown, "value", f"<p>{next(numbers)}</p>"))
    return button


def opened() -> str:
    """Where the page's messages go, and the CPU seconds of the exchange alone."""
    exchange = cpu(lambda: logout_sync(None, send=cassette("401-no-token")), 200)
    return json.dumps({"form": _form().model_id, "button": _button().model_id, "exchange": exchange})


def left_behind() -> str:
    """What the kernel holds now: bytes, threads, and tasks of the form's."""
    gc.collect()
    tasks = len(asyncio.all_tasks(background._loop()))
    memory = psutil.Process().memory_info().rss
    return json.dumps({"memory": memory, "threads": threading.active_count(), "tasks": tasks})


def showing() -> str:
    """Making and showing a form, to bare widgets; and how many."""
    html = "".join(str(value) for value in _form().get_state().values())
    parts = len(re.findall(r"<(?:input|fieldset|summary|section)\b", html))

    def bare() -> None:
        widgets.VBox([widgets.HTML("x") for _ in range(parts - 1)])._repr_mimebundle_()

    show = ratio(lambda: cpu(lambda: LogoutForm()._repr_mimebundle_(), 3), lambda: cpu(bare, 3), 7)
    return json.dumps([show, parts])
