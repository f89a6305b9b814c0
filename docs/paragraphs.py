"""The paragraphs of docs/answers.md: each number in them is read from a committed table.

``docs/tables.py`` puts them into the page; the tests hold that the page is as new, and that what is
said in words is so.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

HOUSE = Path(__file__).parents[1]
ANSWERS = HOUSE / "results" / "answers"
PUBLISHED = HOUSE / "results" / "published"


class Question(NamedTuple):
    """A question with its answer."""

    asked: str
    answer: str
    figure: str
    shows: str
    """What the figure shows, in words."""
    changes: str
    """What would change the answer."""
    commands: tuple[str, ...]


def page() -> str:
    """Return all questions with their answers, as Markdown."""
    return "\n\n".join(_as_markdown(one) for one in questions())


def _as_markdown(one: Question) -> str:
    commands = " and ".join(f"`invitesim {command}`" for command in one.commands)
    return "\n\n".join(
        [
            f"## {one.asked}",
            one.answer,
            f"*What would change this:* {one.changes}",
            f"![{one.shows}]({one.figure})",
            f"Made by {commands}.",
        ]
    )


def questions() -> list[Question]:
    """Return the six questions."""
    return [_furthest(), _mutual(), _blocked(), _lasting(), _platform(), _pays()]


def _furthest() -> Question:
    answer = (
        "Those who invite everyone. After a year among 10,000 people they have "
        f"{_told('degree', 'everyone')} connections, and {_told('reach2_share', 'everyone')} of "
        "all others are within two steps of them. Those who invite acquaintances have "
        f"{_told('degree', 'interacted')} connections and "
        f"{_told('reach2_share', 'interacted')} within two steps; those who invite close friends "
        f"{_told('degree', 'close_friends')} and {_told('reach2_share', 'close_friends')}. The "
        "numbers are uncertain, but after one year the order is not: inviting everyone reaches "
        "further than inviting acquaintances in "
        f"{_lead('reach2_share', 'everyone', 'interacted')} of the societies that fit the data, "
        "and inviting acquaintances reaches further than inviting close friends in "
        f"{_lead('reach2_share', 'interacted', 'close_friends')}."
    )
    return Question(
        "Who reaches furthest?",
        answer,
        "images/plausible.png",
        "Connections, reach, acceptance, acquaintances and blocking: ranges and intervals",
        "more years ([see below](#does-it-last)); within one year nothing that is plausible changes "
        "the order. But the numbers change: from the third of the societies where people try to "
        "invite least often to the third where they try most often, the connections of those who "
        f"invite everyone go from {_moved('inviting.per_day', 'degree')}.",
        ("compare", "experiment plausible"),
    )


def _mutual() -> Question:
    answer = (
        "Of the invitations that are decided, "
        f"{_told('acceptance', 'everyone')} of those sent by people who invite everyone are accepted, "
        f"{_told('acceptance', 'interacted')} of those to acquaintances, and "
        f"{_told('acceptance', 'close_friends')} of those to close friends. Of the connections "
        f"of those who invite everyone, {_told('acquainted', 'everyone')} are with people they "
        "have met or talked to; for those who invite acquaintances it is "
        f"{_told('acquainted', 'interacted')}, and for those who invite close friends "
        f"{_told('acquainted', 'close_friends')}; not all, because they also accept invitations. "
        "It also matters "
        "whom one accepts, not only whom one invites. Those who accept only acquaintances gain "
        f"{_effect('inviting', 'acquaintances', 'degree')} connections if they invite everyone "
        "in place of acquaintances; those who invite only acquaintances gain "
        f"{_effect('accepting', 'acquaintances', 'degree')} connections if they accept everyone "
        "in place of acquaintances."
    )
    return Question(
        "How mutual is it?",
        answer,
        "../results/published/two_by_two.png",
        "Connections, reach, acceptance and blocking by whom one invites and whom one accepts",
        f"how readily strangers accept. In {_lead('acceptance', 'everyone', 'interacted')} of the "
        "societies that fit the data, those who invite everyone are accepted more often than those "
        "who invite acquaintances; in the others they are not.",
        ("compare", "experiment plausible"),
    )


def _blocked() -> Question:
    answer = (
        f"The busy who invite everyone. In a year {_told('blocked', 'everyone')} of those who "
        f"invite everyone are blocked, and {_told('blocked', 'interacted')} of those who invite "
        "acquaintances. Nobody ever clicks “I don't know” on people who invite only close "
        "friends, so they are never blocked: that is an "
        "assumption, not a result. Sort all people into ten equal groups by how active they are. "
        f"Of those who invite everyone, {_decile(10, 'blocked')} are blocked in the most active "
        f"group, {_decile(8, 'blocked')} in the third group from the top, and "
        f"{_decile(5, 'blocked')} in the fifth group from below."
    )
    return Question(
        "Who is blocked?",
        answer,
        "../results/published/deciles.png",
        "Connections, blocking and unwanted invitations by decile of activity and sociability",
        "two things: how often people click “I don't know”, compared with how many clicks the "
        "platform allows; and how often people try to invite. From the third of the societies "
        "where people try least often to the third where they try most often, the share blocked "
        f"of those who invite everyone goes from {_moved('inviting.per_day', 'blocked')}.",
        ("compare", "experiment plausible"),
    )


def _lasting() -> Question:
    answer = (
        "The lead of those who invite everyone melts away, for more and more of them are blocked. "
        f"After one year they have {_year(1, 'degree', 'everyone')} connections, and those who "
        f"invite acquaintances {_year(1, 'degree', 'interacted')}; after eight years "
        f"{_year(8, 'degree', 'everyone')} and {_year(8, 'degree', 'interacted')}. By then "
        f"{_year(8, 'blocked', 'everyone')} of those who invite everyone are blocked, and "
        f"{_year(8, 'blocked', 'interacted')} of those who invite acquaintances. If one counts "
        "people within two steps in place of connections, the lead is clear until day "
        f"{_clear_until():,}; after that it is not clear. All this depends on what is not "
        "known: those who invite everyone have more connections than those who invite "
        f"acquaintances in {_lasts(1)} of 40 societies that fit the data after one year, and in "
        f"{_lasts(8)} of them after eight."
    )
    return Question(
        "Does it last?",
        answer,
        "images/horizon-lasting.png",
        "In how many plausible societies one way has more connections than another, by year",
        "perhaps a platform that forgets, which was not tried here: by default clicks count for life "
        "and a block is for good.",
        ("experiment horizon",),
    )


def _platform() -> Question:
    answer = (
        "Fewer unwanted invitations, paid with connections. Without a rule people receive "
        f"{_rule('no rule', 'unwanted')} unwanted invitations a year. If five clicks in the life "
        f"of an account block it for good, they receive {_rule(LIFE, 'unwanted')}; "
        f"{_rule(LIFE, 'blocked')} % of those who mean well are blocked, and each member has "
        f"{_rule(LIFE, 'lost')} connections less. If five clicks within 30 days block for a week, "
        f"next to nothing changes in a year: {_rule(WINDOW, 'unwanted')} unwanted invitations. "
        "Each rule that was tried has three results: unwanted invitations, well-meaning people "
        f"blocked, and connections lost. For {_frontier()} rules no other rule is as good in all "
        "three and better in one, so there is no single best rule. This was asked of one society "
        "of 800 people; no range has been computed."
    )
    return Question(
        "What does the platform gain?",
        answer,
        "images/block_rule-frontier.png",
        "Rules by unwanted invitations, blocked members who mean well, and connections lost",
        "what a connection and an unwanted invitation are worth to the platform, which the model "
        "does not know.",
        ("experiment block_rule",),
    )


def _pays() -> Question:
    answer = (
        "Inviting everyone pays those who do it. If one person in a hundred invites everyone, "
        "and all others invite acquaintances or close friends, this one has "
        f"{_newcomer('everyone', 'everyone')} of the others within two steps; those who invite "
        f"acquaintances have {_newcomer('everyone', 'interacted')}, and those who invite close "
        f"friends {_newcomer('everyone', 'close_friends')}. "
        "Those who invite only close friends reach least, but others can help them. If they are "
        "one in a hundred, and all others invite everyone or acquaintances, they reach "
        f"{_newcomer('close_friends', 'close_friends')}, because others invite them; those "
        f"others reach {_newcomer('close_friends', 'everyone')} (who invite everyone) and "
        f"{_newcomer('close_friends', 'interacted')} (who invite acquaintances). If all people "
        f"invite only close friends, they reach {_alone('close_friends')}. "
        "Inviting everyone also pays people who are not very active, and within a year almost "
        "without a risk. Sort all people into ten equal groups by how active they are: of those "
        f"who invite everyone, the most active group has {_decile(10, 'degree')} connections, "
        f"and {_decile(10, 'blocked')} of them are blocked; the fifth group from below has "
        f"{_decile(5, 'degree')} connections, and {_decile(5, 'blocked')} of them are blocked."
    )
    return Question(
        "What pays for whom?",
        answer,
        "../results/published/reach.png",
        "Reach over a year: mixed, alone, and newcomers beside those around them",
        "who else is there: from the societies with the fewest who invite everyone to those "
        "with the most, the connections of those who invite everyone go from "
        f"{_moved('policies.everyone.share', 'degree')}; of newcomers no range has been computed.",
        ("compare", "experiment plausible"),
    )


LIFE, WINDOW = "5 in life: for good", "5 in 30 d: 7 d"
SHARES = {"reach2_share", "acceptance", "acquainted", "blocked"}


def _quoted(row: Any, *, share: bool, names: tuple[str, str, str] = ("mean", "low", "high")) -> str:
    mean, low, high = (f"{(100 if share else 1) * row[name]:z.1f}" for name in names)
    return f"{mean}{' %' * share} [{low}, {high}]"


def _told(measure: str, policy: str) -> str:
    """Return the interval of chance of the mixed society, and the range."""
    there = _row(pd.read_csv(PUBLISHED / "summary.csv"), measure, policy=policy, population="mixed")
    ranges = _row(pd.read_csv(ANSWERS / "plausible" / "ranges.csv"), measure, policy=policy)
    ends = " to ".join(
        f"{(100 if measure in SHARES else 1) * ranges[end]:.1f}" for end in ("from", "to")
    )
    return f"{_quoted(there, share=measure in SHARES)} (range {ends}{' %' * (measure in SHARES)})"


def _row(table: pd.DataFrame, measure: str, **keys: Any) -> Any:
    for name, value in {"measure": measure, **keys}.items():
        table = table[table[name] == value]
    (place,) = table.index
    return table.loc[place]


def _lead(measure: str, policy: str, than: str) -> str:
    table = pd.read_csv(ANSWERS / "plausible" / "leads.csv")
    return _quoted(_row(table, measure, policy=policy, than_policy=than), share=True)


def _moved(parameter: str, measure: str) -> str:
    table = pd.read_csv(ANSWERS / "plausible" / "moves.csv")
    row = _row(table, measure, parameter=parameter, policy="everyone")
    low, high = ((100 if measure in SHARES else 1) * row[end] for end in ("in_low", "in_high"))
    return f"{low:.1f} to {high:.1f}{' %' * (measure in SHARES)}"


def _effect(of: str, alike: str, measure: str) -> str:
    table = pd.read_csv(PUBLISHED / "effects.csv")
    return _quoted(_row(table, measure, of=of, alike=alike), share=False)


def _decile(decile: int, measure: str) -> str:
    table = pd.read_csv(PUBLISHED / "deciles.csv")
    row = _row(table, measure, trait="activity", policy="everyone", decile=decile)
    return _quoted(row, share=measure in SHARES)


def _year(year: int, measure: str, policy: str) -> str:
    table = pd.read_csv(ANSWERS / "horizon" / "years.csv")
    return _quoted(_row(table, measure, day=365 * year, policy=policy), share=measure in SHARES)


def _clear_until() -> int:
    table = pd.read_csv(ANSWERS / "horizon" / "stretches.csv")
    row = _row(table, "reach2_share", policy="everyone", than_policy="interacted")
    return int(row["last_day"])


def _lasts(year: int) -> str:
    table = pd.read_csv(ANSWERS / "horizon" / "lasting.csv")
    row = _row(table, "degree", year=year, policy="everyone", than_policy="interacted")
    return _quoted(row, share=True)


def _rule(rule: str, aim: str) -> str:
    table = pd.read_csv(ANSWERS / "block_rule" / "rules.csv").set_index("rule")
    return _quoted(table.loc[rule], share=False, names=(aim, f"{aim}_low", f"{aim}_high"))


def _frontier() -> str:
    table = pd.read_csv(ANSWERS / "block_rule" / "rules.csv")
    return f"{int(table['frontier'].sum())} of the {len(table)}"


def _newcomer(newcomer: str, policy: str) -> str:
    """Return the reach of newcomers, or of those around them."""
    import sim

    runs = pd.read_csv(PUBLISHED / "runs.csv")
    there = runs[(runs["society"] == f"newcomer: {newcomer}") & (runs["policy"] == policy)]
    found = sim.aggregate(there, by=["policy"], measures=["reach2_share"])
    return _quoted(found.iloc[0], share=True)


def _alone(policy: str) -> str:
    table = pd.read_csv(PUBLISHED / "summary.csv")
    return _quoted(_row(table, "reach2_share", population="alone", policy=policy), share=True)
