"""Which rule should a platform have that wants fewer unwanted invitations and does not want to block people who mean well?

Three policies live mixed in one society: those who invite everyone, and two who mean well, inviting only people they have interacted with,
or close friends. Some fifty rules are tried on it, of three kinds and at different severity: a count of strikes over the account's life, a
count within a window, and a least ratio of accepted to sent; with restrictions of different lengths. Each is judged by three aims, to be
as small as can be: **unwanted** invitations per member and year; **blocked** members who meant well, in % of them; and connections
**lost** per member against the same society, with the same seed, without a rule. A rule beats another if it is no worse in all aims and
better in one. The *frontier* are the rules that none beats going by the means; a rule is *clearly beaten* if another beats it and the
interval of the paired difference excludes 0 in an aim; no correction is made for the many comparisons. Close friends are never blocked, so
the share of "interacted" alone is told beside that of all who mean well. The second part follows members who mean well under a count over
the account's life. It blocks in the end whoever goes on inviting, however low the chance of a strike: after n invitations with
P(Binomial(n, q) >= limit). There a society of three times the size may invite again after half a year who did not answer.

Answer (``python -m experiments.block_rule``: 800 members, a year, 8 replications): nothing is free. Of 58 rules 45 are on the frontier and
only 2 are clearly beaten; whatever takes away many unwanted invitations also blocks people who mean well, and takes connections in
proportion. Of the rules that clearly block fewer than 1 % of those who mean well, 3 strikes in 30 days, for good, goes furthest: 34.6
unwanted a year [34.3, 35.0] in place of 37.0 without a rule, 0.7 % [0.4, 1.0] blocked (1.4 % of "interacted") and 7.4 connections lost
[6.7, 8.1]. 5 strikes for life, for good (linkedin2008): 33.2 [32.8, 33.6], 0.96 % [0.77, 1.16] (1.9 %); 5 in 30 days, 7 days
(linkedin2021), changes next to nothing in a year: 37.0 [36.8, 37.3]. Rules by accepted / sent of one half or more block a third to a half
of those who mean well, two thirds to all of "interacted". And with a strike in 100 invitations a count over the account's life has blocked
97.1 % [96.2, 98.1] after 1,000 (closed form 97.1 %), in the mixed society 95.0 % [93.1, 96.9] of those who invite only whom they have
interacted with, in 8 years; a count within 30 days 0.1 % [0.0, 0.4] and 0.0 % [0.0, 0.2]. Shares blocked depend on the size of the
society: of 10,000 people the default rule blocks 3.5 % of "interacted" in a year.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

import sim
from sim import commands

from . import lifetime, studies

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AIMS = ("unwanted", "blocked", "lost")
MEANING_WELL = ("interacted", "close_friends")
LOOKS = {
    "none": ("#262626", "*"),
    "life": ("#CC79A7", "o"),
    "window": ("#56B4E9", "s"),
    "ratio": ("#E69F00", "^"),
}
KINDS = {
    "none": "no rule",
    "life": "count over the account's life",
    "window": "count within a window",
    "ratio": "accepted / sent",
}


@dataclass(frozen=True)
class Rule:
    """A rule of the list."""

    limit: int | None = None
    window_days: int | None = None
    min_ratio: float | None = None
    restriction_days: int | None = None

    @property
    def kind(self) -> str:
        """Say what it looks at: none, life, window or ratio."""
        if self.min_ratio is not None:
            return "ratio"
        return "none" if self.limit is None else "life" if self.window_days is None else "window"

    @property
    def name(self) -> str:
        """Name it, as ``5 in 30 d: 7 d``."""
        if self.kind == "none":
            return "no rule"
        looked_at = (
            f"ratio {self.min_ratio:g}"
            if self.min_ratio is not None
            else f"{self.limit} in {self.window_days or 'life'}"
        )
        ends = "for good" if self.restriction_days is None else f"{self.restriction_days} d"
        return f"{looked_at}{' d' if self.window_days else ''}: {ends}"

    @property
    def changes(self) -> dict[str, Any]:
        """Give the point of the study."""
        fields = ("limit", "window_days", "min_ratio", "restriction_days")
        return {
            "platform.preset": "none",
            **{f"platform.{field}": getattr(self, field) for field in fields},
        }


def rules() -> list[Rule]:
    """List the rules that are tried, no rule first; 5 for life, for good, is linkedin2008, and 5 in 30 days, 7 days, linkedin2021."""
    life = [
        Rule(limit, restriction_days=days)
        for limit in (1, 2, 3, 5, 8, 13)
        for days in (None, 30, 7)
    ]
    window = [
        Rule(limit, window, None, days)
        for limit in (2, 3, 5)
        for window in (7, 30, 90, 180)
        for days in (None, 30, 7)
    ]
    ratio = [
        Rule(min_ratio=least, restriction_days=days)
        for least in (0.5, 0.6, 0.7)
        for days in (None, 30, 7)
    ]
    return [
        Rule(),
        *life,
        *(rule for rule in window if rule.restriction_days or rule.window_days in (30, 90)),
        *ratio,
    ]


PRESETS = {"linkedin2008": Rule(5).name, "linkedin2021": Rule(5, 30, None, 7).name}
"""Names of the two rules that are presets."""


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 8,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/block_rule"),
    settings: commands.Settings = None,
) -> None:
    """Find the rules that no other rule beats, for fewer unwanted invitations at little harm to people who mean well.

    Prints the frontier and leaves rules.csv, lifetime.csv, years.csv, figures and provenance.json in --out. Defaults: 800 members, 365
    days, 8 replications, seed 1.
    """
    base = commands.chosen(
        None, settings, defaults={"members": 800}, members=members, days=days, seed=seed
    )
    if missing := [policy for policy in MEANING_WELL if not base.shares().get(policy)]:
        raise sim.InputError(
            f"policies: nobody has {missing[0]}; must have a share above 0, being one of those who mean well"
        )
    listed = rules()
    with studies.left_in(
        out, base, replications=replications, jobs=jobs, rules=[rule.name for rule in listed]
    ) as outcome:
        study = sim.Study(base, [rule.changes for rule in listed], replications=replications)
        runs = studies.done(study, out / "rules", jobs)
        table = verdicts(listed, judged(runs, len(listed))).join(blocked_by_policy(runs))
        outcome.tables["rules"] = table
        outcome.figures["frontier"] = draw(table, studies.setting(base, replications))
        story = lifetime.lived(base, out, jobs)
        outcome.tables |= {"lifetime": story.counts, "years": story.years}
        outcome.figures["lifetime"] = lifetime.draw(story, lifetime.by_years(base).members)
    print(
        f"{_text(table)}\n\n{studies.filled(*_words(table))}\n\n{lifetime.text(story)}\n\nwritten to {out}"
    )


def judged(runs: pd.DataFrame, number: int) -> NDArray[np.float64]:
    """Give each rule's three aims in each replication: shape (rules, replications, 3); blocked in %."""
    runs = runs.assign(many=runs["members"] * runs["policy"].isin(MEANING_WELL))
    runs["hit"] = 100 * runs["many"] * runs["blocked"].fillna(0)
    keys = ["point", "replication"]
    sums = runs.groupby(keys)[["many", "hit"]].sum()
    everybody = runs[runs["policy"] == "all"].set_index(keys)
    values = pd.DataFrame(
        {
            "unwanted": everybody["unwanted"],
            "blocked": sums["hit"] / sums["many"],
            "lost": -everybody["degree"],
        }
    )
    aims = values.sort_index().to_numpy().reshape(number, -1, 3).copy()
    aims[..., 2] -= aims[
        :1, :, 2
    ].copy()  # against no rule, the first of the list, under the same seed
    return aims


def blocked_by_policy(runs: pd.DataFrame) -> pd.DataFrame:
    """Give the mean share blocked, in %, of each policy that means well: a row a rule, columns ``blocked_POLICY``."""
    wide = 100 * runs[runs["policy"].isin(MEANING_WELL)].pivot_table(
        index="point", columns="policy", values="blocked", aggfunc="mean", observed=True
    )
    return wide.add_prefix("blocked_").reset_index(drop=True)


def frontier(aims: ArrayLike) -> NDArray[np.bool_]:
    """Say of each point whether no other is as small in all aims and smaller in one.

    Parameters
    ----------
    aims : array (points, aims)
    """
    aims = np.asarray(aims, np.float64)
    no_worse = (aims[:, None] <= aims[None]).all(axis=2)
    better = (aims[:, None] < aims[None]).any(axis=2)
    unbeaten: NDArray[np.bool_] = ~(no_worse & better).any(axis=0)
    return unbeaten


def clearly_beaten_by(aims: NDArray[np.float64]) -> list[list[int]]:
    """List, for each rule, the rules that beat it by the means, in one aim with a 95 % interval of the paired difference above 0.

    Parameters
    ----------
    aims : array (rules, replications, aims)
    """
    means = aims.mean(axis=1)
    beaten_by: list[list[int]] = []
    for worse in range(len(aims)):
        candidates = [
            other
            for other in range(len(aims))
            if (means[other] <= means[worse]).all() and (means[other] < means[worse]).any()
        ]
        beaten_by.append(
            [
                other
                for other in candidates
                if any(low > 0 for low in _differences(aims[worse], aims[other]))
            ]
        )
    return beaten_by


def _differences(worse: NDArray[np.float64], other: NDArray[np.float64]) -> Iterator[float]:
    """Give the lower ends of the paired differences, an aim each."""
    for aim in range(worse.shape[1]):
        yield sim.paired(worse[:, aim], other[:, aim]).low


def verdicts(listed: Sequence[Rule], aims: NDArray[np.float64]) -> pd.DataFrame:
    """Put together what was found: a row per rule, with the mean and interval of each aim, and whether others beat it."""
    rows = []
    on_frontier, beaten_by = frontier(aims.mean(axis=1)), clearly_beaten_by(aims)
    for place, rule in enumerate(listed):
        row: dict[str, Any] = {"rule": rule.name, "kind": rule.kind}
        for aim, values in zip(AIMS, aims[place].T, strict=True):
            mean, low, high, _ = sim.mean_interval(values)
            row |= {aim: mean, f"{aim}_low": low, f"{aim}_high": high}
        row |= {"frontier": bool(on_frontier[place]), "clearly_beaten": bool(beaten_by[place])}
        rows.append(
            {**row, "beaten_by": "; ".join(listed[other].name for other in beaten_by[place])}
        )
    return pd.DataFrame(rows)


def _text(table: pd.DataFrame) -> str:
    """Lay out the rules of the frontier, the fewest unwanted first."""
    shown = table[table["frontier"]].sort_values("unwanted", kind="stable")
    cells = {"rule": shown["rule"]}
    for aim, unit in zip(
        AIMS, ("unwanted, per year", "well-meaning blocked, %", "connections lost"), strict=True
    ):
        halves = (shown[f"{aim}_high"] - shown[f"{aim}_low"]) / 2
        cells[unit] = pd.Series(
            [f"{mean:7.2f} ±{half:.2f}" for mean, half in zip(shown[aim], halves, strict=True)],
            shown.index,
        )
    heading = "The frontier: rules that none beats in all three aims, the fewest unwanted invitations first."
    return f"{heading}\n\n{studies.laid_out(pd.DataFrame(cells))}"


def _words(table: pd.DataFrame) -> Iterator[str]:
    """Say how many rules none beats, and how the two rules of LinkedIn fare."""
    unbeaten = table[~table["clearly_beaten"]]
    kinds = unbeaten["kind"].value_counts()
    counts = ", ".join(
        f"{number} of {(table['kind'] == kind).sum()} by {KINDS[str(kind)]}"
        for kind, number in kinds.items()
        if kind != "none"
    )
    on = table["frontier"].sum()
    yield f"Of {len(table)} rules {on} are on the frontier and {len(unbeaten)} are not clearly beaten: {counts}, and no rule."
    for preset, name in PRESETS.items():
        row = table[table["rule"] == name].iloc[0]
        blocked = studies.between(
            row["blocked"], max(0.0, row["blocked_low"]), row["blocked_high"], ".2f", "%"
        )
        unwanted = studies.between(
            row["unwanted"], row["unwanted_low"], row["unwanted_high"], ".1f"
        )
        by = (
            "is on the frontier"
            if row["frontier"]
            else "is clearly beaten"
            if row["clearly_beaten"]
            else "is not clearly beaten"
        )
        alone = f"{row['blocked_interacted']:.2f} % of “interacted”"
        yield f"{preset} ({name}) {by}: {unwanted} unwanted a year, {blocked} of those who mean well blocked, {alone}."


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw the rules in the planes of unwanted against blocked and of unwanted against lost; those of the frontier are full and named."""
    figure = sim.plots.sheet(4.6)
    axes = figure.subplots(1, 2, sharex=True)
    for axis, aim in zip(axes, ("blocked", "lost"), strict=True):
        for kind, (colour, marker) in LOOKS.items():
            for full, rows in table[table["kind"] == kind].groupby("frontier"):
                style: dict[str, Any] = (
                    {"color": colour}
                    if full
                    else {"color": colour, "alpha": 0.35, "markerfacecolor": "white"}
                )
                error: dict[str, Any] = {
                    "color": colour,
                    "alpha": 0.9 if full else 0.35,
                    "linewidth": 0.9,
                }
                axis.hlines(rows[aim], rows["unwanted_low"], rows["unwanted_high"], **error)
                axis.vlines(
                    rows["unwanted"],
                    rows[f"{aim}_low"].clip(lower=0 if aim == "blocked" else None),
                    rows[f"{aim}_high"],
                    **error,
                )
                label = KINDS[kind] if full or kind == "none" else None
                axis.plot(
                    rows["unwanted"],
                    rows[aim],
                    marker,
                    linestyle="none",
                    markersize=9 if marker == "*" else 5,
                    label=label,
                    **style,
                )
        axis.set_xlabel("unwanted invitations per member and year")
        axis.grid(color="#E6E6E6", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0].set_yscale("symlog", linthresh=1)
    axes[0].set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    axes[0].set_ylim(-0.15, 110)
    axes[0].set_ylabel("blocked of those who mean well, %")
    axes[1].set_ylabel("connections lost, per member")
    best = _best_harmless(table)
    told = [
        *([] if best is None else [str(best["rule"])]),
        *(name for name in PRESETS.values() if name in set(table["rule"])),
    ]
    _named(axes[0], table, "blocked", told)
    _named(
        axes[1],
        table,
        "lost",
        [*dict.fromkeys([*told, *table[table["frontier"]].sort_values("lost")["rule"]])],
    )
    axes[0].legend(frameon=False, fontsize=7.5)
    full = "Full: on the frontier, some with their names (strikes in days: days restricted)."
    below = f"{full} Bars: 95 % intervals. Shares blocked: logarithmic above 1 %."
    sim.plots.headed(figure, _seen(table), f"{setting} {below}")
    return figure


def _named(axis: "Axes", table: pd.DataFrame, aim: str, rules: Sequence[str]) -> None:
    """Write the names of rules, the first ones first, as far as they have room."""
    axis.autoscale_view()
    places = table.set_index("rule")
    taken: list[NDArray[np.float64]] = []
    for rule in rules:
        here = places.loc[rule, ["unwanted", aim]].to_numpy(np.float64)
        at = axis.transAxes.inverted().transform(axis.transData.transform(here))
        if all(abs(at[0] - other[0]) > 0.32 or abs(at[1] - other[1]) > 0.045 for other in taken):
            taken.append(at)
            axis.annotate(
                rule,
                (here[0], here[1]),
                (5, 2),
                textcoords="offset points",
                fontsize=6.5,
                color="#404040",
            )


def _best_harmless(table: pd.DataFrame) -> "pd.Series[Any] | None":
    """Give the rule with the fewest unwanted invitations of those that clearly block fewer than 1 % of those who mean well."""
    harmless = table[(table["blocked_high"] < 1) & (table["kind"] != "none")]
    return None if harmless.empty else harmless.sort_values("unwanted", kind="stable").iloc[0]


def _seen(table: pd.DataFrame) -> str:
    """Say by how much the best harmless rule lowers what is unwanted."""
    nothing, best = table[table["kind"] == "none"].iloc[0], _best_harmless(table)
    if best is None:
        return "No rule clearly blocks fewer than one in a hundred of those who mean well"
    fewer = 100 * (1 - best["unwanted"] / nothing["unwanted"])
    return (
        f"Of the rules that clearly block fewer than 1 % of those who mean well, “{best['rule']}” goes furthest: "
        f"{fewer:.0f} % fewer unwanted invitations, {best['lost']:.1f} connections lost, "
        f"{best['blocked_interacted']:.1f}\u00a0% of “interacted” blocked"
    )


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
