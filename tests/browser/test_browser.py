"""The form in a real JupyterLab and a real browser, as a person uses it: `pytest -m browser`."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from wemasy_kit import Sandbox
from wemasy_kit.secrets.mask import MASK, masked

pytest.importorskip("playwright.sync_api", reason="test_browser.py needs playwright: pip install '.[browser]'")
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser import lab as labs

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(labs.CHROMIUM is None, reason="test_browser.py needs a chromium"),
]
AGAIN = "WEMASY_PICTURES=docs pytest -m browser -k pictures"
PICTURES = Path(os.environ.get("WEMASY_PICTURES", "")) if os.environ.get("WEMASY_PICTURES") else None


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[labs.Lab]:
    with labs.Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def browser() -> Iterator[labs.Browser]:
    with sync_playwright() as playwright:
        browser = labs.Browser(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    """It counts what really came in."""
    with Sandbox(rate_limit=1000) as shop:
        yield shop


def token_of(shop: Sandbox) -> str:
    """A live token, as a person would have it on the clipboard."""
    return shop.issue_token("jane").reveal()


@pytest.fixture(scope="module")
def page(lab: labs.Lab, browser: labs.Browser) -> Page:
    """One page with the form of notebook 1; each test takes it as it finds it."""
    page = browser.page()
    labs.open_notebook(page, lab, lab.put("form", "from wemasy_kit import LogoutForm", "LogoutForm()"))
    expect(form(page)).to_be_visible(timeout=60_000)
    return page


def form(page: Page) -> Locator:
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .wemasy").first


def choose(page: Page, name: str) -> None:
    # The radio button lies unseen over the whole of its row: where a person clicks.
    form(page).get_by_role("radio", name=name).click()


def field(page: Page) -> Locator:
    return form(page).get_by_role("textbox", name="Bearer token")


def deed(page: Page) -> Locator:
    """The button that sends, whatever is written on it."""
    return form(page).locator(".wemasy-primary")


def press(page: Page, name: str | None = None) -> None:
    if name is None:
        deed(page).and_(page.locator(":not([aria-disabled=true])")).click()
    else:
        form(page).get_by_role("button", name=name, exact=True).click()


def verdict(page: Page) -> Locator:
    return form(page).locator(".wemasy-verdict")


def unfold(page: Page, name: str) -> None:
    form(page).locator("summary", has_text=name).click()


def at(shop: Sandbox) -> str:
    """Code for a form that asks this shop; each cell has names of its own."""
    return f"""
from wemasy_kit import LogoutForm
from wemasy_kit.sources.live import Live
LogoutForm(send=Live(base_url={shop.base_url!r}, deadline=10.0, name="sandbox"))"""


def live_form(page: Page, lab: labs.Lab, base_url: str, name: str) -> None:
    labs.open_notebook(
        page,
        lab,
        lab.put(name, "from wemasy_kit import LogoutForm, live", f"LogoutForm(send=live(base_url={base_url!r}))"),
    )
    expect(form(page)).to_be_visible(timeout=60_000)


def test_each_recording_is_replayed_by_a_button_that_says_so_and_makes_nobody_wait(page: Page) -> None:
    for recording, words in (
        ("Token revoked", "200 OK Recorded: Token revoked"),
        ("Not accepted", "401 Unauthorized Recorded: Token not accepted"),
        ("Too many requests", "429 Too Many Requests Recorded: Not logged out"),
    ):
        choose(page, recording)
        expect(deed(page)).to_have_text(f"Replay the recorded {words[:3]}")
        press(page)
        expect(verdict(page)).to_contain_text(words)
        expect(verdict(page)).to_contain_text("never seen on the live API")
    expect(form(page).locator(".wemasy-secret")).to_contain_text("would now count down 61 s")
    expect(deed(page)).to_have_text("Replay the recorded 429")
    expect(form(page).get_by_role("meter")).to_have_attribute("aria-valuetext", "0 of 60")
    choose(page, "Phone, then laptop")
    for number, device in enumerate(("phone", "laptop"), start=1):
        expect(deed(page)).to_have_text(f"Replay step {number} of 2")
        press(page)
        expect(form(page)).to_contain_text(f"Step {number} of 2 · the {device} logs out")


def test_in_the_sandbox_the_button_never_moves_and_a_revoked_token_is_proved_dead_and_recognised(page: Page) -> None:
    choose(page, "Sandbox")
    expect(form(page).locator(".wemasy-endpoint")).to_contain_text("POST http://127.0.0.1:")
    expect(deed(page)).to_have_text("Log out in the sandbox")
    before = deed(page).bounding_box()
    press(page, "Issue a token")
    expect(form(page).locator(".wemasy-list")).to_contain_text("valid")
    press(page)
    expect(verdict(page)).to_contain_text("200 OK Token revoked")
    expect(deed(page)).to_be_enabled()  # Till then it would be half of a double click.
    press(page, "Prove it")
    expect(verdict(page)).to_contain_text("then 401 ✓ proved")
    field(page).fill("5|has,a-comma")
    press(page)
    expect(form(page).get_by_role("alert")).to_contain_text("comma")
    assert deed(page).bounding_box() == before
    field(page).fill("")
    form(page).locator(".wemasy-list label", has_text="revoked").click()
    press(page)
    expect(form(page).get_by_role("group", name="Confirm")).to_contain_text("This kernel revoked it at")
    press(page, "Send it again")
    expect(verdict(page)).to_contain_text("401 Unauthorized Token not accepted")


def test_a_response_is_dimmed_and_headed_as_earlier_as_soon_as_anything_is_done(page: Page) -> None:
    when = form(page).locator(".wemasy-when")
    chip, calm = form(page).locator(".wemasy-verdict .wemasy-chip").first, "e => getComputedStyle(e).color"
    choose(page, "Sandbox")
    press(page)
    expect(verdict(page)).to_contain_text("Token revoked")
    expect(when).to_be_hidden()
    fresh = chip.evaluate(calm)
    choose(page, "Live")
    expect(when).to_be_visible()
    expect(when).to_have_text(re.compile(r"Earlier · \d\d:\d\d:\d\d · Sandbox · [0-9a-f]{8}"))
    assert chip.evaluate(calm) != fresh
    assert page.evaluate(labs.CONTRAST, ".wemasy-answer section *") >= 4.5
    expect(form(page).get_by_role("button", name="Prove it")).to_be_hidden()
    expect(form(page).locator(".wemasy-endpoint")).to_contain_text("POST https://api.wemasy.nl/api/services/")
    expect(deed(page)).to_have_text("Log out at api.wemasy.nl…")
    choose(page, "Replay")
    choose(page, "Token revoked")
    press(page)
    expect(when).to_be_hidden()
    unfold(page, "History")
    rows = form(page).locator(".wemasy-call")
    expect(rows.nth(1)).to_contain_text(re.compile(r"200 Token revoked Sandbox · 127.0.0.1:\d+"))
    rows.nth(1).click()
    expect(verdict(page)).to_contain_text("Sandbox · 127.0.0.1")
    expect(when).to_contain_text("Sandbox")
    expect(rows.nth(1)).to_be_focused()
    assert rows.filter(visible=True).count() == min(5, rows.count())


def test_two_forms_share_the_history_at_once(page: Page, lab: labs.Lab) -> None:
    labs.open_notebook(page, lab, lab.put("two", "from wemasy_kit import LogoutForm", "LogoutForm()", "LogoutForm()"))
    expect(page.locator(".wemasy-primary")).to_have_count(2, timeout=60_000)
    press(page)
    for each in page.locator(".wemasy").all():
        expect(each).to_contain_text("1 of this kernel")
    # Each has radio buttons of its own.
    expect(page.get_by_role("radio", name="Replay").nth(1)).to_be_checked()
    choose(page, "Live")
    expect(page.get_by_role("radio", name="Replay").nth(1)).to_be_checked()


def test_on_a_small_viewport_the_verdict_comes_into_view_once(page: Page, lab: labs.Lab) -> None:
    page.set_viewport_size({"width": 720, "height": 520})
    choose(page, "Replay")
    press(page)
    expect(verdict(page).first).to_be_in_viewport()
    deed(page).scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    expect(deed(page)).to_be_in_viewport()
    page.set_viewport_size({"width": 1500, "height": 1400})


def test_a_429_counts_down_on_the_button_while_a_cell_runs_and_nothing_can_be_sent(page: Page, lab: labs.Lab) -> None:
    with Sandbox(rate_limit=1) as strict:
        labs.open_notebook(page, lab, lab.put("strict", at(strict)))
        expect(form(page)).to_be_visible(timeout=60_000)
        for words in ("401", "429"):
            press(page)
            expect(verdict(page)).to_contain_text(words)
        assert len(strict.requests) == 2
    expect(deed(page)).to_be_disabled()
    expect(form(page)).to_contain_text("It can be sent at")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:insert-cell-below')")
    page.keyboard.press("Enter")
    page.keyboard.type("import time; time.sleep(4)")
    page.keyboard.press("Control+Enter")
    before = deed(page).inner_text()
    page.wait_for_timeout(2200)
    assert page.locator("#jp-main-statusbar").inner_text().count("Busy") == 1
    assert before.startswith("Wait")
    assert deed(page).inner_text() != before
    page.wait_for_function("document.querySelector('#jp-main-statusbar').innerText.includes('| Idle')")


@pytest.mark.parametrize("gap", [0, 60, 150, 300])
def test_a_double_click_sends_exactly_one_request(page: Page, lab: labs.Lab, shop: Sandbox, gap: int) -> None:
    if not lab.root.joinpath("counted.ipynb").exists():
        labs.open_notebook(page, lab, lab.put("counted", at(shop)))
        expect(form(page)).to_be_visible(timeout=60_000)
    before = len(shop.requests)
    field(page).fill(token_of(shop))
    box = deed(page).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.wait_for_timeout(gap)
    page.mouse.click(x, y)
    expect(verdict(page)).to_contain_text("Token revoked")
    page.wait_for_timeout(600)
    assert len(shop.requests) == before + 1


def test_enter_sends_every_character_that_was_typed(page: Page, shop: Sandbox) -> None:
    text = token_of(shop)
    field(page).press_sequentially(text)
    field(page).press("Enter")
    page.wait_for_timeout(600)
    expect(verdict(page)).to_contain_text("Token revoked")
    assert not any(token.alive and token.fingerprint for token in shop.tokens())
    expect(field(page)).to_have_value("")


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    field(page).focus()
    page.keyboard.press("Control+v")


def test_a_paste_can_be_undone_and_two_pasted_lines_are_refused_and_not_glued_together(
    page: Page, shop: Sandbox
) -> None:
    before, text = len(shop.requests), token_of(shop)
    paste(page, f"{text[:20]}\n{text[20:]}")
    for keys, value in (("Control+z", ""), ("Control+Shift+z", text)):
        page.keyboard.press(keys)
        assert field(page).input_value() == value
    for _ in range(2):
        page.wait_for_timeout(600)
        press(page)
        expect(form(page).get_by_role("alert")).to_contain_text("A line break stands inside")
    assert len(shop.requests) == before
    field(page).fill("")


def test_show_shows_and_hides_the_text(page: Page) -> None:
    press(page, "Show")
    expect(field(page)).to_have_attribute("type", "text")
    press(page, "Hide")
    expect(field(page)).to_have_attribute("type", "password")


def test_live_asks_for_a_second_step_that_names_host_and_fingerprint_each_time(
    page: Page, lab: labs.Lab, shop: Sandbox
) -> None:
    live_form(page, lab, shop.base_url, "armed")
    before = len(shop.requests)
    for _ in range(2):
        token = token_of(shop)
        field(page).fill(token)
        press(page)
        question = form(page).get_by_role("group", name="Confirm")
        expect(question).to_contain_text(shop.base_url.split("/")[2])
        expect(question).to_contain_text(shop.tokens()[-1].fingerprint)
        press(page, "Log out for real")
        expect(question).to_be_hidden()
        expect(deed(page)).to_be_focused()
        expect(verdict(page)).to_contain_text("Token revoked")
    assert len(shop.requests) == before + 2


def test_escape_closes_the_question_sends_nothing_and_a_reload_forgets_what_was_typed(
    page: Page, lab: labs.Lab, shop: Sandbox
) -> None:
    before = len(shop.requests)
    field(page).fill(token_of(shop))
    press(page)
    expect(form(page).get_by_role("button", name="Not now")).to_be_focused()
    page.keyboard.press("Escape")
    expect(field(page)).to_be_focused()
    expect(deed(page)).to_be_enabled()
    page.reload()
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
    page.wait_for_timeout(1500)
    assert len(shop.requests) == before
    if field(page).count():
        assert field(page).input_value() == ""


def test_an_armed_step_closes_by_itself_and_is_open_in_no_other_tab(
    page: Page, lab: labs.Lab, browser: labs.Browser, shop: Sandbox
) -> None:
    cell = f"""
from wemasy_kit import LogoutForm, live
from wemasy_kit.explorer import view_model
view_model.ARMED_FOR = 4.0
LogoutForm(send=live(base_url={shop.base_url!r}))"""
    labs.open_notebook(page, lab, lab.put("closes", cell))
    expect(form(page)).to_be_visible(timeout=60_000)
    labs.save(page)
    before, other = len(shop.requests), browser.page()
    labs.open_notebook(other, lab, "closes.ipynb", run=False)
    expect(form(other)).to_be_visible(timeout=60_000)
    field(other).fill("typed in the other tab")
    field(page).fill(token_of(shop))
    press(page)
    expect(form(page).get_by_role("group", name="Confirm")).to_be_visible()
    expect(form(other).get_by_role("group", name="Confirm")).to_be_hidden()
    assert field(other).input_value() == "typed in the other tab"
    expect(form(page)).to_contain_text("The question has closed by itself, and nothing was sent.", timeout=10_000)
    assert len(shop.requests) == before
    other.close()


def test_a_kernel_that_is_gone_is_said_in_words_and_the_form_stays_whole(page: Page, lab: labs.Lab) -> None:
    labs.open_notebook(page, lab, "form.ipynb")
    expect(form(page)).to_be_visible(timeout=60_000)
    choose(page, "Replay")
    press(page)
    expect(verdict(page)).to_contain_text("Recorded")
    left = deed(page).bounding_box()
    for end in ("sessions.shutdownAll()", "sessions.refreshRunning()"):
        page.evaluate(f"() => window.jupyterapp.serviceManager.{end}")
    press(page)
    expect(deed(page)).to_have_text("The kernel is gone", timeout=2_000)
    expect(form(page)).to_contain_text("Nothing was sent. Run this cell again (Shift+Enter).")
    expect(form(page).locator(".wemasy-when")).to_be_visible()
    assert deed(page).bounding_box() == left


def test_a_token_is_nowhere_on_disk_whenever_the_notebook_is_saved(page: Page, lab: labs.Lab, shop: Sandbox) -> None:
    live_form(page, lab, shop.base_url, "saved")
    token = token_of(shop)
    planted = lab.root / "planted.txt"
    planted.write_text(f"so that this search is known to find: {token}")
    assert found(lab.folder, token) == {planted}
    planted.unlink()
    field(page).fill(token)
    labs.save(page)
    assert not found(lab.folder, token)
    press(page)
    labs.save(page)
    assert not found(lab.folder, token)
    press(page, "Log out for real")
    labs.save(page)
    expect(verdict(page)).to_contain_text("Token revoked")
    labs.save(page)
    assert not found(lab.folder, token)
    assert "widget-state" in (lab.root / "saved.ipynb").read_text()
    assert MASK not in (lab.root / "saved.ipynb").read_text()


def found(folder: Path, token: str) -> set[Path]:
    """The files below a folder that hold the token in any spelling."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path for path in files if masked(text := path.read_bytes().decode("latin-1"), token) != text}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--no-save", "--no-package-lock", "--silent", "--prefix", str(folder), "axe-core@4"]
    try:
        subprocess.run(command, check=True, timeout=120)
    except (FileNotFoundError, subprocess.SubprocessError):
        pytest.skip("test_browser.py's axe needs npm and axe-core")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
WIDTHS = (1500, 700, 320)


@pytest.fixture(scope="module")
def shown(lab: labs.Lab, browser: labs.Browser) -> Page:
    """A form with an answer, a customer's tokens and a history on it."""
    page = browser.page(height=1700)
    labs.open_notebook(page, lab, lab.put("looked-at", "from wemasy_kit import LogoutForm", "LogoutForm()"))
    expect(form(page)).to_be_visible(timeout=60_000)
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    choose(page, "Too many requests")
    press(page)
    expect(verdict(page)).to_contain_text("Not logged out")
    unfold(page, "History")
    return page


@pytest.mark.parametrize("name", THEMES)
def test_axe_finds_no_violation_inside_the_form(shown: Page, axe: str, name: str) -> None:
    labs.theme(shown, name)
    shown.evaluate(axe)
    for tab in ("Headers", "Documented vs observed", "Exchange", "What changed", "Body"):
        form(shown).get_by_role("tab", name=tab).click()
        result = shown.evaluate(
            "() => axe.run('.jp-NotebookPanel:not(.lm-mod-hidden) .wemasy', "
            "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        told = [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in result["violations"]]
        assert not told, f"{name}, {tab}: {told}"


@pytest.mark.parametrize("width", [1600, 1100, 700, 320])
def test_the_form_fits_its_notebook_from_wide_to_narrow(shown: Page, width: int) -> None:
    shown.set_viewport_size({"width": width + 120, "height": 1700})
    shown.wait_for_timeout(400)
    root = form(shown)
    assert root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    spills = root.evaluate(
        "root => [...root.querySelectorAll('*')].filter(e => e.getClientRects().length && "
        "!e.closest('.wemasy-table, .wemasy-unseen') && "
        "e.getBoundingClientRect().right > root.getBoundingClientRect().right + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert not spills
    shown.set_viewport_size({"width": 1500, "height": 1700})


def test_the_page_does_not_jump_when_an_answer_comes(page: Page, lab: labs.Lab) -> None:
    labs.open_notebook(page, lab, "form.ipynb")
    expect(form(page)).to_be_visible(timeout=60_000)
    folded = form(page).locator("summary", has_text="Request samples")
    folded.scroll_into_view_if_needed()
    before = folded.bounding_box()
    press(page)
    expect(verdict(page)).to_contain_text("Token revoked")
    assert folded.bounding_box() == before


def test_everything_is_reached_by_keyboard(page: Page) -> None:
    form(page).get_by_role("radio", name="Replay").focus()
    seen: list[str] = []
    for _ in range(16):
        seen.append(page.evaluate("() => document.activeElement.textContent || document.activeElement.type"))
        page.keyboard.press("Tab")
    reached = " ".join(seen)
    assert all(word in reached for word in ("radio", "password", "Show", "Replay", "Body", "Copy", "Export", "History"))
    form(page).get_by_role("radio", name="200 Token revoked").focus()
    page.keyboard.press("ArrowDown")
    expect(form(page).get_by_role("radio", name="Not accepted")).to_be_checked()
    expect(form(page).get_by_role("radio", name="Not accepted")).to_be_focused()
    form(page).get_by_role("tab", name="Body").focus()
    page.keyboard.press("ArrowRight")
    expect(form(page).get_by_role("tab", name="Headers")).to_have_attribute("aria-selected", "true")


def test_request_report_and_samples_are_copied_and_exports_downloaded_in_one_file_each(page: Page) -> None:
    copied = "() => navigator.clipboard.readText()"
    for name, words in (("Copy as cURL", "$WEMASY_TOKEN"), ("Copy as report", "wemasy-kit "), ("Copy body", '"error"')):
        press(page, name)
        expect(form(page).get_by_role("button", name="Copied")).to_be_visible()
        assert words in page.evaluate(copied)
        expect(form(page).get_by_role("button", name="Copied")).to_be_hidden()
    unfold(page, "Request samples")
    form(page).get_by_role("tab", name="As documented").click()
    form(page).locator(".wemasy-sample button").filter(visible=True).click()
    assert page.evaluate(copied).startswith("curl -X POST")
    unfold(page, "Export")
    for name, ending in (("Postman collection", ".json"), ("HAR of the recordings", ".har")):
        with page.expect_download() as waiting:
            press(page, name)
        assert waiting.value.suggested_filename.endswith(ending)
        assert waiting.value.path().stat().st_size > 1000


# Both made small enough for a clock's digits to vanish; how far apart they are on average, of 1.
APART = """async pictures => {
  const pixels = await Promise.all(pictures.map(async picture => {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    const canvas = new OffscreenCanvas(64, 64).getContext("2d");
    canvas.drawImage(image, 0, 0, 64, 64);
    return canvas.getImageData(0, 0, 64, 64).data;
  }));
  return pixels[0].reduce((sum, value, at) => sum + Math.abs(value - pixels[1][at]), 0) / pixels[0].length / 255;
}"""
SHOWN = Path(__file__).parents[2] / "docs"


def test_pictures_are_taken_of_the_running_form(shown: Page, tmp_path: Path) -> None:
    folder = PICTURES or tmp_path
    for name, theme in (("light", "JupyterLab Light"), ("dark", "JupyterLab Dark")):
        labs.theme(shown, theme)
        for width in WIDTHS:
            shown.set_viewport_size({"width": width + (0 if width > 1000 else 120), "height": 1700})
            shown.wait_for_timeout(400)
            wide = width == WIDTHS[0]
            path = folder / (f"form-{name}.png" if wide else f"form-{name}-{width}.png")
            if wide or not PICTURES:
                form(shown).screenshot(path=path)
            if wide:
                both = [base64.b64encode(each.read_bytes()).decode() for each in (path, SHOWN / path.name)]
                assert shown.evaluate(APART, both) < 0.03, f"the README's {path.name} shows another form: {AGAIN}"
    shown.set_viewport_size({"width": 1500, "height": 1700})
    labs.theme(shown, "JupyterLab Light")


def test_nothing_but_this_machine_was_ever_asked_for(shown: Page, page: Page, browser: labs.Browser) -> None:
    assert browser.strangers == []


# --- From the command to the first logout


@pytest.mark.parametrize("day", ["first", "second"])
def test_the_kits_own_lab_opens_on_a_form_that_is_ready_without_a_click(
    day: str, page: Page, browser: labs.Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "first-contact"
    folder.mkdir(exist_ok=True)
    with labs.Lab(folder, "wemasy_kit", "lab", settings={}) as lab:
        opened = browser.page(height=800)
        opened.goto(lab.address("notebooks/1-start-here.ipynb"))
        form(opened).locator(".wemasy-primary").click(timeout=60_000)
        expect(form(opened)).to_contain_text("Token revoked")
        # Left as it was, so that nobody is asked whether to save, nor about news.
        expect(opened.locator(".jp-mod-dirty")).to_have_count(0)
        has_news = "window.jupyterapp.hasPlugin('@jupyterlab/apputils-extension:announcements')"
        assert (opened.evaluate(has_news), page.evaluate(has_news)) == (False, True)
        labs.save(opened)
        opened.close()
