"""`python -m wemasy_kit` is `wemasy-kit`."""

from wemasy_kit.cli import main

main(prog_name="wemasy-kit")
