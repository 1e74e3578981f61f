"""Form: what it costs the kernel, beside bare widgets. Measured in a kernel of its own, as a notebook's; no browser."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
from jupyter_client.manager import start_new_kernel

from tests.benchmarks.table import ROOT, Row, cpu, ratio, version

WHAT = ("form: a click to the card, less the exchange", "showing the form", "1,000 clicks in one kernel, memory")


def rows() -> Iterator[Row]:
    told = json.loads(_in_a_kernel("from tests.benchmarks import form; print(form.measured())"))
    click, show, memory = WHAT
    widgets = version("ipywidgets")
    yield Row(click, f"{widgets}, a button that sets an HTML value", told["click"], 1.5)
    yield Row(
        show,
        f"{widgets}, a VBox of {told['parts']} widgets, as many as the form has fields and sections",
        told["show"],
        1.2,
    )
    left = f"{told['threads']} threads and {told['tasks']} tasks more after 1,000 clicks than after 100"
    yield Row(memory, "100 clicks and 2 MB", told["memory"], 1.0, note=left)


def _in_a_kernel(code: str) -> str:
    """What the code prints, run in a kernel that starts for it."""
    printed = []

    def heard(message: Any) -> None:
        content = message["content"]
        printed.append(content.get("text", "") if content.get("name") == "stdout" else "")
        if message["msg_type"] == "error":
            raise RuntimeError("\n".join(content["traceback"]))

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    try:
        client.execute_interactive(code, output_hook=heard, timeout=300)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(printed)


def measured() -> str:
    """All three, as JSON; called in the kernel."""
    import ipywidgets as widgets

    from wemasy_kit import LogoutForm, cassette, logout_sync
    from wemasy_kit.explorer.view_model import Now, ViewModel

    # A press within 0.35 s of another is taken for a double click; here each comes a second later.
    seconds = itertools.count(time.time())
    ViewModel.now = property(lambda self: Now(*[next(seconds)] * 2))  # type: ignore[method-assign,assignment]

    form = LogoutForm(cassette="401-no-token")
    drawn = threading.Event()
    form.observe(lambda change: drawn.set(), "response")

    def press() -> None:
        drawn.clear()
        _clicked(form, {"do": "send", "text": "", "page": "a page"})
        assert drawn.wait(30)

    button, shown = widgets.Button(), widgets.HTML()
    numbers = itertools.count()
    button.on_click(lambda _: setattr(shown, "value", f"<p>{next(numbers)}</p>"))
    exchange = cpu(lambda: logout_sync(None, send=cassette("401-no-token")), 200)
    click = ratio(lambda: cpu(press, 10) - exchange, lambda: cpu(lambda: _clicked(button, {"event": "click"}), 100), 7)

    html = "".join(str(value) for value in form.get_state().values())
    parts = len(re.findall(r"<(?:input|fieldset|summary|section)\b", html))

    def bare() -> None:
        widgets.VBox([widgets.HTML("x") for _ in range(parts - 1)])._repr_mimebundle_()

    show = ratio(lambda: cpu(lambda: LogoutForm()._repr_mimebundle_(), 3), lambda: cpu(bare, 3), 7)
    return json.dumps({"click": click, "show": show, "parts": parts, **_flat(press)})


def _clicked(widget: Any, content: dict[str, str]) -> None:
    """As the kernel hands a widget what its page has sent."""
    widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def _flat(press: Callable[[], None]) -> dict[str, float]:
    """What 1,000 clicks leave behind: memory in parts of that after 100 and 2 MB, and threads and tasks more."""
    from wemasy_kit.explorer import background

    left = []
    for clicks in (100, 900):
        for _ in range(clicks):
            press()
        gc.collect()
        tasks = len(asyncio.all_tasks(background._loop()))
        left.append((psutil.Process().memory_info().rss, threading.active_count(), tasks))
    (before, threads, tasks), after = left
    return {
        "memory": after[0] / (before + 2 * 1024**2),
        "threads": after[1] - threads,
        "tasks": after[2] - tasks,
    }
