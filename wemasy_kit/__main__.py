"""`python -m wemasy_kit` is `wemasy-kit`."""

from wemasy_kit.cli.app import main

main(prog_name="wemasy-kit")
