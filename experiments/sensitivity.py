"""On which assumptions do reach, reciprocity and blocking depend?

All numeric parameters at once, from half to double their value (``ranges`` says exactly what).
First a screening by the method of Morris: trajectories through the space that change one number at
a time, which cost one run a step, give each number's mean absolute effect mu*. The ten that matter
most, by their share of the effects on any of the three measures, then have Sobol' indices: S1 is
the share of the variance that a number accounts for by itself, ST that with all its interactions,
each with its 95 % interval by bootstrap. Every point is the mean of several replications with the
same seeds at all points; how much of the variance between points is still noise of the seeds is
reported. The indices are shares of the variance that the ten bring about, all other numbers being
at their defaults. Societies are small and short, so that thousands fit into minutes, and few
members are blocked so early: the order of the parameters is what is to be trusted, more than the
size of the indices.

Answer (``python -m experiments.sensitivity``: 300 members, 120 days, 57 numbers, 2 replications):
for reach the largest total indices are those of how unequal activity is (ST 0.67 [0.51, 0.84]), of
the acceptance of strangers (0.14 [0.09, 0.18]), and of the class from which close friends accept
(0.12 [0.07, 0.17]). For reciprocity they are those of activity (0.53 [0.39, 0.67]), of the
acceptance of strangers (0.17 [0.12, 0.23]), and of the days until an invitation is withdrawn (0.09
[0.06, 0.12]). For blocking, of how readily people click "I don't know" (0.33 [0.21, 0.45]), of
activity (0.27 [0.12, 0.42]), of the acceptance of strangers (0.27 [0.11, 0.43]), and of the limit
of strikes (0.26 [0.17, 0.35]): which of the four is the largest is not known. Noise of the seeds is
at most 2.1 % of the variance. 120 days are too short for one assumption to show: whether those who
did not answer are asked again.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

import sim
from sim import commands

from . import ranges, studies

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURES = {"reach2_share": "reach", "reciprocity": "reciprocity", "blocked": "blocking"}
LEVELS = 4
"""The number of levels in the grid of Morris."""
MATTERING = 10
SHOWN = 16
"""The number of parameters in the figure of the screening."""
Trajectories = Annotated[
    int,
    typer.Option(
        "--trajectories",
        metavar="N",
        min=2,
        help="Trajectories of the screening; each takes a run per parameter.",
    ),
]
Samples = Annotated[
    int,
    typer.Option(
        "--samples",
        metavar="N",
        min=8,
        help="Base samples for the Sobol' indices, a power of two; they take 12 N points.",
    ),
]


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 2,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/sensitivity"),
    trajectories: Trajectories = 8,
    samples: Samples = 128,
    settings: commands.Settings = None,
) -> None:
    """Find the parameters on which reach, reciprocity and blocking depend.

    Screens all numeric parameters, and estimates Sobol' indices of the ten that matter most. Prints
    both; writes morris.csv, sobol.csv, figures and provenance.json to --out. Needs the extra
    "sensitivity" (SALib). Defaults: 300 members, 120 days, 2 replications, seed 1.
    """
    check_installed()
    if samples & (samples - 1):
        raise sim.InputError(
            f"--samples {samples}: not a power of two; must be one, as {1 << samples.bit_length()}"
        )
    base = commands.chosen(
        None,
        settings,
        defaults={"members": 300, "days": 120},
        members=members,
        days=days,
        seed=seed,
    )
    options = {"trajectories": trajectories, "samples": samples}
    explored = ranges.factors(base)
    with studies.written_to(
        out,
        base,
        replications=replications,
        jobs=jobs,
        **options,
        ranges=[vars(one) for one in explored],
    ) as outcome:
        morris, screening = screened(
            base, explored, trajectories, replications, out / "morris", jobs
        )
        chosen = mattering(morris, explored)
        sobol, noise = indices(base, chosen, samples, replications, out / "sobol", jobs)
        outcome.tables |= {"morris": morris, "sobol": sobol}
        setting = studies.setting(base, replications)
        outcome.figures["morris"] = draw_screening(morris, setting)
        outcome.figures["sobol"] = draw_indices(sobol, len(explored), setting)
    words = studies.filled(*_words(sobol, screening, noise))
    studies.print_answer(_text(morris, sobol), words, out=out)


def check_installed() -> None:
    """Raise an ``InputError`` if SALib is missing; it has the command that installs it."""
    try:
        import SALib  # noqa: F401
    except ImportError:
        command = commands.install("sensitivity")
        raise sim.InputError(f"SALib: it is not installed; install it with: {command}") from None


def problem(varied: Sequence[ranges.Factor]) -> dict[str, Any]:
    """Return the factors in the form that SALib needs."""
    return {
        "num_vars": len(varied),
        "names": [one.label for one in varied],
        "bounds": [[one.low, one.high] for one in varied],
    }


def screened(
    base: sim.Scenario,
    varied: Sequence[ranges.Factor],
    trajectories: int,
    replications: int,
    folder: Path,
    jobs: int | None,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Screen by the method of Morris.

    Returns
    -------
    DataFrame
        measure, parameter, low, high, mu_star (mean absolute effect of going through the range),
        half (of its 95 % interval), mu, sigma.
    dict
        From a measure to the share of noise in the variance between points.
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sampling

    described = problem(varied)
    sample = sampling.sample(described, trajectories, num_levels=LEVELS, seed=base.seed)
    outcomes, noise = averaged(base, varied, sample, replications, folder, jobs)
    tables = []
    for measure, values in outcomes.items():
        found = analysis.analyze(described, sample, values, num_levels=LEVELS, seed=base.seed)
        columns = {
            "mu_star": found["mu_star"],
            "half": found["mu_star_conf"],
            "mu": found["mu"],
            "sigma": found["sigma"],
        }
        ends = {"low": [one.low for one in varied], "high": [one.high for one in varied]}
        tables.append(
            pd.DataFrame(
                {"measure": measure, "parameter": described["names"], **ends, **columns}
            ).astype({"half": float})
        )
    return pd.concat(tables, ignore_index=True), noise


def mattering(
    morris: pd.DataFrame, varied: Sequence[ranges.Factor], number: int = MATTERING
) -> list[ranges.Factor]:
    """Return the factors with the largest shares of the effects on any of the measures."""
    best = _largest_shares(morris).fillna(0).sort_values(ascending=False, kind="stable")
    return [one for label in best.index[:number] for one in varied if one.label == label]


def _largest_shares(morris: pd.DataFrame) -> "pd.Series[float]":
    """Return, for each parameter, the largest of its shares of the effects on the measures."""
    sums = morris.groupby("measure")["mu_star"].transform("sum").replace(0, np.nan)
    largest: pd.Series[float] = (morris["mu_star"] / sums).groupby(morris["parameter"]).max()
    return largest


def indices(
    base: sim.Scenario,
    varied: Sequence[ranges.Factor],
    samples: int,
    replications: int,
    folder: Path,
    jobs: int | None,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Estimate Sobol' indices.

    Returns
    -------
    DataFrame
        measure, parameter, S1, S1_half, ST, ST_half (halves of the 95 % intervals).
    dict
        As in ``screened``.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    described = problem(varied)
    sample = sampling.sample(described, samples, calc_second_order=False, seed=base.seed)
    outcomes, noise = averaged(base, varied, sample, replications, folder, jobs)
    tables = []
    for measure, values in outcomes.items():
        centred = values - values.mean()  # makes the estimators less noisy
        found = analysis.analyze(described, centred, calc_second_order=False, seed=base.seed)
        columns = {
            "S1": found["S1"],
            "S1_half": found["S1_conf"],
            "ST": found["ST"],
            "ST_half": found["ST_conf"],
        }
        tables.append(
            pd.DataFrame({"measure": measure, "parameter": described["names"], **columns})
        )
    return pd.concat(tables, ignore_index=True), noise


def averaged(
    base: sim.Scenario,
    varied: Sequence[ranges.Factor],
    sample: NDArray[Any],
    replications: int,
    folder: Path,
    jobs: int | None,
) -> tuple[dict[str, NDArray[np.float64]], dict[str, float]]:
    """Run all points of a sample, and return the mean of each over its replications.

    Returns
    -------
    dict
        From a measure to the mean of each point.
    dict
        From a measure to the share of noise in the variance of these means: that of a mean over
        seeds, by that between points.
    """
    study = sim.Study(
        base, [ranges.changes(base, varied, row) for row in sample], replications=replications
    )
    runs = studies.done(study, folder, jobs)
    groups = runs[runs["policy"] == "all"].groupby("point")
    outcomes, noise = {}, {}
    for measure, name in MEASURES.items():
        values = groups[measure].mean().to_numpy()
        if np.isnan(values).any():
            raise sim.InputError(
                f"{measure}: not measured at {np.isnan(values).sum()} points, "
                "where nothing happened; must be a longer run"
            )
        outcomes[name] = values
        noise[name] = (
            float(groups[measure].var().mean() / replications / values.var(ddof=1))
            if values.var() > 0
            else np.nan
        )
    return outcomes, noise


def _text(morris: pd.DataFrame, sobol: pd.DataFrame) -> str:
    """Return the ten that matter as a text table: mu* and the total index for each measure."""
    labels = list(dict.fromkeys(sobol["parameter"]))
    rows = {label: {"parameter": label} for label in labels}
    for name in MEASURES.values():
        stars: Any = morris[morris["measure"] == name].set_index("parameter")
        for row in sobol[sobol["measure"] == name].to_dict("records"):
            rows[row["parameter"]] |= {
                f"{name} µ*": f"{stars.loc[row['parameter'], 'mu_star']:.3f}",
                f"{' ' * len(name)} ST": f"{row['ST']:.2f} ±{row['ST_half']:.2f}",
            }
    heading = (
        "The parameters that matter: "
        "mean absolute effect (µ*) and total Sobol' index (ST) on each measure."
    )
    return f"{heading}\n\n{studies.laid_out(pd.DataFrame(rows.values()))}"


def _words(
    sobol: pd.DataFrame, screening: dict[str, float], noise: dict[str, float]
) -> Iterator[str]:
    """Yield for each measure what it depends on most, and how much is noise."""
    for name in MEASURES.values():
        there = sobol[sobol["measure"] == name].sort_values("ST", ascending=False, kind="stable")
        parts = []
        for _, row in there.head(3).iterrows():
            index, half = row["ST"], row["ST_half"]
            total = studies.between(index, index - half, index + half, ".2f")
            parts.append(f"{row['parameter']} (ST {total})")
        yield f"For {name} the largest total indices are those of {', '.join(parts)}."
        yield (
            f"Noise of the seeds is {100 * screening[name]:.1f} % in the screening, "
            f"{100 * noise[name]:.1f} % in the indices."
        )


@sim.plots.in_our_look
def draw_screening(morris: pd.DataFrame, setting: str) -> "Figure":
    """Draw mu* with its interval, a panel per measure, for the parameters with the most effect."""
    best = _largest_shares(morris).sort_values(ascending=False, kind="stable").index[:SHOWN]
    figure = sim.plots.sheet(1.1 + 0.21 * len(best))
    axes = figure.subplots(1, len(MEASURES), sharey=True)
    for axis, name in zip(axes, MEASURES.values(), strict=True):
        there = morris[morris["measure"] == name].set_index("parameter").reindex(best)
        axis.barh(range(len(best)), there["mu_star"], color="#8FB8D8", height=0.7)
        axis.hlines(
            range(len(best)),
            (there["mu_star"] - there["half"]).clip(lower=0),
            there["mu_star"] + there["half"],
            color="#262626",
            linewidth=1,
        )
        axis.set_title(name)
        axis.set_xlabel("mean absolute effect, µ*")
        axis.set_xlim(0)
    axes[0].set_yticks(range(len(best)), best)
    axes[0].invert_yaxis()
    number = morris["parameter"].nunique()
    leaders = [
        _most(morris[morris["measure"] == name], name, "mu_star") for name in MEASURES.values()
    ]
    finding = f"Of {number} numbers the largest mean absolute effect: {', '.join(leaders)}"
    sim.plots.headed(
        figure,
        finding,
        f"{setting} An effect is that of going through the whole range. Bars: 95 % intervals.",
    )
    return figure


@sim.plots.in_our_look
def draw_indices(sobol: pd.DataFrame, explored: int, setting: str) -> "Figure":
    """Draw both indices with their intervals, a panel per measure.

    ``explored`` is the number of parameters in the screening.
    """
    labels = list(dict.fromkeys(sobol["parameter"]))
    places = np.arange(len(labels))
    figure = sim.plots.sheet(1.1 + 0.28 * len(labels))
    axes = figure.subplots(1, len(MEASURES), sharey=True, sharex=True)
    for axis, name in zip(axes, MEASURES.values(), strict=True):
        there = sobol[sobol["measure"] == name].set_index("parameter").reindex(labels)
        for index, shift, colour, marker in (
            ("ST", -0.15, "#262626", "o"),
            ("S1", 0.15, "#CC79A7", "s"),
        ):
            axis.hlines(
                places + shift,
                there[index] - there[f"{index}_half"],
                there[index] + there[f"{index}_half"],
                color=colour,
                linewidth=1.3,
            )
            axis.plot(
                there[index],
                places + shift,
                marker,
                color=colour,
                markersize=4,
                label={"ST": "total", "S1": "by itself"}[index],
            )
        axis.axvline(0, color="#E6E6E6", linewidth=0.8, zorder=0)
        axis.set_title(name)
        axis.set_xlabel("share of the variance")
    axes[0].set_yticks(places, labels)
    axes[0].invert_yaxis()
    handles, named = axes[-1].get_legend_handles_labels()
    figure.legend(handles, named, loc="outside right center", frameon=False, fontsize=7.5)
    parts = [_most(sobol[sobol["measure"] == name], name, "ST") for name in MEASURES.values()]
    below = (
        f"{setting} The other {explored - len(labels)} numbers at their defaults. "
        "Bars: 95 % intervals (bootstrap)."
    )
    sim.plots.headed(figure, f"The largest total index: {', '.join(parts)}", below)
    return figure


def _most(there: pd.DataFrame, name: str, column: str) -> str:
    """Return the parameter with the largest number in a column, for a measure."""
    values = there.set_index("parameter")[column]
    if not values.max() > 0:
        return f"on {name} none"
    return f"on {name} that of {values.idxmax()} ({values.max():.2f})"


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
