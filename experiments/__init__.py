"""One script a question; each ends in ``results/<its name>/`` and is what one copies to ask another."""

import sys

from sim import interruption

if sys.argv[0] == "-m":  # Python is on its way to run one of them, which imports what takes long
    interruption.end_in_one_line()
