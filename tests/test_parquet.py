"""Reading Parquet starts no threads: pyarrow's may abort the process at its end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

READS = """
import os, sys
import pyarrow.parquet
import sim

small = sim.Scenario(members=20, days=3, meeting={"history_days": 2})
sim.run(small).save(sys.argv[1] + "/result.zip")
study = sim.Study(small, {"platform.limit": [1, 3]}, replications=2)
table = study.run(sys.argv[1] + "/study", jobs=1)
before = os.listdir("/proc/self/task")
sim.load(sys.argv[1] + "/result.zip")
table.to_pandas(policy="all")
table.failed()
table.compare(0, 1)
print(len(os.listdir("/proc/self/task")) - len(before))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads can't be counted")
def test_reading_starts_no_thread(tmp_path: Path) -> None:
    command = [sys.executable, "-c", READS, str(tmp_path)]
    house = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
