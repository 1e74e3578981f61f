"""The lab: JupyterLite with the kit, its cassettes and its notebooks. What is fetched is kept, for a build offline."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

# Of jupyterlite-pyodide-kernel 0.8.6; npm's integrity of this version.
PYODIDE = "314.0.6"
INTEGRITY = "sha512-BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ=="
NO_NPM = "the lab needs npm once, to fetch Pyodide: install Node.js with npm, or build with --without-lab"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "wemasy-kit-site")
AS_IT_RAN = {
    "cell_type": "markdown",
    "id": "as-it-ran",
    "metadata": {},
    "source": "**Here you see it as it ran on a machine.** It starts a server, and a browser's Python has neither "
    "threads nor sockets: run here, its cells say so and no more.",
}
# What the notebooks say of the sandbox, and what is true in a page.
IN_PAGE = ("a stand-in shop on this machine, over a real socket", "a stand-in shop in this page; no socket")
# JupyterLite has no setting for it, and opens the list more than once at its start: so until somebody acts.
ROOM_TO_READ = """<script>
const narrow = innerWidth < 700 && setInterval(() => {
  const shell = document.querySelector(".jp-NotebookPanel") && window.jupyterapp.shell;
  if (shell && !shell.leftCollapsed) shell.collapseLeft();
}, 250);
for (const act of ["pointerdown", "keydown"]) addEventListener(act, () => clearInterval(narrow), true);
</script>
</head>"""
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def build(checkout: Path, work: Path, out: Path) -> None:
    """Build the lab of a clean `checkout` into `out`; `work` is an empty folder."""
    _unpack(work / "static" / "pyodide")
    contents = work / "contents"
    shutil.copytree(checkout / "cassettes", contents / "cassettes")
    (contents / "notebooks").mkdir()
    for path in (checkout / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8").replace(*IN_PAGE))
        # A kernel of another name would make JupyterLite ask for one.
        notebook["metadata"]["kernelspec"] = {"name": "python", "display_name": "Python", "language": "python"}
        if any("wemasy_kit.testing" in "".join(cell["source"]) for cell in notebook["cells"]):
            notebook["cells"].insert(1, AS_IT_RAN)
        (contents / "notebooks" / path.name).write_text(json.dumps(notebook), "utf-8")

    wheels = work / "wheels"
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(checkout))
    kept = CACHE / f"wheels-{_key(checkout)}"
    if not kept.is_dir():
        # PyPI has no PyYAML without compiled code.
        pure = {**os.environ, "PYYAML_FORCE_LIBYAML": "0"}
        pinned = next(line for line in _lines(checkout) if line.startswith("pyyaml=="))
        _pip("wheel", "--no-deps", "--no-binary=pyyaml", "--wheel-dir", str(wheels), pinned, env=pure)
    _configure(work, out, kept, checkout)
    offline = {"UV_OFFLINE": "1"} if kept.is_dir() else {}
    command = [str(Path(sys.executable).with_name("jupyter-lite")), "build"]
    _run(command, cwd=work, env={**os.environ, **offline, "UV_PYTHON_DOWNLOADS": "never"})
    page = out / "lab" / "index.html"
    page.write_text(page.read_text("utf-8").replace("</head>", ROOM_TO_READ), "utf-8")
    if not kept.is_dir():
        _keep(out / "static" / "pyodide-lock", kept)


def _configure(work: Path, out: Path, kept: Path, checkout: Path) -> None:
    build = {
        "apps": ["lab", "repl"],
        "contents": ["contents"],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "output_dir": str(out),
    }
    lock = {
        "enabled": True,
        "wheels": ["wheels", *([str(kept)] if kept.is_dir() else [])],
        "specs": ["micropip", "ipywidgets", "anywidget"],
        "constraints": [line for line in _lines(checkout) if not line.startswith(("ipykernel", "pyyaml"))],
        "excludes_extra": ["jupyterlab-widgets", "widgetsnbextension"],  # The kernel does not start without jedi.
        "prefetch_extra": ["wemasy-kit", "ipywidgets", "anywidget"],
    }
    kernel = {"disablePyPIFallback": True}
    for name, values in {
        "jupyter_lite_config.json": {"LiteBuildConfig": build, "PyodideLockAddon": lock},
        "jupyter-lite.json": {
            "jupyter-lite-schema-version": 0,
            "jupyter-config-data": {"litePluginSettings": {KERNEL: kernel}, "exposeAppInBrowser": True},
        },
        "overrides.json": {"@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}},
    }.items():
        (work / name).write_text(json.dumps(values), "utf-8")


def _unpack(folder: Path) -> None:
    """Pyodide, fetched once by npm and checked each time, with a lock that lists nothing: so nothing is on a CDN."""
    archive = CACHE / f"pyodide-{PYODIDE}.tgz"
    if not archive.is_file():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit(NO_NPM)
        CACHE.mkdir(parents=True, exist_ok=True)
        _run([npm, "pack", "--silent", f"pyodide@{PYODIDE}"], cwd=CACHE)
    if "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != INTEGRITY:
        archive.unlink()
        raise SystemExit(f"what npm fetched is not Pyodide {PYODIDE} as it was published; it is thrown away")
    folder.mkdir(parents=True)
    with tarfile.open(archive) as packed:
        for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"):
            member = packed.extractfile(f"package/{name}")
            assert member is not None
            (folder / name).write_bytes(member.read())
    lock = folder / "pyodide-lock.json"
    info = json.loads(lock.read_text("utf-8"))["info"]
    lock.write_text(json.dumps({"info": {**info, "version": PYODIDE}, "packages": {}}), "utf-8")


def _keep(built: Path, kept: Path) -> None:
    """Whole or not at all: a folder that is there is taken for complete."""
    part = kept.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for wheel in built.glob("*.whl"):
        if not wheel.name.startswith("wemasy_kit-"):
            shutil.copy2(wheel, part)
    part.rename(kept)


def _key(checkout: Path) -> str:
    """Changes with what is asked for."""
    asked = b"".join((checkout / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    return hashlib.sha256(asked + PYODIDE.encode()).hexdigest()[:16]


def _lines(checkout: Path) -> list[str]:
    return (checkout / "constraints.txt").read_text("utf-8").splitlines()


def _pip(*arguments: str, env: dict[str, str] | None = None) -> None:
    _run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], env=env)


def _run(command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run a tool; what it says is shown only if it fails."""
    ended = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{Path(command[0]).name} failed:\n{(ended.stdout + ended.stderr)[-4000:]}")
