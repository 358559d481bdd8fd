"""Run the command line with `python -m kedut`."""

import sys

from kedut.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
