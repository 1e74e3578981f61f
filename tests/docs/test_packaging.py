"""What `pip install` brings: read from pyproject.toml, and from a folder laid out as a wheel lays it out."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from tests.docs.test_surface import MODULES, imported
from tests.support.leaks import PACKAGE
from tests.support.python import python
from wemasy_kit.cli.lab import FIRST
from wemasy_kit.files import shipped

ROOT = shipped("notebooks").parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]


def name_of(requirement: str) -> str:
    """The project that a requirement names: "httpx" of "httpx>=0.28,<0.29"."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


EXTRAS = PROJECT["project"]["optional-dependencies"]
CORE = {name_of(each): each for each in PROJECT["project"]["dependencies"]}
LAB = {name_of(each): each for each in EXTRAS["lab"]}
JUPYTER = {"IPython", "anywidget", "ipykernel", "ipywidgets", "jupyterlab", "nbclient", "nbformat", "traitlets"}


# --- pyproject.toml and environment.yml


@pytest.mark.parametrize("name", ["cassettes", "notebooks"])
def test_a_wheel_holds_the_recordings_and_the_notebooks_where_the_kit_looks_for_them(name: str) -> None:
    assert WHEEL["force-include"][name] == f"wemasy_kit/{name}"
    assert list((ROOT / name).rglob("*.*"))


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "README.md", "LICENSE", "constraints.txt", *WHEEL["packages"], *WHEEL["force-include"]]
)
def test_a_source_distribution_holds_what_a_wheel_is_built_from(name: str) -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"] + PROJECT["project"]["license-files"]

    assert any(fnmatch.fnmatch(name, each) for each in ("pyproject.toml", *included))


def test_the_command_is_the_one_of_the_package() -> None:
    assert PROJECT["project"]["scripts"] == {"wemasy-kit": "wemasy_kit.__main__:start"}


def test_what_the_package_imports_is_asked_for_and_nothing_else() -> None:
    known = packages_distributions()
    names = {name.partition(".")[0] for tree in MODULES.values() for name in imported(tree)}
    used = {name_of(known.get(name, [name])[0]) for name in names - {"wemasy_kit", *sys.stdlib_module_names}}

    # pytest itself loads the plugin.
    assert used - {"pytest"} - set(LAB) == set(CORE)
    assert not {name_of(name) for name in JUPYTER} & set(CORE)


def test_what_conda_installs_is_what_pip_installs() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, *listed, rest = environment["dependencies"]

    assert environment["channels"] == ["conda-forge"]
    assert re.fullmatch(r"python=3\.\d+", python)  # the form that Binder understands
    assert listed == ["pip", CORE["httpx"], LAB["ipywidgets"], LAB["jupyterlab"], CORE["vcrpy"]]
    assert rest == {"pip": ["-e .[lab]"]}


def test_a_version_is_locked_for_everything_that_is_asked_for() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    asked_for = {name_of(each) for each in (*CORE.values(), *(each for extra in EXTRAS.values() for each in extra))}

    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!]+( ; [\w.*' <>=!()]+)?", line)] == []
    assert asked_for <= {name_of(line) for line in lines}


def test_node_takes_the_scripts_of_a_venv_in_the_checkout_for_what_they_are() -> None:
    # With `"type": "module"` JupyterLab's own scripts fail, and fill the terminal.
    assert "type" not in json.loads((ROOT / "package.json").read_text("utf-8"))


# --- Without Jupyter


def without_jupyter(script: str) -> subprocess.CompletedProcess[str]:
    """What a Python does that has nothing of the extra `lab`."""
    return python(f"import sys; sys.modules.update(dict.fromkeys({sorted(JUPYTER)!r}))", script)


def test_without_jupyter_replay_sandbox_export_cards_and_command_line_work() -> None:
    ended = without_jupyter("""
from wemasy_kit import Sandbox, cassette, export, logout_sync, show_outcome
from wemasy_kit.cli.app import main
with Sandbox() as shop:
    print(show_outcome(logout_sync(shop.issue_token("jane"), send=shop.send)))
print(logout_sync(None, send=cassette("401-no-token")).kind.value)
print("openapi" in str(export("openapi")))
main(["logout", "--cassette", "429-too-many-requests"])
""")

    assert (ended.returncode, ended.stderr) == (4, "")
    assert re.search(r"200[^$]*\nunauthenticated\nTrue\n[^$]*429", ended.stdout)


@pytest.mark.parametrize(
    "script",
    ["from wemasy_kit import LogoutForm", "from wemasy_kit.cli.app import main; main(['lab'])"],
    ids=["form", "lab"],
)
def test_without_jupyter_form_and_lab_say_in_one_line_what_to_install(script: str) -> None:
    ended = without_jupyter(script)

    assert ended.returncode != 0
    assert "pip install 'wemasy-kit[lab]'" in ended.stderr.splitlines()[-1]


# --- The notebooks from a wheel


def test_from_a_wheel_lab_opens_what_it_has_laid_out_and_replays_work(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    site = tmp_path / "site"
    shutil.copytree(PACKAGE, site / "wemasy_kit", ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in WHEEL["force-include"].items():
        shutil.copytree(ROOT / source, site / target)
    (site / "jupyterlab").mkdir()
    (site / "jupyterlab" / "__init__.py").touch()
    (site / "jupyterlab" / "labapp.py").write_text(
        "class LabApp:\n serverapp_class = object\n launch_instance = staticmethod(lambda all: print(*all, sep='\\n'))"
    )
    script = """
import sys
from wemasy_kit import cassette_names
from wemasy_kit.cli.app import main
print(*cassette_names())
sys.argv = ["wemasy-kit", "lab"]
main()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
    names, root, address, *_ = python(script, cwd=empty, env=environment).stdout.splitlines()

    assert names.split() == sorted(path.stem for path in (ROOT / "cassettes").rglob("*.yaml"))
    assert (root, address) == (f"--ServerApp.root_dir={empty}", f"--LabApp.default_url=/lab/tree/notebooks/{FIRST}")
    assert {path.name for path in (empty / "notebooks").iterdir()} == {
        path.name for path in shipped("notebooks").iterdir()
    }
