"""The built site, read as files: `nox -s site` builds it and runs this."""

from __future__ import annotations

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.site.hosted import MISSING, ROOT, SITE
from wemasy_kit import cassette_names

pytestmark = [pytest.mark.site, pytest.mark.skipif(not (SITE / "index.html").is_file(), reason=MISSING)]
needs_lab = pytest.mark.skipif(not (SITE / "lab").is_dir(), reason="the site was built without its lab")
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted({SITE / "index.html", *(SITE / "book").rglob("*.html")})


class Read(HTMLParser):
    """What a page links to, what it loads by itself, and the anchors that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.text = path.read_text("utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif "src" in given or (tag == "link" and "href" in given):
            self.loads.append(given.get("src") or given["href"])


@pytest.fixture(scope="module")
def pages() -> dict[Path, Read]:
    return {path: Read(path) for path in PAGES}


def test_every_link_and_every_anchor_of_front_page_and_book_leads_somewhere(pages: dict[Path, Read]) -> None:
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or "/lab/" in f"/{parts.path}":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or (
                parts.fragment and target in pages and parts.fragment not in pages[target].anchors
            ):
                dead.append(f"{path.relative_to(SITE)}: {link}")

    assert dead == []


def test_no_page_loads_anything_from_another_host(pages: dict[Path, Read]) -> None:
    loaded = {address for page in pages.values() for address in page.loads}

    assert {address for address in loaded if urlsplit(address).scheme not in ("", "data")} == set()


def test_the_book_has_readme_every_notebook_every_page_of_docs_every_command_and_every_public_name() -> None:
    book = SITE / "book"
    for path in [ROOT / "README.md", *(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "docs").rglob("*.md")]:
        assert (book / path.relative_to(ROOT)).with_suffix(".html").is_file()
    import wemasy_kit  # noqa: PLC0415
    from wemasy_kit.cli.app import COMMANDS  # noqa: PLC0415

    names, commands = Read(book / "docs" / "api.html"), Read(book / "docs" / "commands.html")
    assert {f"wemasy_kit.{name}" for name in wemasy_kit.__all__} <= names.anchors
    assert {f"command-{name}" for name in COMMANDS} <= commands.anchors


def test_a_notebook_in_the_book_has_its_committed_outputs_and_runs_in_the_lab(pages: dict[Path, Read]) -> None:
    for name in NOTEBOOKS:
        page = pages[SITE / "book" / "notebooks" / name.replace(".ipynb", ".html")]
        assert "cell_output" in page.text
        assert f"../../lab/lab/index.html?path=notebooks/{name}" in page.links


def test_the_front_page_is_small_and_so_is_its_script() -> None:
    text = (SITE / "index.html").read_text("utf-8")
    (script,) = re.findall(r"<script type=.module.>(.*?)</script>", text, re.S)

    assert len(text.encode()) <= 60_000
    assert len(script.encode()) <= 2_048


def test_the_front_page_knows_every_recording_and_links_to_book_and_notebooks(pages: dict[Path, Read]) -> None:
    page = pages[SITE / "index.html"]

    assert json.dumps(cassette_names()) in page.text
    assert "book/README.html" in page.links
    run = [parse_qs(urlsplit(link).query).get("path") for link in page.links if link.startswith("lab/lab/")]
    assert run == [[f"notebooks/{name}"] for name in NOTEBOOKS]


def test_front_page_and_book_say_which_kit_they_are_of(pages: dict[Path, Read]) -> None:
    asked = ["git", "log", "-1", "--format=commit %h of %cs"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    assert all(commit in pages[SITE / path].text for path in ("index.html", "book/README.html"))


@needs_lab
def test_the_lab_has_what_git_lists_and_nothing_else_of_the_checkout() -> None:
    files = {str(path.relative_to(SITE / "lab" / "files")) for path in (SITE / "lab" / "files").rglob("*.*")}
    asked = ["git", "ls-files", "cassettes", "notebooks"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    assert files == set(listed)


@needs_lab
def test_a_notebook_of_the_lab_speaks_of_no_real_socket() -> None:
    notebooks = {path.name: path.read_text("utf-8") for path in (SITE / "lab" / "files" / "notebooks").glob("*.ipynb")}

    assert [name for name, text in notebooks.items() if "real socket" in text] == []
    assert "in this page; no socket" in notebooks[NOTEBOOKS[0]]


@needs_lab
def test_the_lab_has_every_package_beside_it() -> None:
    folder = SITE / "lab" / "static" / "pyodide-lock"
    packages = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"]

    assert {"wemasy-kit", "ipywidgets", "anywidget", "httpx", "vcrpy"} <= set(packages)
    assert "tornado" not in packages
    assert [each["file_name"] for each in packages.values() if not (folder / each["file_name"]).is_file()] == []


@needs_lab
def test_on_disk_it_takes_at_most_50_mb() -> None:
    assert sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file()) <= 50e6
