"""`python -m nllcheck` is the command `nllcheck`."""

import sys

from nllcheck.cli import main

if __name__ == "__main__":
    sys.exit(main())
