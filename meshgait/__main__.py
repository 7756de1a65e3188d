"""`python -m meshgait` is the command line."""

import sys

from meshgait.cli import main

sys.exit(main())
