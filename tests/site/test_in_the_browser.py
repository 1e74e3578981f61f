"""The built site in a real browser, as a reader uses it: `nox -s site`, then `pytest -m browser tests/site`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.site.hosted import MISSING, ROOT, SITE, Hosted, hosted

pytest.importorskip("playwright.sync_api", reason="the site's tests need playwright: pip install '.[browser]'")
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from tests.browser.lab import ARGUMENTS, CHROMIUM, CONTRAST

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the site's tests need a chromium"),
    pytest.mark.skipif(not (SITE / "lab").is_dir(), reason=MISSING),
]
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SECOND = 1000


@pytest.fixture(scope="module")
def site() -> Iterator[Hosted]:
    with hosted() as site:
        yield site


@pytest.fixture(scope="module")
def browser(site: Hosted) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, f"--proxy-server={site.proxy}", "--proxy-bypass-list=127.0.0.1"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1300, "height": 800})
    page = context.new_page()
    page.set_default_timeout(120 * SECOND)
    yield page
    context.close()


def outputs(page: Page) -> list[dict[str, Any]]:
    """Every output of the notebook that is open."""
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells")
    return [output for cell in cells for output in cell.get("outputs", [])]


def runs_programs(name: str) -> bool:
    """Whether it needs what a browser's Python has not: threads and sockets."""
    return "wemasy_kit.testing" in (ROOT / "notebooks" / name).read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if runs_programs(name)])
def test_a_notebook_that_starts_programs_shows_what_is_committed_and_says_why(
    name: str, page: Page, site: Hosted
) -> None:
    page.goto(f"{site.url}/lab/lab/index.html?path=notebooks/{name}")
    expect(page.locator(".jp-Notebook")).to_contain_text("neither threads nor sockets", timeout=60 * SECOND)

    assert outputs(page)
    assert site.third_parties == set()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_from_top_to_bottom_without_an_error(name: str, page: Page, site: Hosted) -> None:
    page.goto(f"{site.url}/lab/lab/index.html?path=notebooks/{name}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    # Comes back when the last cell has run, or one has failed.
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    errors = [output for output in outputs(page) if output["output_type"] == "error"]
    assert [(error["ename"], error["evalue"]) for error in errors] == []
    assert outputs(page)
    assert site.third_parties == set()


def test_on_a_phone_the_notebook_has_the_room_and_not_the_list_of_files(page: Page, site: Hosted) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{site.url}/lab/lab/index.html?path=notebooks/{NOTEBOOKS[0]}")

    page.wait_for_selector(".jp-NotebookPanel")
    expect(page.locator(".jp-FileBrowser")).to_be_hidden()


# --- The front page


def started(page: Page, site: Hosted, address: str = "") -> FrameLocator:
    """The front page with its form running."""
    page.goto(f"{site.url}/index.html{address}")
    page.get_by_role("link", name="Start the form").click()
    form = page.frame_locator("#form iframe")
    form.locator(".wemasy").wait_for()
    return form


def pressed(form: FrameLocator) -> str:
    """What the form says after a press of its main button."""
    form.locator("button.wemasy-primary").click()
    form.locator(".wemasy-frame:not(.wemasy-stale) .wemasy-answer .wemasy-verdict").wait_for()
    return form.locator(".wemasy-answer").inner_text()


def chosen(form: FrameLocator, what: str, value: str) -> None:
    form.locator(f'label:has(input[data-wemasy-do="{what}"][value="{value}"])').click()


def test_the_front_page_tells_its_responses_at_once_and_by_radio_buttons(page: Page, site: Hosted) -> None:
    page.goto(f"{site.url}/index.html")
    expect(page.locator("#p-429")).to_contain_text("his request revoked nothing")
    for status, said in (("200", "token is dead"), ("401", "Unauthenticated")):
        page.locator(f"#r-{status}").check()
        expect(page.locator(f"#p-{status}")).to_contain_text(said)
        expect(page.locator("#p-429")).to_be_hidden()


def test_without_a_script_the_cards_read_and_the_button_still_leads_to_the_form(browser: Browser, site: Hosted) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/index.html")
    page.locator("#r-200").check()
    expect(page.locator("#p-200")).to_be_visible()
    address = page.get_by_role("link", name="Start the form").get_attribute("href") or ""
    context.close()

    assert parse_qs(urlsplit(address).query)["code"] == ["from wemasy_kit import LogoutForm; LogoutForm()"]


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("#v1/401-no-token", "401-no-token"),
        ("", "429-too-many-requests"),
        ("#v1/import os", "429-too-many-requests"),
        ('#v1/200-token-revoked");print("', "429-too-many-requests"),
        ("#v2/200-token-revoked", "429-too-many-requests"),
        ("#v1/constructor", "429-too-many-requests"),
    ],
)
def test_an_address_opens_the_form_on_a_recording_of_the_list_and_on_nothing_else(
    address: str, opens: str, page: Page, site: Hosted
) -> None:
    page.goto(f"{site.url}/index.html{address}")
    leads = page.get_by_role("link", name="Start the form").get_attribute("href") or ""

    code = f'from wemasy_kit import LogoutForm; LogoutForm(cassette="{opens}")'
    assert parse_qs(urlsplit(leads).query)["code"] == [code]


def test_in_the_front_pages_form_replay_and_sandbox_are_pressed_and_live_is_off(page: Page, site: Hosted) -> None:
    site.files.clear()
    form = started(page, site, "#v1/200-token-revoked")
    said = [pressed(form)]
    for name in ("401-unknown-token", "429-too-many-requests"):
        chosen(form, "recording", name)
        said.append(pressed(form))
    chosen(form, "source", "sandbox")
    said.append(pressed(form))
    chosen(form, "source", "live")
    field, button = form.locator("input[type=password]"), form.locator("button.wemasy-primary")

    for text, status in zip(said, ("200", "401", "429", "200"), strict=True):
        assert status in text
    assert "in this page, over no socket" in said[-1]
    expect(field).to_have_attribute("readonly", "")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(form.locator(".wemasy-secret")).to_contain_text("no sockets")
    assert site.third_parties == set()
    assert site.over_the_wire() <= 18e6
    assert f"It loads {round(site.over_the_wire() / 1e6)} MB" in page.locator(".start").inner_text()


def test_the_books_search_finds(page: Page, site: Hosted) -> None:
    page.goto(f"{site.url}/book/search.html?q=cassette")

    page.locator("#search-results li a").first.wait_for()
    assert site.third_parties == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_card_in_the_book_can_be_read_in_light_and_in_dark(scheme: str, browser: Browser, site: Hosted) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "light" else "light")  # The page's switch decides.
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('theme', '{scheme}')")
    page.goto((SITE / "book" / "notebooks" / NOTEBOOKS[1]).with_suffix(".html").as_uri())
    least = page.evaluate(CONTRAST, ".wemasy-card *")
    context.close()

    assert least >= 4.5
