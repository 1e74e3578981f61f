"""`python described.py WHEEL`: does its description, as a package index shows it, need a file beside it?"""

from __future__ import annotations

import re
import sys
import zipfile
from email import message_from_bytes

from readme_renderer import markdown

with zipfile.ZipFile(sys.argv[1]) as wheel:
    (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
    page = str(markdown.render(message_from_bytes(wheel.read(name)).get_payload()))
needed = [each for each in re.findall(r'(?:src|srcset|href)="([^"]*)"', page) if not re.match("https?:|#", each)]
assert "<table>" in page, "this is no HTML of the README"
assert not needed, needed
