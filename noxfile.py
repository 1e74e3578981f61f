"""The tasks: `.venv/bin/nox -l` lists them. They run in the environment that holds nox, which README's command makes.

`wheel`, `newest` and `lock` make an environment of their own, each time anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nox
from nox.command import CommandFailed
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "coverage"]

PYTHON = sys.executable
CONSTRAINTS = Path("constraints.txt")


def install(session: nox.Session, extras: str) -> None:
    session.run(PYTHON, "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS), "-e", f".[lab,test,{extras}]")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, layers; and the JavaScript: its lint and its tests."""
    install(session, "browser,tools")
    session.run(PYTHON, "-m", "ruff", "check", ".")
    session.run(PYTHON, "-m", "ruff", "format", "--check", ".")
    session.run(PYTHON, "-m", "mypy")
    session.run(str(Path(PYTHON).with_name("lint-imports")), "--no-logo")
    session.run(*"npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error".split())
    session.run(*"npm run --silent lint".split())
    session.run(*"npm run --silent test".split())


@nox.session
def coverage(session: nox.Session) -> None:
    """The default tests once more, and the gate: of a hundred lines and branches they reach 97."""
    session.run(PYTHON, "-m", "pytest", "--cov", "--cov-report=term:skip-covered", "--cov-fail-under=97")


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take longer: more examples, the kit broken on purpose, measured."""
    looked_for = ["tests/promises/test_properties.py", *map(str, Path("tests").glob("*/test_machine.py"))]
    session.run(PYTHON, "-m", "pytest", *looked_for, env={"HYPOTHESIS_PROFILE": "long"})
    session.run(PYTHON, "-m", "tests.mutations")
    session.run(PYTHON, "-m", "tests.benchmarks")


@nox.session
def browser(session: nox.Session) -> None:
    """A real JupyterLab in a real browser: the system's Chromium."""
    install(session, "browser")
    session.run(PYTHON, "-m", "pytest", "-m", "browser")


@nox.session
def tools(session: nox.Session) -> None:
    """Other people's tools, which read the exports."""
    install(session, "tools")
    session.run(PYTHON, "-m", "pytest", "-m", "tools")


@nox.session(venv_backend="venv")
def wheel(session: nox.Session) -> None:
    """The wheel without any extra, in an empty folder."""
    work = Path(session.virtualenv.location, "work")
    session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(work / "wheel"), ".")
    session.install("-c", str(CONSTRAINTS), *map(str, (work / "wheel").glob("*.whl")))
    (work / "empty").mkdir(parents=True)
    with session.chdir(work / "empty"):
        session.run("wemasy-kit", "logout", "--cassette", "200-token-revoked")
        session.run("wemasy-kit", "logout", "--source", "sandbox")
        session.run("wemasy-kit", "export", "openapi", "-o", "openapi.json")
        script = (
            "import pathlib, wemasy_kit.cli.lab as lab; lab.lay_out(lab.shipped('notebooks'), pathlib.Path('mine'))"
        )
        session.run("python", "-c", script)
        session.run("python", "-c", "open('mine/1-start-here.ipynb')")


@nox.session(venv_backend="venv")
def newest(session: nox.Session) -> None:
    """The default tests with the newest version of everything: tells what will break, and fails nothing."""
    log = Path(session.virtualenv.location, "pytest.txt")
    try:
        session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".[lab,test]")
    except CommandFailed:
        session.warn("NEWEST: cannot be installed")
    else:
        told = "all tests pass" if passes(session, log) else failure(session, log.read_text("utf-8"))
        session.warn(f"NEWEST: {told}")


def passes(session: nox.Session, log: Path, *tests: str) -> bool:
    with log.open("w") as file:
        try:
            session.run("pytest", "-q", *tests, stdout=file, log=False)
        except CommandFailed:
            return False
    return True


def failure(session: nox.Session, said: str) -> str:
    """Which tests fail, and the package to blame: the one whose locked version mends the first of them."""
    failed = re.findall(r"(?m)^(?:FAILED|ERROR) ([^\s\[]+)", said) or ["none that is named"]
    told = f"{len(failed)} tests fail, first {failed[0]};"
    for name, locked, version in list(changed(session)):
        session.run("pip", "install", "--quiet", "--no-deps", f"{name}=={locked}", log=False)
        if passes(session, Path(session.virtualenv.location, "again.txt"), "-n0", failed[0]):
            return f"{told} to blame is {name} {version} (locked: {locked})"
    return f"{told} it fails with the locked versions too, so no package is to blame"


def changed(session: nox.Session) -> Iterator[tuple[str, str, str]]:
    """The packages that are newer here than in constraints.txt: name, locked version, version here."""
    listed = json.loads(session.run("pip", "list", "--format=json", silent=True, log=False) or "[]")
    versions = {canonicalize_name(each["name"]): each["version"] for each in listed}
    for each in map(Requirement, CONSTRAINTS.read_text("utf-8").splitlines()):
        name, locked = canonicalize_name(each.name), str(each.specifier).removeprefix("==")
        if (each.marker is None or each.marker.evaluate()) and versions.get(name, locked) != locked:
            yield name, locked, versions[name]


@nox.session(venv_backend="venv")
def lock(session: nox.Session) -> None:
    """Renew constraints.txt: one resolution for every system and every Python that the kit runs on."""
    session.install("uv")
    options = "--universal --python-version 3.11 --all-extras --upgrade --no-header --no-annotate --quiet".split()
    session.run("uv", "pip", "compile", *options, "--output-file", str(CONSTRAINTS), "pyproject.toml")
