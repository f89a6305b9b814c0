"""How far does what an experiment finds range over the societies that fit the data?

An interval says how well an average is known, a range what is not known: docs/answers.md explains
how to read them. Societies are drawn (``sim.plausible_societies``), and each is simulated under
every *treatment* of an experiment, for example with and without appeals. Each society has seeds of
its own, which are the same under every treatment; if all societies shared a few seeds, the luck of
these seeds would be in all of them. A *quantity* is what a group of members has under a treatment,
or how much more it has than another group or under another treatment. Its range is that of the
middle 90 % of the societies, without the variation that is due to the seeds: the distance of each
society's mean m_i from the mean of all is multiplied by sqrt(B / (B + w / R)), where w is the mean
variance between the R seeds of a society and B the variance between societies.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
import typer

import sim

from . import studies

INSIDE = 0.9
"""The part of the societies that a range holds."""
RUNS = 2
"""Runs of each society under each treatment, by default."""
STRIKES = 5
"""The limit that the clicks were calibrated with."""
DIGITS = 6
"""Of the click, as plausible societies have it."""
ABOVE = ("above", "above_low", "above_high")
COLUMNS = ("quantity", "median", "from", "to", *ABOVE, "chance", "societies")
HEADS = ("", "median", "range", "above 0 in", "chance")
"""Of the printed table."""
Societies = Annotated[
    int,
    typer.Option(
        "--societies",
        metavar="N",
        min=10,
        help="Number of plausible societies: other societies that fit the data as well.",
    ),
]
type Treatment = Callable[[sim.Scenario], sim.Scenario]
type Treatments = Mapping[str, Treatment]
"""From the name of a treatment to what it makes of a society."""


class Group(NamedTuple):
    """Some members under a treatment."""

    treatment: str
    members: str
    """As in the column ``policy`` of the runs."""


@dataclass(frozen=True)
class Quantity:
    """Something that an experiment finds: of a group, or how much more it has than another."""

    words: str
    """Its name; what follows a colon stands in a line of its own in the printed table."""
    measure: str
    of: Group
    than: Group | None = None
    form: str = ".1f"
    unit: str = ""
    """Shares in % or points are told times 100."""

    def in_words(self, number: float, *, unit: bool = True) -> str:
        """Return a number with its unit."""
        scale = 100 if self.unit in ("%", "points") else 1
        return f"{scale * number:z{self.form}}{f' {self.unit}' if unit and self.unit else ''}"


def changed(changes: Mapping[str, Any]) -> Treatment:
    """Return a treatment that changes some parameters, by dotted name."""
    return lambda drawn: drawn.replace(dict(changes))


def told(
    base: sim.Scenario,
    treatments: Treatments,
    quantities: Sequence[Quantity],
    keep: Any,
    out: Path,
    *,
    number: int,
    seeds: int = RUNS,
    jobs: int | None,
) -> tuple[pd.DataFrame, str]:
    """Return the ranges of quantities over plausible societies, as a table and as text.

    The arguments are those of `lived` and `ranged`.
    """
    found = lived(base, treatments, keep, out, number=number, seeds=seeds, jobs=jobs)
    table = ranged(found, quantities)
    return table, text(table, quantities)


def lived(
    base: sim.Scenario,
    treatments: Treatments,
    keep: Any,
    out: Path,
    *,
    number: int,
    seeds: int = RUNS,
    jobs: int | None,
) -> pd.DataFrame:
    """Run each plausible society under each treatment.

    Parameters
    ----------
    base : Scenario
        Has what is not drawn; the treatments are applied to what is drawn.
    treatments : mapping
    keep : sequence of str, or what else a study can keep
    out : Path
        Of the experiment; the runs lie in its folder ``societies``.
    number : int
        How many societies.
    seeds : int
        Runs of each under each treatment; society k has the seeds from ``base.seed`` + k ``seeds``.
    jobs : int, optional

    Returns
    -------
    DataFrame
        The runs, with the columns society and treatment.
    """
    drawn = [
        society.replace({"seed": base.seed + place * seeds})
        for place, society in enumerate(sim.plausible_societies(number, base=base, seed=base.seed))
    ]
    made = [treat(society) for society in drawn for treat in treatments.values()]
    sections = [
        name
        for name in type(base).model_fields
        if any(getattr(one, name) != getattr(made[0], name) for one in made)
    ]
    points = [{name: getattr(one, name) for name in sections} for one in made]
    study = sim.Study(made[0], points, replications=seeds, keep=keep)
    runs = studies.done(study, out / "societies", jobs)
    society, treatment = np.divmod(runs["point"].to_numpy(), len(treatments))
    names = np.array(list(treatments))[treatment]
    return runs.drop(columns=[name for name in sections if name != "seed"]).assign(
        society=society, treatment=names, policy=runs["policy"].astype(str)
    )


def ranged(runs: pd.DataFrame, quantities: Sequence[Quantity]) -> pd.DataFrame:
    """Return the range of each quantity over the societies.

    Returns
    -------
    DataFrame
        quantity, median, from, to (the ends of the middle 90 %), above (the share of the societies
        in which it is above 0, ties half; of a difference only), above_low, above_high (its 95 %
        interval over the societies), chance (the share of the variance between runs that is due to
        the seeds), societies.
    """
    by: Any = runs.set_index(["treatment", "policy", "society", "replication"]).sort_index()
    rows: list[dict[str, Any]] = []
    for one in quantities:
        values = by.loc[tuple(one.of), one.measure]
        counted = dict.fromkeys(ABOVE, np.nan)
        if one.than is not None:
            values = values - by.loc[tuple(one.than), one.measure]
            means = values.groupby(level="society").mean().dropna()
            counted = dict(zip(ABOVE, share_above(means), strict=True))
        rows.append({"quantity": one.words, **middle(values.groupby(level="society")), **counted})
    return pd.DataFrame(rows)[list(COLUMNS)]


def middle(of: Any) -> dict[str, Any]:
    """Return the median and the range of what each society has, from its runs, grouped.

    Parameters
    ----------
    of : grouped Series
        The runs by society.

    Returns
    -------
    dict
        median, from, to, chance, societies; as `ranged` has them.
    """
    means, within, seeds = of.mean().dropna(), float(of.var().mean()), int(of.size().max())
    between = max(0.0, float(means.var()) - within / seeds)
    total = between + within / seeds
    drawn_in = means.mean() + np.sqrt(between / total if total > 0 else 0) * (means - means.mean())
    low, median, high = drawn_in.quantile([(1 - INSIDE) / 2, 0.5, (1 + INSIDE) / 2])
    chance = within / (within + between) if total > 0 else np.nan
    return {"median": median, "from": low, "to": high, "chance": chance, "societies": len(means)}


def share_above(means: "pd.Series[float]") -> tuple[float, float, float]:
    """Return the share of societies with more than 0, and Clopper and Pearson's 95 % interval.

    Ties are half.
    """
    from scipy.special import betaincinv

    n = len(means)
    if not n:
        return np.nan, 0.0, 1.0
    k = float((means > 0).sum() + (means == 0).sum() / 2)
    low = float(betaincinv(k, n - k + 1, 0.025)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0
    return k / n, low, high


def text(table: pd.DataFrame, quantities: Sequence[Quantity]) -> str:
    """Return ranges as a text table, with a heading that says what they are."""
    rows: list[dict[str, str]] = []
    kind = ""
    for one, row in zip(quantities, table.to_dict("records"), strict=True):
        before, colon, after = one.words.partition(": ")
        if colon and before != kind:
            rows.append(dict.fromkeys(HEADS, "") | {"": before})
        kind = before
        low = one.in_words(row["from"], unit=False)
        ends = f"{low} to {one.in_words(row['to'])}"
        cells = (
            f"  {after}" if colon else before,
            one.in_words(row["median"], unit=False),
            "no more than chance" if row["chance"] == 1 else ends,
            f"{row['above'] * row['societies']:g}" if one.than else "",
            f"{100 * row['chance']:.0f} %" if row["chance"] >= 0 else "-",
        )
        rows.append(dict(zip(HEADS, cells, strict=True)))
    heading = (
        f"Over {table['societies'].max()} plausible societies: the median, the range of the middle "
        f"{100 * INSIDE:.0f} % of them, and for a difference the number of societies in which it "
        "is above 0. Chance: the part of the variance between runs that is due to the seeds, and "
        "that is removed from the range."
    )
    return f"{studies.filled(heading)}\n\n{studies.laid_out(pd.DataFrame(rows))}"


def with_click(society: sim.Scenario) -> sim.Scenario:
    """Return a society with a limit of ``STRIKES`` and the click that was calibrated with it.

    Data tell only the ratio of the limit to the chance of a click. A society without a limit stays
    as it is.
    """
    limit = society.platform.limit
    if limit is None:
        return society
    click = round(society.answering.idk_click * STRIKES / limit, DIGITS)
    return society.replace({"platform.limit": STRIKES, "answering.idk_click": click})
