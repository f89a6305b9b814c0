"""Which parameters have the largest effect on the measures, and on the lead of one way of inviting?

The results are reach, reciprocity and blocking of all members, and two leads: how much more reach,
and how many more connections, the first way of inviting has than the second. A screening by the
method of Morris comes first. It varies all numeric parameters that are switched on (not 0 or none),
and two that are not, from half to double their value (``ranges`` has the exceptions). Its
trajectories change one number at a time, and give the mean absolute effect mu* of each number.

Then the numbers that are uncertain get Sobol' indices: the calibrated parameters, and the
parameters that are not set by data. Each varies over the range of the middle 90 % of plausible
societies. S1 is the share of the variance that a number explains by itself, ST the share that it
explains together with all its interactions; both have 95 % intervals by bootstrap. The numbers are
drawn independently of each other, except for the chance of a click on "I don't know", which rises
in proportion to the limit of strikes, as in ``sim.plausible_societies``. The fit to data also ties
together acceptance, reserve and reference lift, which can stand in for each other; here this is
left out.

Every point is the mean of several replications, with the same seeds at all points. How much of the
variance between points may be noise of the seeds is reported. How often one way of inviting leads
another is counted over all points of the sample.

Answer (``invitesim experiment sensitivity``: 2,000 members, a year, 57 numbers screened, 16
uncertain numbers, 2 replications): which policy leads hardly depends on any of the uncertain
numbers; how large its lead is depends on many. In reach ``everyone`` leads ``interacted`` at all
1,152 points, and in connections at 99.9 % of them. For the lead in connections the largest total
indices are those of the attempts per day (ST 0.31 [0.14, 0.48]), of the click (0.29 [0.15, 0.43]),
and of the acceptance of strangers (0.22 [0.12, 0.32]). For the lead in reach they are those of the
reserve of invitees (0.31 [0.16, 0.46]), of the click (0.14 [0.07, 0.22]), and of the least estimate
of acceptance at which ``interacted`` invites (0.12 [0.06, 0.17]). For the other three measures the
largest index is that of the inequality of activity: for reach 0.37 [0.20, 0.53], for reciprocity
0.36 [0.20, 0.52], and for blocking 0.24 [0.08, 0.40], where the click comes second (0.19 [0.10,
0.27]). The limit of strikes matters for no measure, as long as the click rises with it. Noise of
the seeds is at most 5.1 % of the variance.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

import sim
from sim import commands
from sim.plots.captions import listed, quoted

from . import ranges, studies
from .sensitivity_figures import draw_indices, draw_screening, largest

MEASURES = {"reach2_share": "reach", "reciprocity": "reciprocity", "blocked": "blocking"}
"""Of all members."""
LEADS = {"reach2_share": "lead in reach", "degree": "lead in connections"}
"""Of the first policy over the second."""
OUTCOMES = (*MEASURES.values(), *LEADS.values())
LEVELS = 4
"""The number of levels in the grid of Morris."""
Trajectories = Annotated[
    int,
    typer.Option(
        "--trajectories",
        metavar="N",
        min=2,
        help="Number of trajectories in the screening; each changes all parameters, one after "
        "another.",
    ),
]
Samples = Annotated[
    int,
    typer.Option(
        "--samples",
        metavar="N",
        min=8,
        help="Number of base samples for the Sobol' indices, a power of two; about 18 N sets of "
        "parameters are simulated.",
    ),
]


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 2,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/sensitivity"),
    trajectories: Trajectories = 4,
    samples: Samples = 64,
    settings: commands.Settings = None,
) -> None:
    """Find on which parameters the measures, and the lead of one way of inviting, depend.

    Screens all numeric parameters by the method of Morris, and estimates Sobol' indices (shares of
    the variance that a parameter explains) of the uncertain ones. Prints the indices; writes
    morris.csv, sobol.csv, order.csv, figures and provenance.json to --out. Needs the extra
    "sensitivity" (SALib). Defaults: 2,000 members, 365 days, 2 replications, seed 1; takes 5
    minutes on two idle cores.
    """
    check_installed()
    if samples & (samples - 1):
        raise sim.InputError(
            f"--samples {samples}: not a power of two; must be one, as {1 << samples.bit_length()}"
        )
    base = commands.chosen(
        None,
        settings,
        defaults={"members": 2_000},
        members=members,
        days=days,
        seed=seed,
    )
    options = {"trajectories": trajectories, "samples": samples}
    if sum(share > 0 for share in base.shares().values()) < 2:
        raise sim.InputError("policies: only one has members; must be two or more, to be compared")
    explored, uncertain = ranges.factors(base), ranges.uncertain(base)
    with studies.written_to(
        out,
        base,
        replications=replications,
        jobs=jobs,
        **options,
        ranges=[vars(one) for one in explored],
        uncertain=[vars(one) for one in uncertain],
    ) as outcome:
        morris, screening = screened(
            base, explored, trajectories, replications, out / "morris", jobs
        )
        sobol, noise, order = indices(base, uncertain, samples, replications, out / "sobol", jobs)
        outcome.tables |= {"morris": morris, "sobol": sobol, "order": order}
        setting = studies.setting(base, replications)
        outcome.figures["morris"] = draw_screening(morris, screening, setting)
        outcome.figures["sobol"] = draw_indices(sobol, noise, len(explored), setting)
    words = studies.filled(*_words(sobol, screening, noise, order))
    studies.print_answer(_text(sobol), words, out=out)


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
    points = [ranges.changes(base, varied, row) for row in sample]
    outcomes, noise, _ = averaged(base, points, replications, folder, jobs)
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


def indices(
    base: sim.Scenario,
    varied: Sequence[ranges.Factor],
    samples: int,
    replications: int,
    folder: Path,
    jobs: int | None,
) -> tuple[pd.DataFrame, dict[str, float], pd.DataFrame]:
    """Estimate Sobol' indices.

    Returns
    -------
    DataFrame
        measure, parameter, low, high, S1, S1_half, ST, ST_half (halves of the 95 % intervals);
        without indices where the measure is the same at all points.
    dict
        As in ``screened``.
    DataFrame
        As in ``averaged``.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    described = problem(varied)
    sample = sampling.sample(described, samples, calc_second_order=False, seed=base.seed)
    points = [ranges.plausible(base, varied, row) for row in sample]
    outcomes, noise, order = averaged(base, points, replications, folder, jobs)
    ends = {"low": [one.low for one in varied], "high": [one.high for one in varied]}
    tables = []
    for measure, values in outcomes.items():
        columns = dict.fromkeys(("S1", "S1_half", "ST", "ST_half"), np.nan)
        if np.ptp(values) > 0:  # else there is no variance to share
            centred = values - values.mean()  # makes the estimators less noisy
            found = analysis.analyze(described, centred, calc_second_order=False, seed=base.seed)
            columns = {
                "S1": found["S1"],
                "S1_half": found["S1_conf"],
                "ST": found["ST"],
                "ST_half": found["ST_conf"],
            }
        tables.append(
            pd.DataFrame({"measure": measure, "parameter": described["names"], **ends, **columns})
        )
    return pd.concat(tables, ignore_index=True), noise, order


def averaged(
    base: sim.Scenario,
    points: Sequence[dict[str, Any]],
    replications: int,
    folder: Path,
    jobs: int | None,
) -> tuple[dict[str, NDArray[np.float64]], dict[str, float], pd.DataFrame]:
    """Run all points, and return the mean of each outcome over the replications of each.

    Returns
    -------
    dict
        From an outcome to the mean of each point.
    dict
        From an outcome to the share of noise in the variance of these means, at most: the variance
        of a mean over seeds, divided by the variance between points; NaN if the latter is 0.
    DataFrame
        measure, policy, than_policy, mean (the share of the points at which the policy has more),
        points.
    """
    keep = list(dict.fromkeys([*MEASURES, *LEADS]))
    study = sim.Study(base, points, replications=replications, keep=keep)
    runs = studies.done(study, folder, jobs)
    outcomes, noise = {}, {}
    for name, values in _of_runs(runs, base).items():
        missing = values.isna().groupby(level="point").any().sum()
        if missing:
            raise sim.InputError(
                f"{name}: not measured at {missing} points, where nothing happened; must be a "
                "longer run"
            )
        groups = values.groupby(level="point")
        means = np.asarray(groups.mean(), np.float64)
        outcomes[name] = means
        between = means.var(ddof=1) if means.var() > 0 else np.nan
        noise[name] = float(groups.var().mean() / replications / between)
    return outcomes, noise, _order(runs)


def _of_runs(runs: pd.DataFrame, base: sim.Scenario) -> "dict[str, pd.Series[float]]":
    """Return the outcomes of each run, by point and replication."""
    first, second, *_ = (policy for policy, share in base.shares().items() if share > 0)
    of: Any = runs.set_index(["policy", "point", "replication"]).sort_index()
    found = {name: of.loc["all", measure] for measure, name in MEASURES.items()}
    return found | {
        name: of.loc[first, measure] - of.loc[second, measure] for measure, name in LEADS.items()
    }


def _order(runs: pd.DataFrame) -> pd.DataFrame:
    """Return at what share of the points one policy has more than another."""
    policies = runs[runs["policy"] != "all"]
    means = policies.groupby(["point", "policy"], sort=False)[list(LEADS)].mean()
    rows = []
    for measure in LEADS:
        wide = means[measure].unstack("policy")
        for one, other in itertools.combinations(dict.fromkeys(policies["policy"]), 2):
            there = wide[[one, other]].dropna()
            ahead = float((there[one] > there[other]).mean())
            pair = {"measure": measure, "policy": one, "than_policy": other}
            rows.append(pair | {"mean": ahead, "points": len(there)})
    return pd.DataFrame(rows)


def _text(sobol: pd.DataFrame) -> str:
    """Return the total index of each parameter for each outcome, as a text table."""
    rows = []
    for parameter, there in sobol.groupby("parameter", sort=False):
        by: Any = there.set_index("measure")
        cells = {
            name: f"{by.loc[name, 'ST']:.2f} ±{by.loc[name, 'ST_half']:.2f}"
            if by.loc[name, "ST"] >= 0
            else "-"
            for name in OUTCOMES
        }
        rows.append({"": parameter, **cells})
    heading = "Total Sobol' index of each uncertain parameter."
    return f"{heading}\n\n{studies.laid_out(pd.DataFrame(rows))}"


def _words(
    sobol: pd.DataFrame,
    screening: dict[str, float],
    noise: dict[str, float],
    order: pd.DataFrame,
) -> Iterator[str]:
    """Yield on what each outcome depends most, how much is noise, and how often the order holds."""
    unclear = []
    for name in OUTCOMES:
        said = name.replace("lead", "the lead")
        parts = []
        for _, row in largest(sobol, name, noise).iterrows():
            index, half = row["ST"], row["ST_half"]
            total = studies.between(index, index - half, index + half, ".2f")
            parts.append(f"{row['parameter']} (ST {total})")
        if parts:
            those = "indices are those" if len(parts) > 1 else "index is that"
            yield f"For {said} the largest total {those} of {', '.join(parts)}."
        else:
            unclear.append(said)
    if unclear:
        yield (
            f"For {listed(unclear)} no index can be told from noise; more members, days, "
            "replications or samples may help."
        )
    yield _noise("screening", screening)
    yield _noise("indices", noise)
    for pair in order.to_dict("records"):
        what = sim.measures.label(pair["measure"]).words
        yield (
            f"{quoted(pair['policy'])} leads {quoted(pair['than_policy'])} in {what} at "
            f"{100 * pair['mean']:.1f} % of {pair['points']:,} points."
        )


def _noise(where: str, noise: dict[str, float]) -> str:
    """Return in words how much of the variance between points is noise, at most."""
    small = {name: share for name, share in noise.items() if share < 1}
    if not small:
        return f"In the {where}, all of the variance may be noise of the seeds."
    most = f"In the {where}, noise of the seeds is at most {100 * max(small.values()):.1f} %"
    if len(small) == len(noise):
        return f"{most} of the variance."
    return f"{most} of the variance of {listed(list(small))}; of the others it may be all."


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
