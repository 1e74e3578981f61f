"""How soon the built site answers, beside an empty JupyterLite of the same make: `python -m tests.benchmarks.site`."""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import time
from collections.abc import Iterator
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.table import Row
from tests.browser.lab import ARGUMENTS, CHROMIUM
from tests.site.hosted import MISSING, SITE, Hosted, hosted

ROUNDS = 5
OURS = ("wemasy-kit", "ipywidgets", "anywidget")
REPLAY = "from wemasy_kit import cassette, logout, show_outcome; show_outcome(await logout(None, send=cassette('%s')))"
PRESS = """selector => new Promise(done => {
  const button = document.querySelector(".wemasy-primary"), start = performance.now();
  button.click();
  const look = () => document.querySelector(selector) ? done(performance.now() - start) : requestAnimationFrame(look);
  look();
})"""


def rows() -> Iterator[Row]:
    """What is measured where the site is built."""
    what, peer, bound = "first replayed response in the shared page", "the same page printing 1", 1.3
    if CHROMIUM is None or not (SITE / "lab").is_dir():
        yield Row(what, peer, None, bound, note=f"{MISSING}, and Chromium is needed")
        return
    with opened() as (browser, site):
        ratios = [ours / bare for bare, ours in (first_responses(browser, site) for _ in range(3))]
        yield Row(what, f"{peer}, Chromium {browser.version}", statistics.median(ratios), bound)


@contextlib.contextmanager
def opened() -> Iterator[tuple[Browser, Hosted]]:
    """The site on a host of its own, an empty lab beside it, and a browser."""
    empty()
    try:
        with hosted() as site, sync_playwright() as playwright:
            arguments = [*ARGUMENTS, f"--proxy-server={site.proxy}", "--proxy-bypass-list=127.0.0.1"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
            yield browser, site
            browser.close()
    finally:
        shutil.rmtree(SITE / "empty")


def empty() -> None:
    """The same lab, which loads nothing of the kit at its start."""
    shutil.rmtree(SITE / "empty", ignore_errors=True)
    shutil.copytree(SITE / "lab", SITE / "empty")
    settings = SITE / "empty" / "jupyter-lite.json"
    text = json.loads(settings.read_text("utf-8"))
    (kernel,) = text["jupyter-config-data"]["litePluginSettings"].values()
    kernel["loadPyodideOptions"]["packages"] = [
        each for each in kernel["loadPyodideOptions"]["packages"] if each not in OURS
    ]
    settings.write_text(json.dumps(text), "utf-8")


def repl(lab: str, code: str) -> str:
    return f"/{lab}/repl/index.html?kernel=python&execute=1&showBanner=0&hideCodeInput=1&code={quote(code)}"


def seconds(browser: Browser, site: Hosted, address: str, shown: str) -> float:
    """From opening an address, with an empty cache, until something is shown."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    start = time.monotonic()
    page.goto(site.url + address)
    page.locator(shown).first.wait_for()
    took = time.monotonic() - start
    context.close()
    return took


def form_seconds(browser: Browser, site: Hosted) -> tuple[float, float]:
    """From the press of “Start the form” until its button can be pressed; then from that press to the verdict."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{site.url}/index.html")
    start = time.monotonic()
    page.get_by_role("link", name="Start the form").click()
    form = page.frame_locator("#form iframe")
    form.locator(".wemasy-primary").click(trial=True)
    took = time.monotonic() - start
    frame = page.frames[-1]
    clicked = frame.evaluate(PRESS, ".wemasy-frame:not(.wemasy-stale) .wemasy-answer .wemasy-verdict")
    context.close()
    return took, clicked / 1000


def first_responses(browser: Browser, site: Hosted) -> tuple[float, float]:
    """Seconds until the empty lab has printed 1, and until ours shows its first replayed response."""
    bare = seconds(browser, site, repl("empty", "print(1)"), ".jp-OutputArea-output pre")
    return bare, seconds(browser, site, repl("lab", REPLAY % "401-no-token"), ".wemasy-card")


def main() -> None:
    with opened() as (browser, site):
        rounds = []
        for _ in range(ROUNDS):
            bare, replay = first_responses(browser, site)
            form, click = form_seconds(browser, site)
            front = seconds(browser, site, "/index.html", "#p-429 .wemasy-verdict")
            rounds.append((bare, replay, form, click, front))
        bare, replay, form, click, front = (statistics.median(each) for each in zip(*rounds, strict=True))
        print(f"empty lab that prints 1: {bare:.1f} s")
        print(f"first replayed response in the lab: {replay:.1f} s; {replay / bare:.2f} of 1.30")
        print(f"form of the front page: {form:.1f} s; {form / bare:.2f} of 1.30")
        print(f"a press in it: {click:.2f} s of 0.50")
        print(f"first response on the front page: {front:.2f} s of 1.00")
        print(f"requests to third parties: {len(site.third_parties)} of 0")


if __name__ == "__main__":
    main()
