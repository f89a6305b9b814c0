"""Mutated inputs: each file that a user gives, with bytes and with parts of it changed.

What becomes of it must be right or one line with exit code 2: no traceback, nothing half-written.
A mutation may well leave a right file; one that asks for a large society is read, and not run.
"""

import gzip
import io
import lzma
import random
import re
import zipfile
from bz2 import compress as bzip2
from collections.abc import Callable
from pathlib import Path

import sim
from sim.model import checkpoint
from sim.studies.study_file import study_read

from .trials import REFUSED, Ended, Outcome, Refused, Wrong, apart, here, returned

SCENARIO = """members = 24
days = 6
seed = 3
[society]
often = 3
close = 8
[meeting]
history_days = 5
again = 0.7
[inviting]
per_day = 0.4
[answering]
idk_click = 0.2
accept = [0.2, 0.4, 0.6, 0.8, 0.9]
[platform]
preset = "linkedin2021"
limit = 2
[policies]
everyone = 1
interacted = 2
[policies.mine]
contacts = 1
introductions = 2
min_acceptance = 0.4
"""
STUDY = """members = 20
days = 3
[meeting]
history_days = 2
[study]
replications = 1
[study.vary]
"platform.limit" = [2, "none"]
"answering.idk_click" = [0.1]
"""
BY_POINTS = """members = 20
days = 3
[meeting]
history_days = 2
[study]
design = "points"
file = "points.csv"
replications = 1
"""
POINTS = "platform.limit,answering.idk_click,policies\n2,0.1,\nnone,0.25,{everyone = 1}\n,0.5,\n"
LINES = "".join(f"{20 * n} {n % 7} {7 + n % 5}\n" for n in range(1, 40))
TABLE = "time,source,target,rssi\n" + "".join(
    f"2024-05-0{1 + n // 9} 09:{n % 60:02}:00,p{n % 7},q{n % 5},-{n}\n" for n in range(36)
)
WORDS = (
    *("", "-1", "0", "1e309", "nan", "inf", "none", "true", "[]", "{}", '""', "'", '"', "\\"),
    *("\0", "\ufeff", "\u2028", "\u202e", "\x1b[31m", "\ud7ff", "0x10", "1_000", "1,5", "٣"),
    *("2024-05-06", "99999999999999999999", "-0.0", "=1+1", "../x", "a.b", "[[x]]", "#", "\r"),
)
"""What is put in somewhere."""
LARGEST = 20_000
"""Members times days that are run."""


def byte_wise(data: bytes, draw: random.Random) -> bytes:
    """Change some bytes: flipped, cut off, taken out, doubled, or overwritten."""
    changed = bytearray(data)
    for _ in range(draw.randint(1, 2)):
        at = draw.randrange(len(changed) or 1)
        length = draw.randint(1, max(1, len(changed) // 8))
        match draw.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del changed[at:]
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = changed[at : at + length]
            case 4:
                changed[at:at] = draw.randbytes(draw.randint(1, 5))
            case 5:
                changed[at : at + length] = bytes(length)
    return bytes(changed)


def text_wise(data: bytes, draw: random.Random) -> bytes:
    """Change the structure of a text: its lines, and its words and fields."""
    lines = data.decode().split("\n")
    for _ in range(draw.randint(1, 2)):
        at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
        match draw.randrange(10):
            case 0:
                del lines[at : at + draw.randint(1, 3)]
            case 1:
                lines[at:at] = lines[other : other + 2]
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3 | 4:
                mark = draw.choice([" = ", ",", " ", ".", "[", '"'])
                parts = lines[at].split(mark)
                parts[draw.randrange(len(parts))] = draw.choice(WORDS)
                lines[at] = mark.join(parts)
            case 5:
                place = draw.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:place] + draw.choice(WORDS) + lines[at][place:]
            case _:  # another number
                number = str(draw.choice([draw.randint(0, 99), round(draw.random(), 3)]))
                lines[at] = re.sub(r"[\d.]+", number, lines[at], count=1)
        lines = lines or [""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def entry_wise(data: bytes, draw: random.Random) -> bytes:
    """Change the entries of a zip, whose checksums are right again afterwards."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name, other = draw.choice(list(entries)), draw.choice(list(entries))
    match draw.randrange(5):
        case 0:
            del entries[name]
        case 1:
            entries[name], entries[other] = entries[other], entries[name]
        case 2:
            entries[draw.choice(["../x", "more", "/etc/x", "format.json/x"])] = entries.pop(name)
        case _:
            change = text_wise if name.endswith((".json", ".toml")) else byte_wise
            entries[name] = change(entries[name], draw)
    if "sha256" in entries:  # a model: the digest is right again too
        entries["sha256"] = model_digest(entries).encode()
    packed = io.BytesIO()
    way = draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    with zipfile.ZipFile(packed, "w", way) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return packed.getvalue()


def model_digest(entries: dict[str, bytes]) -> str:
    """Return the digest that the entries of a saved model have."""
    import hashlib

    digest = hashlib.sha256()
    for name, content in entries.items():
        if name != "sha256":
            digest.update(checkpoint._digested(name, content))
    return digest.hexdigest()


Try = Callable[[Path, bytes, Callable[..., Ended]], str]
"""Uses mutated bytes in an empty folder, and returns how that ended or raises `Wrong`."""


def of_scenario(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Use it as ``run FILE``."""
    (folder / "file.toml").write_bytes(data)
    try:
        scenario = sim.Scenario.from_toml(folder / "file.toml")
        if scenario.members * (scenario.days + scenario.meeting.history_days) > LARGEST:
            return "right, too large to run"
    except sim.InputError:
        pass  # the command is to say so
    return said(folder, run("run", folder / "file.toml", "--out", folder / "out", "--threads", "1"))


def of_study(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Use it as ``sweep FILE``."""
    (folder / "points.csv").write_text(POINTS)
    return swept(folder, data, run)


def of_points(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Use it as the file of points of a study."""
    (folder / "points.csv").write_bytes(data)
    return swept(folder, BY_POINTS.encode(), run)


def swept(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Run a study, if it is small."""
    (folder / "study.toml").write_bytes(data)
    try:
        asked = study_read(folder / "study.toml").study
        largest = max(
            (point := asked.scenario.replace(asked.design.point(number))).members
            * (point.days + point.meeting.history_days)
            for number in range(min(len(asked.design), 1000))
        )
        if len(asked.design) * asked.replications * largest > 4 * LARGEST:
            return "right, too large to run"
    except sim.InputError:
        pass
    out = folder / "out"
    ended = run("sweep", folder / "study.toml", "--out", out, "--jobs", "1")
    if ended.code == 2 and out.exists() and (out / "table.parquet").exists():
        raise Wrong(f"refused, and there is a table: {ended.error}")
    return said(folder, ended, kept=out.exists() and ended.code == 0)


def of_log(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Use it as ``--set meeting.contacts``."""
    (folder / "log").write_bytes(data)
    (folder / "file.toml").write_text("days = 3\n")
    setting = f"meeting.contacts='{folder / 'log'}'"
    out = folder / "out"
    return said(
        folder, run("run", folder / "file.toml", "--set", setting, "--out", out, "--threads", "1")
    )


def said(folder: Path, ended: Ended, kept: bool | None = None) -> str:
    """Return how a command has ended, and check what it has left."""
    if ended.fault:
        raise Wrong(ended.fault)
    if (folder / "out").exists() != (ended.code == 0 if kept is None else kept or ended.code == 0):
        raise Wrong(f"exit code {ended.code}, and the folder is there or not: {ended.error}")
    return REFUSED if ended.code else "right"


def of_result(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Load it by ``sim.load``, and look at all of it."""
    (folder / "file.zip").write_bytes(data)
    return loaded(lambda: sim.load(folder / "file.zip").graph())


def of_model(folder: Path, data: bytes, run: Callable[..., Ended]) -> str:
    """Load it by ``NetworkModel.load``."""
    (folder / "file.zip").write_bytes(data)
    return loaded(lambda: sim.NetworkModel.load(folder / "file.zip"))


def loaded(load: Callable[[], object]) -> str:
    """Return whether something can be loaded."""
    return REFUSED if isinstance(returned(load), Refused) else "right"


def zipped(name: str, data: bytes) -> bytes:
    """Pack one file into a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def inputs(folder: Path) -> dict[str, tuple[bytes, Try, list[Callable[..., bytes]], int]]:
    """Return what is mutated: a right file, what it is used for, how it is changed, how often."""
    scenario = sim.Scenario(members=20, days=3, meeting={"history_days": 2})
    sim.run(scenario, threads=1).save(folder / "result.zip")
    model = sim.NetworkModel(scenario)
    model.run_for(2)
    model.save(folder / "model.zip")
    result, saved = ((folder / name).read_bytes() for name in ("result.zip", "model.zip"))
    lines, table, both = LINES.encode(), TABLE.encode(), [byte_wise, text_wise]
    packers = {
        "gzip": lambda data: gzip.compress(data, mtime=0),
        "bzip2": bzip2,
        "xz": lzma.compress,
        "zip": lambda data: zipped("log.txt", data),
    }
    packed = {
        f"contact log, {name}": (pack(lines), of_log, [byte_wise, repacked(pack, lines)], 20)
        for name, pack in packers.items()
    }
    return {
        "scenario, TOML": (SCENARIO.encode(), of_scenario, both, 100),
        "study, TOML": (STUDY.encode(), of_study, both, 80),
        "points, CSV": (POINTS.encode(), of_points, both, 80),
        "contact log, lines": (lines, of_log, both, 50),
        "contact log, table": (table, of_log, both, 50),
        **packed,
        "result.zip": (result, of_result, [byte_wise, entry_wise], 80),
        "saved model": (saved, of_model, [byte_wise, entry_wise], 80),
    }


def repacked(pack: Callable[[bytes], bytes], data: bytes) -> Callable[..., bytes]:
    """Return what changes the text in a packed file."""
    return lambda _, draw: pack(text_wise(data, draw))


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try mutated inputs: every twentieth in a process of its own."""
    outcomes = []
    for name, (data, use, changes, number) in inputs(folder).items():
        outcome = Outcome(f"mutated: {name}")
        for trial in range(round(number * share)):
            draw = random.Random(f"{name} {trial}")
            mutated = changes[trial % len(changes)](data, draw) if trial else data
            place = folder / f"{name}-{trial}".replace(" ", "-")
            place.mkdir()
            run = apart if trial % 20 == 7 else here
            try:
                ended = use(place, mutated, run)
                if not trial and ended != "right":  # the file itself
                    raise Wrong(ended)
                outcome.add(ended)
            except Wrong as wrong:
                outcome.add("", f"{name}, mutation {trial}: {wrong}")
        outcomes.append(outcome)
    return outcomes
