"""Builds the site into one folder for any static host: `python docs/site/build.py OUT`, with the extra `site`.

OUT/index.html is the front page, OUT/book/ the book, OUT/lab/ the lab. Only files that git knows come along.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import front  # noqa: E402
import lab  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description="Build front page, book and lab into one folder.")
    parser.add_argument("out", type=Path, help="a folder; what is in it is replaced")
    parser.add_argument("--without-lab", action="store_true", help="leave the lab out: no npm is needed")
    asked = parser.parse_args()
    out = asked.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        checkout, work = Path(folder, "checkout"), Path(folder, "lab")
        check_out(checkout)
        if not asked.without_lab:
            work.mkdir()
            lab.build(checkout, work, out / "lab")
        build_book(checkout, out / "book")
        notebooks = sorted((checkout / "notebooks").glob("*.ipynb"))
        (out / "index.html").write_text(front.page(notebooks, version()), "utf-8")
    print(f"{out}: {version()}")


def check_out(folder: Path) -> None:
    """The files that git lists, as they are now: nothing that a used checkout has besides."""
    for name in git("ls-files", "-z").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def build_book(checkout: Path, out: Path) -> None:
    book = checkout.with_name("book")
    options = ["-q", "-W", "--keep-going", "-A", "site=1", "-d", str(checkout.with_name("doctrees"))]
    command = [sys.executable, "-m", "sphinx", *options, "-c", str(checkout / "docs"), str(checkout), str(book)]
    told = {**os.environ, "WEMASY_SITE_VERSION": version()}
    if subprocess.run(command, env=told, check=False).returncode:
        raise SystemExit("the book could not be built")
    shutil.move(book, out)  # MyST-NB leaves a folder beside it.


def version() -> str:
    """Which kit this is."""
    number = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return f"{number}, commit {git('log', '-1', '--format=%h of %cs')}{changed}"


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
