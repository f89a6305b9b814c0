"""Contact logs of tests: how they are written, and what is in them."""

from pathlib import Path

import numpy as np

from sim.society.contact_log import ContactLog


def wrote(folder: Path, text: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def encounters(log: ContactLog) -> list[tuple[int, object, object]]:
    day = np.repeat(np.arange(log.days), np.diff(log.day_start))
    return [
        (int(d), log.people[i], log.people[j])
        for d, i, j in zip(day, log.ego, log.alter, strict=True)
    ]
