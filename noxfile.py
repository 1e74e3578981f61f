"""The tasks: `.venv/bin/nox -l` lists them. They run in the environment that holds nox, which README's command makes.

`wheel`, `binder`, `newest` and `lock` make an environment of their own, each time anew; `site` and `bench` keep theirs.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
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


@functools.cache
def pythons() -> list[tuple[tuple[int, int], str]]:
    """Every Python of this machine that the kit runs on, one of each version, the oldest first."""
    places = [PYTHON, *(shutil.which(f"python3.{minor}") or "" for minor in range(11, 30))]
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found: dict[tuple[int, int], str] = {}
    for place in filter(None, [*places, *map(str, sorted(kept.glob("3.*/bin/python")))]):
        # A shim of pyenv may stand for a version that is not switched on.
        told = subprocess.run([place, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True)
        if told.returncode == 0:
            major, minor = map(int, told.stdout.split())
            found.setdefault((major, minor), place)
    return sorted(each for each in found.items() if each[0] >= (3, 11))


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
    """The default tests once more, the ten slowest by name; and the gate: 97 of a hundred lines and branches."""
    options = "--durations=10 --cov --cov-report=term:skip-covered --cov-fail-under=97".split()
    session.run(PYTHON, "-m", "pytest", *options)


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take longer: more examples, the kit broken on purpose."""
    looked_for = ["tests/promises/test_properties.py", *map(str, Path("tests").glob("*/test_machine.py"))]
    session.run(PYTHON, "-m", "pytest", *looked_for, env={"HYPOTHESIS_PROFILE": "long"})
    session.run(PYTHON, "-m", "tests.mutations")


@nox.session(venv_backend="venv", reuse_venv=True)
def bench(session: nox.Session) -> None:
    """The benchmarks beside their peers, whose plugins for pytest are nowhere else. Tells, and fails nothing."""
    session.install("-c", str(CONSTRAINTS), "-e", ".[lab,test,browser,bench]")
    session.run("python", "-m", "tests.benchmarks", *session.posargs, success_codes=[0, 1])


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


@nox.session
def site(session: nox.Session) -> None:
    """The site in build/site: front page, book and lab, for any static host. Then its tests that need no browser."""
    version, python = pythons()[-1]
    if version < (3, 12):
        session.skip("the site is built with Python 3.12 or newer, and there is none here")
    session.log(f"the site is built with {python}")
    environment = Path(".nox", f"site-{version[0]}.{version[1]}")
    own = str(environment / "bin" / "python")
    if not environment.is_dir():
        session.run(python, "-m", "venv", str(environment))
    project = nox.project.load_toml("pyproject.toml")["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["site"]]
    session.run(own, *"-m pip install --quiet --disable-pip-version-check -c".split(), str(CONSTRAINTS), *wanted)
    options = [] if shutil.which("npm") else ["--without-lab"]
    if options:
        session.warn("SITE: without the lab, since there is no npm to fetch Pyodide with")
    session.run(own, "docs/site/build.py", *options, "build/site")
    session.run(PYTHON, "-m", "pytest", "-m", "site and not browser", "tests/site")


@nox.session(venv_backend="venv")
def wheel(session: nox.Session) -> None:
    """Wheel and source distribution, checked; then in empty environments of every Python here, alone and by extras."""
    work = Path(session.virtualenv.location, "work").resolve()
    session.install("build", "check-wheel-contents", "readme-renderer[md]", "twine", "uv")
    # The wheel is built from the source distribution, so that both are whole.
    session.run("python", "-m", "build", "--outdir", str(work), ".", silent=True)
    (built,), (source,) = work.glob("*.whl"), work.glob("*.tar.gz")
    session.run("twine", "check", "--strict", str(built), str(source))
    session.run("check-wheel-contents", "--ignore", "W004", str(built))  # Samples to copy are no modules to import.
    session.run("python", "tests/support/described.py", str(built))
    extras = {*nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]} - {"lab"}
    whole = Path("tests", "support", "installed.py").resolve()
    # uv unpacks each package once and links it into every environment.
    install = ["uv", "pip", "install", "--quiet", "--strict", "--constraints", str(CONSTRAINTS.resolve()), "--python"]
    kits = {"wheel": str(built), "sdist": str(source), "lab": f"{built}[lab]"}
    # Those of whoever works on the kit: they have them all at once.
    kits["extras"] = f"{built}[{','.join(sorted(extras))}]"
    for (major, minor), python in pythons():
        for name, kit in kits.items():
            empty = work / f"{major}.{minor}-{name}"
            session.run("uv", "venv", "--quiet", "--python", python, str(empty))
            own = str(empty / "bin" / "python")
            session.run(*install, own, kit)
            run = functools.partial(session.run, own, "-W", "error", external=True)
            with session.chdir(empty):
                run(str(whole), silent=True)
                if name == "lab":
                    run("-c", "import wemasy_kit; wemasy_kit.LogoutForm()")
            if name == "wheel":
                session.run(*install, own, "pytest")
                with session.chdir(empty):
                    Path("test_of_mine.py").write_text(OF_MINE, "utf-8")
                    Path("pytest.ini").touch()  # Else pytest takes the checkout's.
                    run("-m", "pytest", "-q", "-k", "documented/", "test_of_mine.py")


OF_MINE = """
from wemasy_kit import Token, live, logout_sync

def log_out(base_url, token):
    return logout_sync(Token.parse(token), send=live(base_url=base_url)).kind == "revoked"

def test_my_logout(wemasy_case):
    wemasy_case.check(log_out)
"""


@nox.session(venv_backend="venv")
def binder(session: nox.Session) -> None:
    """What Binder makes of environment.yml, by its own reader. No image is built."""
    session.install("jupyter-repo2docker")
    told = session.run("jupyter-repo2docker", "--no-build", "--debug", ".", silent=True)
    if not re.search(r'env update .*--file "environment\.yml"', str(told)):
        session.error("Binder does not read environment.yml")


@nox.session(venv_backend="venv", python=pythons()[-1][1])
def newest(session: nox.Session) -> None:
    """The default tests with the newest Python here and of everything: tells what will break, and fails nothing."""
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
