"""Which rule of a platform prevents unwanted invitations without blocking people who mean well?

Three policies are mixed in one society. Members invite everyone, or they mean well: they invite
only people they have interacted with, or only close friends. The society is simulated without a
rule and under 57 rules of different severity. These are of three kinds: they count strikes over the
account's life, or within a window of some days, or they ask for a least ratio of accepted to sent
invitations; their restrictions have different lengths. Each rule is judged by three aims, which
should be as small as possible: **unwanted** invitations per member and year; **blocked** members
who meant well, in % of them; and connections **lost** per member, compared with the same society
and seed without a rule.

A rule beats another if it is no worse in all aims and better in one. The *frontier* consists of the
rules that no other rule beats if only the means are compared. A rule is *clearly beaten* if another
rule beats it and is clearly better in an aim (``sim.clearly``: one family of all pairs of rules and
all aims). In this society those who invite close friends never get a strike, so no count of strikes
blocks them. So the share blocked among ``interacted`` is given as well as the share among all who
mean well.

The second part follows members who mean well under a count over the account's life. However small
the chance of a strike, such a rule in the end blocks everybody who goes on inviting. If each
invitation becomes a strike with chance q, the probability of being blocked after n invitations is
P(Binomial(n, q) >= limit). In this part the society is three times as large, and people who did not
answer may be invited again after half a year.

Answer (``invitesim experiment block_rule``: 800 members, a year, 10 replications): every rule has a
price. Of the 58 choices (57 rules, and having no rule), 41 are on the frontier and only 3 are
clearly beaten. Rules that prevent many unwanted invitations also prevent connections, in
proportion. Among the rules that clearly block fewer than 1 % of those who mean well, 3 strikes in
90 days with a permanent block prevents most. With it people receive 6.3 unwanted a year [6.0, 6.5],
in place of 9.6 [9.1, 10.1] without a rule; it blocks 0.5 % [0.3, 0.7] of those who mean well (0.98
% [0.61, 1.47] of ``interacted``), and 11.9 connections are lost [10.8, 12.9]. With 5 strikes for
life and a permanent block (linkedin2008) it is 6.9 unwanted [6.7, 7.2], 0.06 % blocked [0.01, 0.22]
(of ``interacted`` 0.11 % [0.01, 0.44]), and 9.4 lost [8.5, 10.4]. With 5 strikes in 30 days and a
block of 7 days (linkedin2021) next to nothing changes in a year: 9.6 unwanted [9.1, 10.1]. Every
rule that asks for a ratio of accepted to sent of one half or more blocks at least 27.4 % [26.0,
28.8] of those who mean well, and at least 54.7 % [51.8, 57.6] of ``interacted``. If one invitation
in 100 becomes a strike, a count over the account's life has blocked 97.1 % [96.5, 97.6] after 1,000
invitations (closed form: 97.1 %), and a count within 30 days 0.1 % [0.0, 0.3]. In the mixed society
nobody sends as many: in 8 years a count for life has blocked 22.9 % [20.3, 25.7] of ``interacted``,
and a count within 30 days 0.0 % [0.0, 0.2]. Shares blocked depend on the size of the society;
docs/limits.md has those of larger ones. In 40 plausible societies people receive a range of 5.1 to
18.7 unwanted invitations without a rule, and a range of 4.5 to 12.8 with 5 strikes for life. In
each of the 40 this rule lowers their number; the price is a range of 2.8 to 21.1 connections lost.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim import commands

from . import lifetime, societies, studies
from .rules import KINDS, PRESETS, Rule, rules
from .societies import Group, Quantity
from .verdicts import AIMS, HARMLESS, MEANING_WELL, blocked_by_policy, judged, verdicts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLEARLY = "Clearly: by Holm's rule at 5 %, all rules together."
RANGED = (Rule(), *(rule for rule in rules() if rule.name in PRESETS.values()))
"""The rules under which plausible societies are simulated: none, and those of LinkedIn."""
AIM_WORDS = {
    "unwanted": "unwanted a year",
    "blocked": "blocked of those who mean well",
    "lost": "connections lost",
}
"""What the aims are called among the ranges."""
KEPT = ("degree", "blocked", "unwanted_received")
"""What the aims are made of."""
LOOKS = {
    "none": ("#262626", "*"),
    "life": ("#CC79A7", "o"),
    "window": ("#56B4E9", "s"),
    "ratio": ("#E69F00", "^"),
}


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    out: commands.Out = Path("results/block_rule"),
    settings: commands.Settings = None,
) -> None:
    """Find rules with few unwanted invitations that block few people who mean well.

    Prints the frontier (the rules that no other rule beats) and the ranges over plausible
    societies; writes rules.csv, lifetime.csv, years.csv, ranges.csv, figures and provenance.json to
    --out. Defaults: 800 members, 365 days, 10 replications, 40 plausible societies, seed 1.
    """
    base = commands.chosen(
        None, settings, defaults={"members": 800}, members=members, days=days, seed=seed
    )
    studies.check_members(base, *MEANING_WELL)
    listed = rules()
    with studies.written_to(
        out,
        base,
        replications=replications,
        jobs=jobs,
        rules=[rule.name for rule in listed],
        societies=number,
    ) as outcome:
        study = sim.Study(base, [rule.changes for rule in listed], replications=replications)
        runs = studies.done(study, out / "rules", jobs)
        aims = judged(runs)
        assumed = [sim.none_by_assumption(base.replace(rule.changes)) for rule in listed]
        table = verdicts(listed, aims).join(blocked_by_policy(aims, assumed))
        outcome.tables["rules"] = table
        outcome.figures["frontier"] = draw(table, studies.setting(base, replications))
        lived = societies.lived(base, treatments(), KEPT, out, number=number, jobs=jobs)
        ranges = societies.ranged(with_aims(lived), quantities())
        outcome.tables["ranges"] = ranges
        found = lifetime.simulated(base, out, jobs)
        outcome.tables |= {"lifetime": found.counts, "years": found.years}
        outcome.figures["lifetime"] = lifetime.draw(found, lifetime.by_years(base).members)
    studies.print_answer(
        _text(table),
        studies.filled(*_words(table)),
        societies.text(ranges, quantities()),
        lifetime.text(found),
        out=out,
    )


def treatments() -> societies.Treatments:
    """Return, for each rule by name, the treatment that puts a plausible society under it.

    Before this, the chance of a click on "I don't know" is converted to the one that belongs to a
    limit of five strikes (``societies.with_click``).
    """
    return {rule.name: _under(rule) for rule in RANGED}


def _under(rule: Rule) -> societies.Treatment:
    return lambda drawn: societies.with_click(drawn).replace(rule.changes)


def with_aims(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the aims of each rule in each run of plausible societies."""
    places = {rule.name: place for place, rule in enumerate(RANGED)}
    seeds = int(runs["replication"].max()) + 1
    one_after_another = runs["society"] * seeds + runs["replication"]
    aims = judged(runs.assign(point=runs["treatment"].map(places), replication=one_after_another))
    society, replication = np.divmod(aims["replication"].to_numpy(), seeds)
    names = np.array(list(places))[aims["point"]]
    return aims.assign(treatment=names, society=society, replication=replication)


def quantities() -> list[Quantity]:
    """Return the aims, as quantities of plausible societies."""
    none, *ruled = (rule.name for rule in RANGED)
    well = {"all": AIM_WORDS["blocked"], MEANING_WELL[0]: f"blocked of {MEANING_WELL[0]}"}
    return [
        *(
            Quantity(f"{AIM_WORDS['unwanted']}: {rule}", "unwanted", Group(rule, "all"))
            for rule in (none, *ruled)
        ),
        *(
            Quantity(
                f"fewer unwanted than without a rule: {rule}",
                "unwanted",
                Group(none, "all"),
                Group(rule, "all"),
            )
            for rule in ruled
        ),
        *(
            Quantity(f"{words}: {rule}", "blocked", Group(rule, policy), unit="%")
            for policy, words in well.items()
            for rule in ruled
        ),
        *(
            Quantity(f"{AIM_WORDS['lost']}: {rule}", "lost", Group(rule, "all"), Group(none, "all"))
            for rule in ruled
        ),
    ]


def _text(table: pd.DataFrame) -> str:
    """Return the rules of the frontier as a text table, those with the fewest unwanted first."""
    shown = table[table["frontier"]].sort_values("unwanted", kind="stable")
    cells = {"rule": shown["rule"]}
    for aim, unit in zip(
        AIMS, ("unwanted, per year", "well-meaning blocked, %", "connections lost"), strict=True
    ):
        cells[unit] = pd.Series(
            [
                studies.between(row[aim], row[f"{aim}_low"], row[f"{aim}_high"], ".2f")
                for _, row in shown.iterrows()
            ],
            shown.index,
        )
    heading = "The frontier: the rules that no other rule beats, sorted by unwanted invitations."
    return f"{heading}\n\n{studies.laid_out(pd.DataFrame(cells))}"


def _words(table: pd.DataFrame) -> Iterator[str]:
    """Yield how many rules are on the frontier, and how the two rules of LinkedIn do."""
    unbeaten = table[~table["clearly_beaten"]]
    kinds = unbeaten["kind"].value_counts()
    counts = ", ".join(
        f"{number} of the {(table['kind'] == kind).sum()} rules of the kind “{KINDS[str(kind)]}”"
        for kind, number in kinds.items()
        if kind != "none"
    )
    on = table["frontier"].sum()
    yield (
        f"Of {len(table)} choices (the rules, and having no rule) {on} are on the frontier. "
        f"{len(unbeaten)} are not clearly beaten: {counts}, and having no rule."
    )
    for preset, name in PRESETS.items():
        row = table[table["rule"] == name].iloc[0]
        blocked, alone = (
            studies.between(row[name], row[f"{name}_low"], row[f"{name}_high"], ".2f", "%")
            for name in ("blocked", "blocked_interacted")
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
        yield (
            f"{preset} ({name}) {by}: people receive {unwanted} unwanted invitations a year, and "
            f"{blocked} of those who mean well are blocked ({alone} of “interacted”)."
        )


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw the rules: unwanted against blocked, and unwanted against lost.

    The rules of the frontier are drawn full, and some of them named.
    """
    figure = sim.plots.sheet(4.6)
    axes = figure.subplots(1, 2, sharex=True)
    for axis, aim in zip(axes, ("blocked", "lost"), strict=True):
        for kind, (colour, marker) in LOOKS.items():
            for full, rows in table[table["kind"] == kind].groupby("frontier"):
                style: dict[str, Any] = (
                    {"color": colour}
                    if full
                    else {"color": colour, "alpha": 0.35, "markerfacecolor": "white"}
                    if kind != "none"
                    else {"color": colour, "markerfacecolor": "white"}
                )
                error: dict[str, Any] = {
                    "color": colour,
                    "alpha": 0.9 if full else 0.35,
                    "linewidth": 0.9,
                }
                axis.hlines(rows[aim], rows["unwanted_low"], rows["unwanted_high"], **error)
                axis.vlines(
                    rows["unwanted"],
                    rows[f"{aim}_low"],
                    rows[f"{aim}_high"],
                    **error,
                )
                label = KINDS[kind] if full or kind == "none" else None
                axis.plot(
                    rows["unwanted"],
                    rows[aim],
                    marker,
                    linestyle="none",
                    markersize=11 if marker == "*" else 5,
                    zorder=5 if marker == "*" else 2,
                    label=label,
                    **style,
                )
        axis.set_xlabel("unwanted invitations\nper member and year")
        axis.grid(color="#E6E6E6", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0].set_yscale("symlog", linthresh=1)
    axes[0].set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    axes[0].set_ylim(-0.15, 110)
    axes[0].set_ylabel("blocked of those who mean well, %")
    axes[1].set_ylabel("connections lost, per member")
    best = _best_harmless(table)
    named = [
        *([] if best is None else [str(best["rule"])]),
        *(name for name in PRESETS.values() if name in set(table["rule"])),
    ]
    _annotate(axes[0], table, "blocked", named)
    by_lost = table[table["frontier"]].sort_values("lost")["rule"]
    _annotate(axes[1], table, "lost", [*dict.fromkeys([*named, *by_lost])])
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", frameon=False, fontsize=7.5)
    below = (
        "Names, as “5 in 30 d: 7 d”: 5 strikes in 30 days, block of 7 days. Hollow: another rule "
        "is as good in all three aims and better in one. Lines: 95 % intervals. Blocked: the scale "
        "is logarithmic above 1 %."
    )
    sim.plots.headed(figure, _finding(table), f"{setting} {below}")
    return figure


def _annotate(axis: "Axes", table: pd.DataFrame, aim: str, rules: Sequence[str]) -> None:
    """Write the names of rules beside their points, as far as there is room.

    Each stands on the side on which it hides fewer points.
    """
    axis.autoscale_view()
    places = table.set_index("rule")
    to_axes = axis.transData + axis.transAxes.inverted()
    points = to_axes.transform(table[["unwanted", aim]].to_numpy(np.float64))
    taken: list[NDArray[np.float64]] = []
    for rule in rules:
        here = places.loc[rule, ["unwanted", aim]].to_numpy(np.float64)
        at = to_axes.transform(here)
        away, level = points[:, 0] - at[0], np.abs(points[:, 1] - at[1]) < 0.03
        right, left = (((x > 0.01) & (x < 0.34) & level).sum() for x in (away, -away))
        side = -1 if left < right and at[0] > 0.4 else 1
        if all(abs(at[0] - other[0]) > 0.32 or abs(at[1] - other[1]) > 0.045 for other in taken):
            taken.append(at)
            axis.annotate(
                rule,
                (here[0], here[1]),
                (5 * side, 2),
                textcoords="offset points",
                ha="left" if side > 0 else "right",
                fontsize=6.5,
                color="#404040",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8},
            )


def _best_harmless(table: pd.DataFrame) -> "pd.Series[Any] | None":
    """Return the rule with the fewest unwanted invitations among the harmless ones."""
    harmless = table[table["harmless"]]
    return None if harmless.empty else harmless.sort_values("unwanted", kind="stable").iloc[0]


def _finding(table: pd.DataFrame) -> str:
    """Return in words what the harmless rule with the fewest unwanted invitations achieves."""
    nothing, best = table[table["kind"] == "none"].iloc[0], _best_harmless(table)
    if best is None:
        return f"No rule clearly blocks fewer than {100 * HARMLESS:g} % of those who mean well"
    fewer = 100 * (1 - best["unwanted"] / nothing["unwanted"])
    return (
        f"“{best['rule']}”: {fewer:.0f}\u00a0% fewer unwanted invitations than without a rule, "
        f"{best['lost']:.1f} connections lost, {best['blocked']:.1f}\u00a0% of those who mean well "
        "are blocked"
    )


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
