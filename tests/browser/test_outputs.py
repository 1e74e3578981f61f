"""The notebooks' outputs in a real JupyterLab, as they are committed: from narrow to wide, light and dark."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.support.notebooks import NOTEBOOKS

pytest.importorskip("playwright.sync_api", reason="test_outputs.py needs playwright: pip install '.[browser]'")
from nbformat.sign import NotebookNotary
from playwright.sync_api import Page

from tests.browser import lab as labs

pytest_plugins = ["tests.browser.test_browser"]  # its lab, browser and axe
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(labs.CHROMIUM is None, reason="test_outputs.py needs a chromium"),
]
SPILLS = """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .wemasy-card')].flatMap(card => {
  const edge = card.getBoundingClientRect().right + 1;
  return [...card.querySelectorAll('*')]
    .filter(e => e.getClientRects().length && (e.getBoundingClientRect().right > edge))
    .map(e => e.outerHTML.slice(0, 120));
})"""
# Words of a table that are on two lines, and could be on one.
BROKEN = """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .wemasy-card td')].flatMap(e => {
  const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), found = [], range = document.createRange();
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[a-z]{2,10}/gi)) {
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(each => each.top)).size > 1) found.push(word[0]);
  }
  return found;
})"""
# In the cards, and headings that skip a level, wherever they stand. All else that axe finds is JupyterLab's own.
VIOLATIONS = """async () => {
  const found = await axe.run('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const isCard = node => document.querySelector(node.target[0]).closest('.wemasy-card');
  return found.violations.flatMap(rule =>
    rule.nodes.filter(node => rule.id === 'heading-order' || isCard(node)).map(node => [rule.id, node.html]));
}"""


@pytest.fixture(scope="module")
def opened(lab: labs.Lab, browser: labs.Browser) -> Page:
    notary = NotebookNotary(data_dir=str(lab.folder / "data"))
    for path in NOTEBOOKS:
        notary.sign(nbformat.read(path, as_version=4))
        (lab.root / path.name).write_text(path.read_text())
    return browser.page(height=1000)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_output_fits_its_place_and_axe_finds_nothing_in_it(
    path: Path, opened: Page, lab: labs.Lab, axe: str
) -> None:
    opened.set_viewport_size({"width": 1600, "height": 1000})
    labs.open_notebook(opened, lab, path.name, run=False)
    opened.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    opened.evaluate(axe)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        labs.theme(opened, theme)
        for width in (320, 700, 1080, 1600):
            opened.set_viewport_size({"width": width + 70, "height": 1000})
            opened.wait_for_timeout(300)
            assert opened.evaluate(SPILLS) == [], f"{theme}, {width}"
            assert opened.evaluate(BROKEN) == [], f"{theme}, {width}"
        assert opened.evaluate(VIOLATIONS) == [], theme
