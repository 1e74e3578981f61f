"""Form ready: JupyterLab whose first notebook has run before the page is shown, in the kernel that the page then finds.

JupyterLab runs nothing on opening. A session that is there before the page is, it takes up, with its widgets.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import nbformat
from jupyterlab.labapp import LabApp
from nbclient import NotebookClient

from wemasy_kit.files import write_file

NEWS = "@jupyterlab/apputils-extension:announcements"


def open_lab(options: list[str], first: tuple[Path, str] | None) -> None:
    """Start JupyterLab, and stay until it is stopped.

    Args:
        options: What it is told on its command line.
        first: The copy of the first notebook, and the text to run and to write there. None: nothing is run.
    """

    class Server(LabApp.serverapp_class):  # type: ignore[misc]  # It has no types.
        def start_app(self) -> None:
            self.io_loop.add_callback(self._start_app)

        async def _start_app(self) -> None:
            # For this run only; what a person has chosen in JupyterLab stays on disk as it is.
            self.web_app.settings["page_config_hook"] = without_news
            if first:
                click.echo("Running the first notebook, so that its form is ready: a few seconds.", err=True)
                try:
                    write_file(await run(self, *first), first[0], replace=True)
                except Exception as error:
                    reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
                    click.echo(f"The form is not ready ({reason}). In the page: Run → Run All Cells.", err=True)
            super().start_app()  # tells the address, opens the browser

    LabApp.serverapp_class = Server
    LabApp.launch_instance(options)


def without_news(_: object, page_config: dict[str, Any]) -> dict[str, Any]:
    return page_config | {"disabledExtensions": [*page_config["disabledExtensions"], NEWS]}


async def run(server: Any, path: Path, notebook: str) -> str:
    """The notebook with its outputs, signed; the session that ran it is left for the page."""
    book = nbformat.reads(notebook, as_version=4)
    place = path.relative_to(server.root_dir).as_posix()
    session = await server.session_manager.create_session(
        path=place, name=path.name, type="notebook", kernel_name="python3"
    )
    try:
        client = NotebookClient(book, km=server.kernel_manager.get_kernel(session["kernel"]["id"]), timeout=60)
        # Not `async_execute`, which takes the server's signal handlers away.
        kernel = await client.async_start_new_kernel_client()
        for index, cell in enumerate(book.cells):
            await client.async_execute_cell(cell, index)
        # As the page would write it: then nothing is left for it to save.
        info: Any = await client.async_wait_for_reply(kernel.kernel_info())
        book.metadata.language_info = info["content"]["language_info"]
        kernel.stop_channels()
    except Exception:
        await server.session_manager.delete_session(session["id"])
        raise
    server.contents_manager.notary.sign(book)
    return str(nbformat.writes(book))
