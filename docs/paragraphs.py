"""The answers of docs/answers.md: each number in them is read from a committed table.

``docs/tables.py`` puts them into the page. ``tests/test_answers.py`` holds that what they say in
words is so.
"""

from typing import NamedTuple

import sim
from docs import quotes


class Question(NamedTuple):
    """A question with its answer."""

    asked: str
    short: str
    """The answer in one sentence."""
    answer: str
    numbers: list[list[str]]
    """The table: its head, and rows of numbers with their intervals and ranges."""
    changes: str
    """What would change the answer."""
    figure: str
    shows: str
    """What the figure shows, for those who can't see it."""
    reading: str
    """How to read the figure."""
    commands: tuple[str, ...]


def page() -> str:
    """Return all questions with their answers, as Markdown."""
    return "\n\n".join(_as_markdown(one) for one in questions())


def _as_markdown(one: Question) -> str:
    head, *rows = [f"| {' | '.join(row)} |" for row in one.numbers]
    lines = [head, "|" + " --- |" * len(one.numbers[0]), *rows]
    commands = " and ".join(f"`invitesim {command}`" for command in one.commands)
    return "\n\n".join(
        [
            f"## {one.asked}",
            f"**{one.short}** {one.answer}",
            "\n".join(lines),
            f"*What would change this?* {one.changes}",
            f"![{one.shows}]({one.figure})",
            f"{one.reading} The numbers and the figure come from {commands}.",
        ]
    )


def questions() -> list[Question]:
    """Return the six questions."""
    return [_furthest(), _mutual(), _blocked(), _lasting(), _platform(), _pays()]


def _furthest() -> Question:
    steps = [quotes.near("reach2_share", policy).removesuffix(" %") for policy in quotes.POLICIES]
    return Question(
        "Who reaches furthest?",
        "Those who invite everyone reach furthest.",
        f"After a year they have {quotes.near('degree', 'everyone')} connections on average. Those "
        f"who invite acquaintances have {quotes.near('degree', 'interacted')}, and those who "
        f"invite close friends {quotes.near('degree', 'close_friends')}. The order is the same if "
        "one counts the people within two steps: one's connections, and their connections. In the "
        f"three groups {steps[0]}, {steps[1]} and {steps[2]} % of all other people are within two "
        "steps. The numbers themselves are uncertain, as the wide ranges show; but after a year "
        f"their order is the same in {quotes.lead('reach2_share', 'everyone', 'interacted')} "
        "societies that fit the data.",
        [
            quotes.heads("after a year, those who invite"),
            quotes.mixed_row("degree"),
            quotes.mixed_row("reach2_share"),
        ],
        "After more years the answer is less certain ([see below](#does-it-last)). The size of the "
        "numbers depends much on how often people try to invite. Sort the 200 societies by how "
        "often people try, into three groups of equal size: in the group where they try least "
        "often, those who invite everyone have "
        f"{quotes.moved('inviting.per_day', 'degree', 'in_low')} connections; in the group where "
        f"they try most often, {quotes.moved('inviting.per_day', 'degree', 'in_high')}.",
        "images/plausible.png",
        "Connections, reach, acceptance, acquaintances and blocking: ranges and intervals",
        "Each pale bar shows a range over the societies that fit the data, each dark line the "
        "default society.",
        ("compare", "experiment plausible"),
    )


def _mutual() -> Question:
    both = quotes.crossed("acquaintances", "acquaintances")
    looked = [f"{100 * quotes.accepted_of_seen(policy):.0f}" for policy in quotes.POLICIES]
    return Question(
        "How mutual are the connections?",
        "The connections of people who invite only close friends are the most mutual: their "
        "invitations are accepted most often, and the share of their connections in which each "
        "remembers the other is the largest.",
        "Of the invitations from people who invite everyone, "
        f"{quotes.near('acceptance', 'everyone')} are accepted; from people who invite "
        f"acquaintances, {quotes.near('acceptance', 'interacted')}; from people who invite close "
        f"friends, {quotes.near('acceptance', 'close_friends')}. Many invitations are never looked "
        "at, because many people are seldom on the platform. This happens least to those who "
        "invite everyone: they find some of their invitees among the connections of their "
        "connections, and such people are on the platform more often. If one counts only "
        f"invitations that are looked at, {looked[0]}, {looked[1]} and {looked[2]} % are accepted. "
        "Those who invite everyone are connected mostly with strangers: only "
        f"{quotes.near('acquainted', 'everyone')} of their connections are with people they have "
        "ever met or talked to.",
        [
            quotes.heads("after a year, those who invite"),
            quotes.mixed_row("acceptance"),
            quotes.mixed_row("unseen", ranged=False),
            quotes.mixed_row("acquainted"),
            quotes.mixed_row("mutually_recognised", ranged=False),
        ],
        "The order depends on how readily strangers accept. In "
        f"{quotes.lead('acceptance', 'everyone', 'interacted')} societies that fit the data, those "
        "who invite everyone are accepted more often than those who invite acquaintances; in the "
        "other societies they are accepted less often. How many connections one has also depends "
        "on whom one accepts, which is another choice than whom one invites. The figure shows a "
        "society with four groups of equal size: people invite either everyone or only "
        "acquaintances, and they readily accept either everyone or only acquaintances (strangers "
        "less often). Those who invite only acquaintances and readily accept only acquaintances "
        f"have {both:.1f} connections there. Inviting everyone instead brings "
        f"{quotes.effect('inviting', 'acquaintances')} more; readily accepting everyone instead "
        f"brings {quotes.effect('accepting', 'acquaintances')} more.",
        "../results/published/two_by_two.png",
        "Connections, reach, acceptance and blocking by whom one invites and whom one accepts",
        "The left end of a line shows those who readily accept everyone, the right end those who "
        "readily accept only acquaintances. Nobody in this society invites close friends only, so "
        "the numbers are higher than those above.",
        ("compare", "experiment plausible"),
    )


def _blocked() -> Question:
    clicks = quotes.in_words(sim.Scenario().platform.limit)
    return Question(
        "Who is blocked?",
        "Mostly active people who invite everyone are blocked.",
        f"After {clicks} clicks on “I don't know this person” an account is blocked: it may not "
        "invite any more, but it keeps its connections, and may accept invitations. Within a year "
        f"{quotes.near('blocked', 'everyone')} of those who invite everyone are blocked, and "
        f"{quotes.near('blocked', 'interacted')} of those who invite acquaintances. Those who "
        "invite only close friends are never blocked, because nobody clicks on an invitation from "
        "a close friend: that is an assumption of the model, not a result. Who is blocked depends "
        "on activity: how often one is on the platform and tries to invite. Sort all people by "
        "activity into ten groups of equal size (*tenths*). Of those who invite everyone, nearly "
        "all are blocked in the most active tenth, "
        f"{quotes.tenth(9, 'blocked')} in the next, {quotes.tenth(8, 'blocked')} in the one after "
        "that, and next to nobody in the less active half.",
        [
            quotes.heads("blocked within a year, of those who invite"),
            quotes.mixed_row("blocked", "all together"),
            *(
                [name, *(quotes.decile_of(number, "blocked", one) for one in quotes.POLICIES)]
                for number, name in quotes.TENTHS.items()
            ),
        ],
        "Two things matter. The first is how often people click, relative to the number of clicks "
        "that the platform allows; the second is how often people try to invite. In the one third "
        "of the 200 societies where they try least often, "
        f"{quotes.moved('inviting.per_day', 'blocked', 'in_low')} of those who "
        "invite everyone are blocked; in the one third where they try most often, "
        f"{quotes.moved('inviting.per_day', 'blocked', 'in_high')}.",
        "../results/published/deciles.png",
        "Connections, blocking and unwanted invitations by tenth of activity and of sociability",
        "The upper row goes from the least active tenth to the most active one, the lower row from "
        "those who meet the fewest people to those who meet the most (sociability), which matters "
        "little for a block. The panels on the right show unwanted invitations: the invitee looks "
        "at them and does not accept them. Those who invite only close friends receive most of "
        "these, because they accept the invitations of others least readily.",
        ("compare", "experiment plausible"),
    )


def _lasting() -> Question:
    first, last = (quotes.years_lead(year) for year in (1, quotes.LAST))
    end = quotes.LAST
    return Question(
        "Does it last?",
        "Those who invite everyone keep only a small lead, and in some societies none.",
        "Over the years more and more of them are blocked, and invite no more. After one year they "
        f"have {first:.0f} connections more than those who invite acquaintances, after "
        f"{quotes.in_words(end)} years {last:.0f} more. By then "
        f"{quotes.percent(quotes.year_row(end, 'blocked', 'everyone'), '.1f')} of those who invite "
        "everyone are blocked, but also "
        f"{quotes.percent(quotes.year_row(end, 'blocked', 'interacted'), '.1f')} of those who "
        "invite acquaintances, because clicks count for life. In the default society those who "
        f"invite everyone still have clearly more connections after {quotes.in_words(end)} years. "
        "But they have clearly more people within two steps for only "
        f"{quotes.clear_until() / 365:.1f} years; after that the difference may be luck. "
        f"{quotes.followed_societies()} societies that fit the data were "
        f"followed for {quotes.in_words(end)} years. Those who invite everyone have more "
        f"connections than those who invite acquaintances in {quotes.lasts(1)} after one year, and "
        f"in {quotes.lasts(end)} after {quotes.in_words(end)} years.",
        [
            quotes.heads("those who invite"),
            *(
                [f"{said}, after {quotes.in_words(year)} year{'s' * (year > 1)}", *cells]
                for measure, said in (("degree", "connections"), ("blocked", "blocked"))
                for year in (1, end)
                for cells in [
                    [quotes.told_year(year, measure, policy) for policy in quotes.POLICIES]
                ]
            ),
        ],
        "Perhaps it would be different if clicks were forgotten or a block ended. That has been "
        "tried only over one year, not over eight "
        "([next question](#what-does-the-platform-gain-by-blocking)).",
        "images/horizon-lasting.png",
        "In how many plausible societies one way has more connections than another, by year",
        "Each line compares two ways of inviting: it shows in what share of the 40 societies the "
        "first has more connections than the second. Two of the three lines lie on each other at "
        "100 %.",
        ("experiment horizon",),
    )


def _platform() -> Question:
    rules = quotes.rules()
    none, life = (rules.loc[name] for name in (quotes.NONE, quotes.LIFE))
    best = int(rules["frontier"].sum())
    return Question(
        "What does the platform gain by blocking?",
        "People receive fewer unwanted invitations, but also have fewer connections.",
        "All numbers of this section are from societies of 800 people: do not compare them with "
        "those above. An invitation is unwanted if the invitee looks at it and does not accept it. "
        f"Without a rule each person receives {none['unwanted']:.1f} unwanted invitations a year "
        "on average. If five clicks in the life of an account block it permanently, each person "
        f"receives {life['unwanted']:.1f}, and has {life['lost']:.1f} connections less than "
        "without a rule. *People who mean well* (those who invite only acquaintances or close "
        "friends) are hardly ever blocked. A mild rule blocks for a week only, after five clicks "
        "within 30 days; this changes next to nothing within a year. None of the rules is the best "
        f"in all three columns of the table. Of the {len(rules)} rules that were tried, {best} "
        "can't be improved on: every rule that is better in one column is worse in another. For "
        f"each of the other {len(rules) - best} rules some rule is at least as good in all three "
        "columns, and better in one.",
        [
            [
                "rule",
                "unwanted invitations per person and year",
                "share of people who mean well that is blocked",
                "connections lost per person",
            ],
            *(
                [said, *quotes.rule_cells(rule)]
                for said, rule in (
                    ("none", quotes.NONE),
                    ("five clicks in the life of an account block permanently", quotes.LIFE),
                    ("five clicks within 30 days block for a week", quotes.WINDOW),
                )
            ),
        ],
        "It depends on what a connection and an unwanted invitation are worth to the platform, "
        "which the model does not know. How much there is to gain and to lose depends on the "
        "society, as the ranges show.",
        "images/block_rule-frontier.png",
        "Rules by unwanted invitations, blocked members who mean well, and connections lost",
        "Each mark is a rule, which says how many clicks within how many days block, and for how "
        "long. Triangles are rules of another kind: they block an account if too small a share of "
        "its invitations is accepted. The further to the left, the fewer unwanted invitations; the "
        "further down, the fewer people who mean well are blocked (left panel), or the fewer "
        "connections are lost (right panel).",
        ("experiment block_rule",),
    )


def _pays() -> Question:
    reach = {policy: quotes.one_in_a_hundred(policy, policy)["mean"] for policy in quotes.POLICIES}
    around = {
        policy: quotes.one_in_a_hundred("everyone", policy)["mean"]
        for policy in ("interacted", "close_friends")
    }
    alone = quotes.alone("close_friends")["mean"]
    return Question(
        "Which way of inviting pays for whom?",
        "Those who invite everyone reach further than the other people of their society; the price "
        "is the risk of a block.",
        "This is so where a third invite everyone (first question), and where hardly anybody does. "
        "If only one person in a hundred invites everyone, these few have "
        f"{100 * reach['everyone']:.1f} % of all others within two steps. The other people of "
        "their society are *the people around*. Of these, those who invite acquaintances have "
        f"{100 * around['interacted']:.1f} %, and those who invite close friends "
        f"{100 * around['close_friends']:.1f} %. How far one gets depends even more on the people "
        f"around: those who invite only close friends reach {100 * alone:.1f} % where all do the "
        f"same, but {100 * reach['close_friends']:.1f} % among people who invite more, because "
        "these people send them invitations. How far one gets also depends on how active one is. "
        "Where a third invite everyone, the most active tenth of them "
        f"have {quotes.tenth(10, 'degree')} connections, but nearly all of these "
        "people are blocked within the year. In tenth 5, just below the middle, people have "
        f"{quotes.tenth(5, 'degree')} connections, and next to nobody is blocked.",
        [
            quotes.heads("within two steps; each of the first three rows is one society"),
            *(
                [
                    f"one in a hundred invites {quotes.POLICIES[few]} (in bold)",
                    *(quotes.few_cell(few, policy) for policy in quotes.POLICIES),
                ]
                for few in quotes.POLICIES
            ),
            [
                "all people invite in the same way; each number is of a society of its own",
                *(quotes.quoted(quotes.alone(policy), share=True) for policy in quotes.POLICIES),
            ],
        ],
        "Hardly anything would. If one in a hundred invites everyone, these few reach "
        f"further than the people around in {_everywhere('everyone', 'interacted')} societies that "
        "fit the data. If one in a hundred invites only close friends, these few reach less far "
        f"than the people around in {_nowhere('close_friends', 'interacted')}.",
        "images/newcomers.png",
        "Within two steps: ranges of one in a hundred beside those of the people around",
        "The bars are ranges over 40 societies that fit the data. In half of these societies the "
        "number lies to the left of the line in a bar, in half to the right. Full bars show the "
        "one in a hundred, pale bars the people around. Compare bars of one panel only.",
        ("compare", "experiment newcomers"),
    )


def _everywhere(few: str, around: str) -> str:
    """Return in how many societies few reach further than those around them."""
    row = quotes.ahead_as_few(few, around)
    return quotes.of_all(row["above"], row["societies"])


def _nowhere(few: str, around: str) -> str:
    """Return in how many societies few reach less far than those around them."""
    row = quotes.ahead_as_few(few, around)
    return quotes.of_all(1 - row["above"], row["societies"])
