"""Each sentence that is generated is checked against the table it speaks of, on random tables."""

import itertools
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

import sim
from experiments import (
    answers,
    lifetime,
    ranges,
    selectivity,
    sensitivity,
    sensitivity_figures,
    sweep,
    takeover,
)
from sim.measures import LABELS, label
from sim.plots import captions
from sim.plots.heat_maps import finding as map_finding
from tests.strategies_of_tables import NEAR_ENDS, POLICIES, shares, tables_of_means

FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
PERCENT = r"([<>]?)([\d.]+) %"


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def holds(sign: str, shown: str, share: float) -> bool:
    """Return whether a share is what a text such as ``<0.1 %`` or ``12 %`` says."""
    value, digits = 100 * share, len(shown.partition(".")[2])
    if sign == "<":
        return 0 < value < float(shown)
    if sign == ">":
        return float(shown) < value < 100
    exact = shown not in ("0", "100") or value in (0, 100)
    return exact and abs(value - float(shown)) <= 0.5 * 10**-digits + 1e-9


def check_listed(sentence: str, values: dict[str, float]) -> None:
    """Hold a list as ``80 % for “everyone”, ...`` against the values: all of them, falling."""
    known = {policy: share for policy, share in values.items() if share == share}
    found = re.findall(rf"{PERCENT} for “([^”]+)”", plain(sentence))
    assert {name for *_, name in found} == {captions.spoken(policy) for policy in known}
    by_name = {captions.spoken(policy): share for policy, share in known.items()}
    assert all(holds(sign, shown, by_name[name]) for sign, shown, name in found), sentence
    order = [by_name[name] for *_, name in found]
    assert order == sorted(order, reverse=True)
    if not known:
        assert sentence.endswith("not measured")


@given(share=shares())
def test_a_percentage_is_the_rounded_share(share: float) -> None:
    sign, shown = re.fullmatch(PERCENT, plain(captions.percent(share))).groups()
    assert holds(sign, shown, share)


@given(value=st.floats(-2e4, 2e4))
def test_a_number_in_a_cell_has_three_digits(value: float) -> None:
    shown = captions.number(value).replace("−", "-").replace(",", "")
    if "<" in shown:
        assert 0 < abs(value) < 0.005
        assert shown.startswith("-") == (value < 0)
    else:
        assert abs(float(shown) - value) <= max(0.0051, 0.006 * abs(value))


@FEW
@given(table=tables_of_means())
def test_captions_list_what_is_in_the_first_population(table: pd.DataFrame) -> None:
    first = table[table["population"] == table["population"].iloc[0]]
    ends = first[first["day"] == first["day"].max()].set_index("policy")["mean"].to_dict()
    sentence = captions.reach(table)
    check_listed(sentence, ends)
    assert f"on day {first['day'].max()}" in sentence
    alike = table.drop_duplicates(["population", "policy"]).assign(measure="reciprocity")
    own = alike[alike["population"] == alike["population"].iloc[0]].set_index("policy")["mean"]
    check_listed(captions.mutuality(alike), own.to_dict())
    curves = table.rename(columns={"day": "time"}).assign(clock="days")
    check_listed(captions.survival(curves), {policy: 1 - share for policy, share in ends.items()})
    for said in (sentence, captions.mutuality(alike), captions.survival(curves)):
        assert "clearly" not in said
        assert not re.search(r"\b(most|furthest|equally|first)\b", said)


@FEW
@given(table=tables_of_means(), drawn=st.data())
def test_the_caption_of_the_plane_lists_pairs(table: pd.DataFrame, drawn: Any) -> None:
    alike = table.drop_duplicates(["population", "policy"])
    wide = alike.set_index(["population", "policy"])[["mean"]].set_axis(["blocked"], axis=1)
    wide["reach2_share"] = drawn.draw(st.lists(shares(), min_size=len(wide), max_size=len(wide)))
    first = wide.loc[wide.index[0][0]].dropna()
    found = re.findall(rf"“([^”]+)” {PERCENT} and {PERCENT}", plain(captions.plane(wide)))
    assert len(found) == len(first)
    by_name = {captions.spoken(policy): row for policy, row in first.iterrows()}
    for name, *two in found:
        assert holds(*two[:2], by_name[name]["blocked"])
        assert holds(*two[2:], by_name[name]["reach2_share"])


@st.composite
def studies(draw: Any) -> pd.DataFrame:
    """Draw the runs of a study over two parameters, with differences from none to large."""
    number = draw(st.sampled_from([3, 10, 12]))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    policies = draw(st.sampled_from([POLICIES[:2], POLICIES]))
    apart = draw(st.sampled_from([0.0, 0.02, 1.0]))
    rows = []
    for point, (x, y) in enumerate(itertools.product([2, 5], [0.1, 0.3])):
        means = dict(zip(policies, chance.permutation(len(policies)) * apart, strict=True))
        for replication, policy in itertools.product(range(number), [*policies, "all"]):
            values = means.get(policy, 0) + chance.normal(1, 0.05, len(sweep.COMPARED))
            rows.append(
                {"point": point, "platform.limit": x, "answering.idk_click": y}
                | {"replication": replication, "seed": replication + 1, "policy": policy}
                | dict(zip(sweep.COMPARED, values, strict=True))
            )
    runs = pd.DataFrame(rows)
    if draw(st.booleans()):  # not measured in some runs, as times to a block
        runs.loc[runs["replication"] == 0, "time_to_block_days"] = np.nan
    if draw(st.booleans()):  # as where nobody is blocked
        runs["blocked"] = 0.0
    return runs


PLANE = sweep.Plane("platform.limit", [2, 5], "answering.idk_click", [0.1, 0.3])


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(runs=studies())
def test_who_is_clearly_ahead_is_so_by_holm_over_all_cells_pairs_and_measures(
    runs: pd.DataFrame,
) -> None:
    from scipy.stats import ttest_rel

    leads = sweep.leading(runs)
    family = {}
    for point, there in runs[runs["policy"] != "all"].groupby("point"):
        known = [measure for measure in sweep.COMPARED if there[measure].notna().all()]
        of = {
            policy: own.sort_values("replication")[known].to_numpy()
            for policy, own in there.groupby("policy")
        }
        for a, b in itertools.combinations(of, 2):
            more = of[a] - of[b]
            p_values = np.where(more.any(0), ttest_rel(of[a], of[b]).pvalue, 1.0)
            for measure, *found in zip(known, p_values, more.mean(0), strict=True):
                family[point, measure, a, b] = found
    rejected = multipletests([p for p, _ in family.values()], 0.05, method="holm")[0]
    enough = runs["replication"].nunique() >= 10
    wins: dict[Any, int] = {}
    for ((point, measure, a, b), (_, mean)), clear in zip(family.items(), rejected, strict=True):
        if clear and enough:
            key = (point, measure, a if mean > 0 else b)
            wins[key] = wins.get(key, 0) + 1
    others = runs["policy"].nunique() - 2
    ahead = {key for key, number in wins.items() if number == others}
    said = leads[leads["clear"]]
    assert set(zip(said["point"], said["measure"], said["policy"], strict=True)) == ahead
    measures = list(dict.fromkeys(leads["measure"]))
    sentence = sweep.finding(leads, PLANE, measures)
    words = " ".join(sweep._words(leads, PLANE))
    if not enough:
        assert "too few" in sentence
        assert "is clearly ahead" not in sentence + words
        return
    assert f"clearly ahead in {len(ahead)} of {4 * len(measures)} cells" in sentence
    changing = {
        measure
        for measure, y in itertools.product(measures, (0, 1))
        for one, other in itertools.product(POLICIES, repeat=2)
        if one != other and {(y, measure, one), (2 + y, measure, other)} <= ahead
    }
    named = sentence.partition("passes to another in: ")[2]
    assert {label(measure).column for measure in changing} == set(filter(None, named.split(", ")))
    for measure in sweep.PRINTED:
        counts = {policy: sum(key[1:] == (measure, policy) for key in ahead) for policy in POLICIES}
        (said_of,) = re.findall(rf"{label(measure).title}: clearly ahead is ([^;.]*)", words) or [
            ""
        ]
        found = dict(re.findall(r"“([^”]+)” in (\d+)", said_of))
        assert found == {captions.spoken(p): str(n) for p, n in counts.items() if n}


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.one_of(NEAR_ENDS, st.just(float("nan"))), min_size=4, max_size=4),
    measure=st.sampled_from(["blocked", "degree"]),
)
def test_the_ends_of_a_heat_map_are_those_of_its_cells(values: list[float], measure: str) -> None:
    grid = np.array(values).reshape(2, 2)
    sentence = plain(map_finding({"all": grid}, measure, ("a.x", [2, None]), ("a.y", [0.1, 0.3])))
    said = label(measure)
    known = grid[~np.isnan(grid)]
    if not len(known):
        assert sentence.endswith("nowhere measured")
        return
    low, high = (plain(captions.valued(said, float(end))) for end in (known.min(), known.max()))
    if low == high:
        assert f": {low} wherever it is measured" in sentence
        return
    texts = [plain(captions.valued(said, value)) if value == value else "" for value in values]
    for which, end in (("lowest", low), ("highest", high)):
        where = re.search(rf"{which}, {re.escape(end)}, ([^;]*)", sentence).group(1)
        if (number := texts.count(end)) > 1:
            assert where == f"in {number} cells"
        else:
            y, x = divmod(texts.index(end), 2)
            assert where == f"with x = {('2', 'none')[x]} and y = {('0.1', '0.3')[y]}"


@FEW
@given(drawn=st.data())
def test_the_answer_in_words_follows_from_its_tables(drawn: Any) -> None:
    estimate = st.tuples(shares(), st.floats(0, 0.1), st.floats(0, 0.1))
    rows, gaps = [], []
    for measure in ("reach2_share", "reciprocity", "blocked"):
        for policy in POLICIES:
            mean, down, up = drawn.draw(estimate)
            rows.append(("mixed", policy, measure, mean, mean - down, mean + up, 10))
        for a, b in itertools.combinations(POLICIES, 2):
            means = {policy: mean for _, policy, of, mean, *_ in rows if of == measure}
            mean, (_, down, up) = means[a] - means[b], drawn.draw(estimate)
            gaps.append(("mixed", a, "mixed", b, measure, mean, mean - down, mean + up, 10, 0.5))
    summary = pd.DataFrame(
        rows, columns=["population", "policy", "measure", "mean", "low", "high", "replications"]
    )
    columns = ["population", "policy", "than_population", "than_policy", "measure"]
    differences = pd.DataFrame(gaps, columns=[*columns, "mean", "low", "high", "replications", "p"])
    text = plain(answers.words(summary, differences, {}))
    none = plain(answers.words(summary, differences, {POLICIES[-1]: {"blocked"}}))
    assert none.count("none by assumption") == 1
    assert f'none by assumption for "{POLICIES[-1]}"' in none
    assert "clearly" not in text
    for measure in ("reach2_share", "reciprocity", "blocked"):
        part = text.partition(f"{label(measure).title}: ")[2]
        listed, _, rest = part.partition("; ")
        own = summary[summary["measure"] == measure].set_index("policy")
        found = re.findall(r'([\d.]+) % \[([\d.]+), ([\d.]+)\] for "(\w+)"', listed)
        assert len(found) == 3
        for mean, low, high, policy in found:
            row = own.loc[policy]
            for shown, value in (
                (mean, row["mean"]),
                (low, max(0, row["low"])),
                (high, min(1, row["high"])),
            ):
                assert abs(float(shown) - 100 * value) <= 0.05 + 1e-9
        first, second = found[0][3], found[1][3]
        gap = own.loc[first, "mean"] - own.loc[second, "mean"]
        assert gap >= 0
        said = rest.partition(f'than "{second}"')[0]
        assert rest.startswith(f'"{first}" has ')
        (row,) = differences[
            (differences["measure"] == measure)
            & (differences["policy"].isin([first, second]))
            & (differences["than_policy"].isin([first, second]))
        ].to_dict("records")
        low = row["low"] if row["policy"] == first else -row["high"]
        if gap == 0:
            assert "as much as" in rest
            continue
        assert said.endswith(" more ")
        shown = re.search(r"has (less than )?([\d.]+) points", said)
        assert abs(float(shown[2]) - 100 * gap) <= (0.1 if shown[1] else 0.05 + 1e-9)
        after = rest.partition(f'than "{second}"')[2]
        assert after.startswith(", which may be chance") == (low <= 0)


@settings(FEW, max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), runs=st.integers(1, 4))
def test_who_takes_over_is_the_largest_in_every_run(seed: int, runs: int) -> None:
    chance = np.random.default_rng(seed)
    points = [(rule, start) for rule in takeover.RULES for start in ((2, 2, 2), (1, 1, 4))]
    shares_of = chance.integers(0, 3, (len(points), runs, 3)) / 4
    rows = [
        {"point": p, "replication": r, "policy": policy, "share_0": 1 / 3, "share_30": share}
        for (p, r, i), share in np.ndenumerate(shares_of)
        for policy in [takeover.POLICIES[i]]
    ]
    shares = takeover.estimated(pd.DataFrame(rows), points).assign(payoff="reach")
    largest = [
        next(
            (
                policy
                for i, policy in enumerate(takeover.POLICIES)
                if all((run[i] > np.delete(run, i)).all() for run in of_point)
            ),
            "none",
        )
        for of_point in shares_of
    ]
    sentence = takeover.finding(shares)
    found = dict(re.findall(r"(“[^”]+”|no policy) from (\d+)", sentence))
    expected = {
        "no policy" if name == "none" else captions.quoted(name): str(largest.count(name))
        for name in set(largest)
    }
    assert found == expected
    assert "of 6 starts and rules" in sentence
    equal = shares[shares["start"] == takeover.EQUAL]
    for name, sign, shown in re.findall(rf"“([^”]+)” {PERCENT}", plain(takeover.thirds(equal))):
        place = [captions.spoken(policy) for policy in takeover.POLICIES].index(name)
        assert holds(sign, shown, shares_of[::2, :, place].mean())


@FEW
@given(counts=st.lists(st.one_of(shares(), st.just(float("nan"))), min_size=2, max_size=6))
def test_what_has_blocked_people_who_mean_well(counts: list[float]) -> None:
    rows = [
        {"rule": rule, "invitations": 100 * place, "mean": share}
        for place, share in enumerate(counts, 1)
        for rule in list(lifetime.LOOKS)[: 1 + place % 2]
    ]
    table = pd.DataFrame(rows)
    sentence = plain(lifetime.finding(lifetime.Found(table, pd.DataFrame())))
    for rule, (_, words) in lifetime.LOOKS.items():
        known = table[table["rule"] == rule].dropna()
        assert (f"({words})" in sentence) == bool(len(known))
        if len(known):
            (sign, shown, after), *_ = re.findall(
                rf"{PERCENT} after ([\d,]+) \({re.escape(words)}\)", sentence
            )
            assert int(after.replace(",", "")) == known.iloc[-1]["invitations"]
            assert holds(sign, shown, known.iloc[-1]["mean"])


def test_the_largest_effects_are_those_of_the_table() -> None:
    table = pd.DataFrame({"parameter": ["a.b", "c.d"], "ST": [0.2, 0.46]})
    assert sensitivity_figures.most(table, "reach", "ST") == "on reach that of c.d (0.46)"
    assert sensitivity_figures.most(table.assign(ST=0.0), "reach", "ST") == "on reach none"
    assert sensitivity_figures.most(table.assign(ST=np.nan), "reach", "ST") == "on reach none"


def test_the_best_thresholds_are_named_for_each_length() -> None:
    base = sim.Scenario(days=60).replace({"answering.idk_click": 0.8, "platform.limit": 2})
    table = pd.DataFrame(
        {"restriction": [50, 50, 3], "theta": [0.0, 1.0, 0.5], "agrees": [True, True, False]}
    )
    sentence = selectivity.finding(table, base, 300)
    best = [selectivity.optimum(selectivity.scale(base, 300, length)[0]) for length in (50, 3)]
    assert f"is {best[0]:.2f} for 50 days and {best[1]:.2f} for 3 days" in sentence
    assert "1 of 2 points have the exact value" in sentence


def test_what_may_be_noise_is_said_in_words(tmp_path, monkeypatch, recwarn):
    pytest.importorskip("SALib")
    varied = [ranges.Factor("meeting.rate", 0, 1), ranges.Factor("inviting.per_day", 0, 1)]
    noise = {"reach": 0.1, "blocking": np.nan, "lead in reach": 2.0}

    def known(base, points, *rest):
        rates = np.array([point["meeting.rate"] for point in points])
        return {"reach": rates, "blocking": 0 * rates, "lead in reach": rates}, noise, None

    monkeypatch.setattr(sensitivity, "averaged", known)
    monkeypatch.setattr(sensitivity, "OUTCOMES", tuple(noise))
    sobol, _, _ = sensitivity.indices(sim.Scenario(), varied, 64, 2, tmp_path, 1)
    assert not recwarn
    order = pd.DataFrame(columns=["measure", "policy", "than_policy", "mean", "points"])
    reach, unclear, screening, indices = sensitivity._words(sobol, {"reach": 0.05}, noise, order)
    assert reach.startswith("For reach the largest total index is that of meeting.rate (ST 1.0")
    assert unclear.startswith("For blocking and the lead in reach no index can be told from noise;")
    assert screening.endswith("is at most 5.0 % of the variance.")
    assert indices.endswith("10.0 % of the variance of reach; of the others it may be all.")
    assert re.search(r"^inviting.per_day +\d.* - +", sensitivity._text(sobol), re.MULTILINE)


def test_every_measure_has_words() -> None:
    assert set(sim.MEASURES) <= set(LABELS)
    words = [label(measure).axis for measure in sim.MEASURES]
    assert len(set(words)) == len(words)
    assert not any("_" in word for word in words)
