"""Download: an export as one file to hand to a browser; a folder of files becomes a zip. Pure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from wemasy_kit.exports.export import Format, export

FORMATS: Final[Mapping[str, Format]] = {
    "OpenAPI 3.1": "openapi",
    "Postman collection": "postman",
    "HAR of the recordings": "har",
    ".http file": "http",
    "Bruno collection": "bruno",
}


def one_file(format: Format) -> tuple[str, bytes]:
    """The export's file name and content."""
    files = export(format)
    if len(files) == 1:
        ((name, text),) = files.items()
        return name, text.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return f"wemasy-logout.{format}.zip", packed.getvalue()
