"""The experiments: one script for each question.

Each writes its results to ``results/<its name>/``. To ask another question, copy one of them.
"""

import sys

from sim import interruption

if sys.argv[0] == "-m":  # Python is on its way to run one of them, which imports what takes long
    interruption.end_in_one_line()
