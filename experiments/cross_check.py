"""Does another program for calibration, pyabc, find the same parameters of meetings?

The posterior of the meetings (``calibrate``), made by nearest points and regression, is compared
with that of pyabc (Schälte et al. 2022, JOSS 7(74), 4304). pyabc uses sequential Monte Carlo: it
accepts points by the likelihood of a normal error of the size of each number's tolerance, cooled to
temperature 1. So its only approximation is the number of points (Schälte and Hasenauer 2020,
Bioinformatics 36, i551). Both methods have the same model, prior and data.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer

import sim
from sim import commands

from . import studies, targets
from .calibrate import listed
from .calibration import Part
from .posterior import quantiles
from .scored import Measured

if TYPE_CHECKING:
    import pyabc

MEMBERS = 2_000
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
Runs = Annotated[
    int,
    typer.Option(
        "--runs",
        metavar="N",
        min=60,
        help="Number of runs in each of the two tables of calibrate.",
    ),
]
Particles = Annotated[
    int,
    typer.Option(
        "--particles",
        metavar="N",
        min=20,
        help="Number of sets of parameters in the result of pyabc.",
    ),
]


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    runs: Runs = 200,
    particles: Particles = 150,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/cross_check"),
    settings: commands.Settings = None,
    scenario: commands.ScenarioFile = None,
) -> None:
    """Fit the parameters of meetings by calibrate and by pyabc, and compare the results.

    Prints which values of the parameters fit the data by each method, and writes posteriors.csv and
    provenance.json to --out. Needs the extra "abc" (pyabc). Takes some ten minutes, most of them in
    pyabc, which uses one process. Defaults: 2,000 members, 365 days, two tables of 200 runs, 150
    sets of parameters in the result of pyabc.
    """
    _check_installed()
    base = commands.chosen(
        scenario, settings, defaults={"members": MEMBERS}, members=members, days=days, seed=seed
    )
    (part,) = (one for one in listed(base, targets.of_the_table(), runs, runs, jobs) if _fits(one))
    with studies.written_to(out, base, jobs=jobs, runs=runs, particles=particles) as outcome:
        ours = part.calibrated(out / part.name)
        points, weights = ours.box.points(ours.posterior.places), ours.posterior.weights
        theirs, their_weights, simulated = by_pyabc(part, particles)
        table = beside(part.prior.names, (points, weights), (theirs, their_weights))
        outcome.tables["posteriors"] = table
    print(studies.laid_out(table, dict.fromkeys(table.columns[2:], ".3g"), heads=["parameter"]))
    studies.print_answer(words(table, simulated), out=out)


def _fits(part: Part) -> bool:
    return part.name == "meetings"


def _check_installed() -> None:
    """Raise an ``InputError`` if pyabc is missing; it has the command that installs it."""
    try:
        import pyabc  # noqa: F401
    except ImportError:
        command = commands.install("abc")
        raise sim.InputError(f"pyabc: it is not installed; install it with: {command}") from None


def by_pyabc(part: Part, particles: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return points of pyabc's posterior, their weights, and how many runs it took.

    Parameters
    ----------
    part : Part
        The meetings, with their prior and targets.
    particles : int
        Points of the posterior.
    """
    import pyabc

    near, measured = part.targets.near, Measured(part.targets.rows, part.probed)
    seeds = iter(range(part.base.seed + 10**6, 2**62))

    def simulate(point: dict[str, float]) -> dict[str, float]:
        changed = {
            name: round(value) if parameter.whole else value
            for parameter, (name, value) in zip(part.prior.parameters, point.items(), strict=True)
        }
        run = measured.live(part.base.replace(changed | {"seed": next(seeds)}))
        return {name: float(run[name].iloc[0]) for name in near}

    np.random.seed(part.base.seed)  # noqa: NPY002 (pyabc draws from numpy's own stream)
    abc = pyabc.ABCSMC(
        simulate,
        _as_pyabc(part),
        pyabc.IndependentNormalKernel(
            var=[near[name].tolerance ** 2 for name in near], keys=[*near]
        ),
        population_size=particles,
        eps=pyabc.Temperature(),
        acceptor=pyabc.StochasticAcceptor(),
        sampler=pyabc.SingleCoreSampler(),
    )
    abc.new("sqlite://", {name: target.value for name, target in near.items()})
    history = abc.run()
    points, weights = history.get_distribution()
    found = part.prior.stored(points[part.prior.names].to_numpy())
    return found, weights, int(history.total_nr_simulations)


def _as_pyabc(part: Part) -> "pyabc.DistributionBase":
    """Return the prior as pyabc wants it: even over the valid points."""
    import pyabc

    prior = part.prior

    class Even(pyabc.DistributionBase):  # type: ignore[misc]
        def rvs(self, *args: Any, **kwargs: Any) -> Any:
            seed = int(np.random.randint(2**31))  # noqa: NPY002
            return pyabc.Parameter(dict(zip(prior.names, prior.drawn(1, seed)[0], strict=True)))

        def pdf(self, x: Any) -> float:
            point = np.array([[x[name] for name in prior.names]])
            return float(prior.valid(prior.stored(point))[0])

    return Even()


def beside(
    names: list[str], *posteriors: tuple[np.ndarray, np.ndarray], methods: Any = ("ours", "pyabc")
) -> pd.DataFrame:
    """Return two rows for each parameter: the quantiles of its posterior by either method.

    ``overlap`` is the part of the shorter 90 % interval that lies in the other one.
    """
    by_method = {
        method: quantiles(points, weights, LEVELS)
        for method, (points, weights) in zip(methods, posteriors, strict=True)
    }
    rows = []
    for place, name in enumerate(names):
        ends = [(found[0, place], found[-1, place]) for found in by_method.values()]
        common = min(high for _, high in ends) - max(low for low, _ in ends)
        overlap = max(common, 0.0) / min(high - low for low, high in ends)
        for method, found in by_method.items():
            levels = dict(zip(("q05", "q25", "median", "q75", "q95"), found[:, place], strict=True))
            rows.append({"parameter": name, "method": method} | levels | {"overlap": overlap})
    return pd.DataFrame(rows)


def words(table: pd.DataFrame, simulated: int) -> str:
    """Return what the table says: how far the medians are apart, and what the intervals share."""
    ours, theirs = (
        table[table["method"] == method].set_index("parameter") for method in ("ours", "pyabc")
    )
    half = (theirs["q75"] - theirs["q25"]) / 2
    apart = ((ours["median"] - theirs["median"]) / half).abs()
    inside = (theirs["q25"] <= ours["median"]) & (ours["median"] <= theirs["q75"])
    return studies.filled(
        f"For {inside.sum()} of {len(ours)} parameters our median lies between pyabc's quartiles.",
        f"The two medians of {apart.idxmax()} are furthest apart: by {apart.max():.2f} times half",
        "the distance between pyabc's quartiles.",
        f"The 90 % intervals have at least {ours['overlap'].min():.2f} of the shorter in common.",
        f"pyabc took {simulated:,} runs.",
    )


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
