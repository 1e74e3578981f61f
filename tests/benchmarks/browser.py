"""How fast the form is in a real browser, beside bare widgets in the same run: `python -m tests.benchmarks.browser`."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import lab as labs

ROUNDS = 15
STARTS = 3
SETUP = """
import time
import ipywidgets as widgets
from wemasy_kit import LogoutForm
def bare(number):
    box = widgets.VBox([widgets.HTML("x") for _ in range(number - 1)])
    box.children[-1].add_class("bare-last")
    return box
number = 30  # as many as the parts of a form"""
BARE = """
button, shown = widgets.Button(description="Bare"), widgets.HTML()
def press(_): shown.value = f"<p class='bare'>{time.time_ns()}</p>"
button.on_click(press)
shown.add_class("bare-answer")
widgets.VBox([button, shown])"""
# From the click, in the page, until the frame after the one in which the answer's text has changed.
PAINTED = """([button, answer]) => new Promise(done => {
  const before = answer.textContent, start = performance.now();
  new MutationObserver((_, self) => {
    if (answer.textContent === before || /Sending/.test(answer.textContent)) return;
    self.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
  }).observe(answer, {childList: true, subtree: true, characterData: true});
  button.click();
})"""
# From running the cell until the frame after the one in which its widgets stand there.
DISPLAYED = """selector => new Promise(done => {
  document.querySelectorAll(selector).forEach(each => each.setAttribute("data-old", ""));
  const start = performance.now();
  const look = () => {
    if (!document.querySelector(selector + ":not([data-old])")) return requestAnimationFrame(look);
    requestAnimationFrame(() => done(performance.now() - start));
  };
  window.jupyterapp.commands.execute("notebook:run-cell");
  look();
})"""


def click_to_painted(page: Page, button: str, answer: str) -> float:
    pressed = page.locator(button).first
    pressed.and_(page.locator(":not([aria-disabled=true])")).wait_for()
    return float(page.evaluate(PAINTED, [pressed.element_handle(), page.locator(answer).first.element_handle()]))


def run_to_painted(page: Page, cell: int, shown: str) -> float:
    page.locator(".jp-CodeCell").nth(cell).locator(".jp-InputPrompt").click()
    return float(page.evaluate(DISPLAYED, shown))


def start_to_pressable(browser: labs.Browser, *command: str) -> float:
    """Seconds from the command until a button can be pressed; a bare notebook with one is run by Run All, at once."""
    with tempfile.TemporaryDirectory() as folder:
        lab = labs.Lab(Path(folder), *command)
        notebook = lab.put("bare", "from IPython.display import HTML; HTML('<button class=bare>Press</button>')")
        start = time.monotonic()
        with lab:
            page = browser.page(height=800)
            if command:
                page.goto(lab.address("notebooks/1-start-here.ipynb"))
            else:
                labs.open_notebook(page, lab, notebook)
            page.locator(".wemasy-primary, .bare").first.click(trial=True, timeout=60_000)
            took = time.monotonic() - start
            page.close()
        return took


def medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    ours, bare = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(bare)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, labs.Lab(Path(folder)) as lab, sync_playwright() as playwright:
        browser = labs.Browser(playwright)
        page = browser.page()
        labs.open_notebook(page, lab, lab.put("timed", SETUP, BARE, "LogoutForm()", "bare(number)"))
        page.wait_for_selector(".wemasy-primary", timeout=60_000)
        page.wait_for_selector(".bare-last", timeout=60_000)
        page.get_by_role("radio", name="The same token twice").check(force=True)
        clicks = [
            (
                click_to_painted(page, ".wemasy-primary", ".wemasy-answer"),
                click_to_painted(page, "button:has-text('Bare')", ".bare-answer"),
            )
            for _ in range(ROUNDS)
        ]
        shows = [
            (run_to_painted(page, 2, ".wemasy-primary"), run_to_painted(page, 3, ".bare-last")) for _ in range(ROUNDS)
        ]
        ours, bare = medians(clicks)
        print(f"click to painted verdict: form {ours:.0f} ms, bare button {bare:.0f} ms; {ours - bare:.0f} more of 150")
        ours, bare = medians(shows)
        print(f"showing: form {ours:.0f} ms, bare VBox of as many widgets {bare:.0f} ms; {ours / bare:.2f}, of 1.50")
        starts = [
            (start_to_pressable(browser, "wemasy_kit", "lab"), start_to_pressable(browser)) for _ in range(STARTS)
        ]
        ours, bare = medians(starts)
        print(
            f"command to pressable button: {ours:.1f} s, bare jupyter lab and Run All {bare:.1f} s; {ours / bare:.2f}"
        )
        browser.close()


if __name__ == "__main__":
    main()
