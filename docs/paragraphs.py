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
            f"*What would change this:* {one.changes}",
            f"![{one.shows}]({one.figure})",
            f"{one.reading} Made by {commands}.",
        ]
    )


def questions() -> list[Question]:
    """Return the six questions."""
    return [_furthest(), _mutual(), _blocked(), _lasting(), _platform(), _pays()]


def _furthest() -> Question:
    steps = [quotes.near("reach2_share", policy).removesuffix(" %") for policy in quotes.POLICIES]
    return Question(
        "Who reaches furthest?",
        "Those who invite everyone.",
        f"After a year they have {quotes.near('degree', 'everyone')} connections on average. "
        f"Those who invite acquaintances have {quotes.near('degree', 'interacted')}, and those "
        f"who invite close friends {quotes.near('degree', 'close_friends')}. The order is the "
        "same if one counts the people within two steps: one's connections, and the connections "
        f"of these. They are {steps[0]}, {steps[1]} and {steps[2]} % of all others. How large "
        "these numbers are is uncertain: the ranges are wide. The order is certain within a year, "
        "as far as the model goes: it is the same in "
        f"{quotes.lead('reach2_share', 'everyone', 'interacted')} societies that fit the data.",
        [
            quotes.heads("after a year, those who invite"),
            quotes.mixed_row("degree"),
            quotes.mixed_row("reach2_share"),
            quotes.ahead_row("reach2_share"),
        ],
        "more years ([see below](#does-it-last)). Within one year nothing that is plausible "
        "changes the order, but the numbers change most with how often people try to invite. In "
        "the third of the societies where they try least often, those who invite everyone have "
        f"{quotes.moved('inviting.per_day', 'degree', 'in_low')} connections; in the third where "
        f"they try most often, {quotes.moved('inviting.per_day', 'degree', 'in_high')}.",
        "images/plausible.png",
        "Connections, reach, acceptance, acquaintances and blocking: ranges and intervals",
        "Each pale bar is a range, each dark line the default society.",
        ("compare", "experiment plausible"),
    )


def _mutual() -> Question:
    both = quotes.crossed("acquaintances", "acquaintances")
    return Question(
        "How mutual is it?",
        "Most where one invites close friends; those who invite everyone are connected mostly with "
        "people whom they have never met or talked to.",
        "Of the invitations of those who invite everyone, "
        f"{quotes.near('acceptance', 'everyone')} are accepted; of those to acquaintances "
        f"{quotes.near('acceptance', 'interacted')}, and of those to close friends "
        f"{quotes.near('acceptance', 'close_friends')}. That so few are accepted is mostly "
        "because many are never looked at: their invitees are seldom on the platform. Of the "
        f"connections of those who invite everyone, {quotes.near('acquainted', 'everyone')} are "
        "with people whom they have met or talked to. For those who invite acquaintances it is "
        f"{quotes.near('acquainted', 'interacted')}; it is not all, because they also accept "
        "invitations of others. Inviting and accepting are two things, and a society of four "
        "groups of equal size parts them. Those who invite and accept only acquaintances have "
        f"{both:.0f} connections there. If they accept in the same way but invite everyone, they "
        f"have {quotes.effect('inviting', 'acquaintances')} more; if they invite in the same way "
        f"but accept everyone, {quotes.effect('accepting', 'acquaintances')} more.",
        [
            quotes.heads("after a year, those who invite"),
            quotes.mixed_row("acceptance"),
            quotes.mixed_row("unseen", ranged=False),
            quotes.mixed_row("acquainted"),
            quotes.mixed_row("mutually_recognised", ranged=False),
        ],
        f"how readily strangers accept. In {quotes.lead('acceptance', 'everyone', 'interacted')} "
        "societies that fit the data, those who invite everyone are accepted more often than "
        "those who invite acquaintances; in the others less often. Close friends accept more "
        f"often than acquaintances in {quotes.lead('acceptance', 'close_friends', 'interacted')}.",
        "../results/published/two_by_two.png",
        "Connections, reach, acceptance and blocking by whom one invites and whom one accepts",
        "The society of four groups: each line is a way of inviting; on its left end are those who "
        "accept everyone, on its right end those who accept only acquaintances.",
        ("compare", "experiment plausible"),
    )


def _blocked() -> Question:
    clicks = quotes.in_words(sim.Scenario().platform.limit)
    return Question(
        "Who is blocked?",
        "Active people who invite everyone.",
        f"{clicks.capitalize()} clicks on “I don't know this person” block an account for good. "
        f"Within a year this happens to {quotes.near('blocked', 'everyone')} of those who invite "
        f"everyone, and to {quotes.near('blocked', 'interacted', '.1f')} of those who invite "
        "acquaintances. It never happens to those who invite only close friends, for nobody says "
        "this of a close friend: that is an assumption of the model, not a result. Sort all "
        "people by how active they are on the platform, into ten groups of equal size. Of those "
        "who invite everyone, nearly all are blocked in the most active group, "
        f"{quotes.tenth(8, 'blocked')} in the third most active, and next to nobody in the five "
        "least active.",
        [
            quotes.heads("blocked within a year, of those who invite"),
            quotes.mixed_row("blocked", "all together"),
            *(
                [name, *(quotes.decile_of(number, "blocked", policy) for policy in quotes.POLICIES)]
                for number, name in quotes.TENTHS.items()
            ),
        ],
        "how often people click, compared with how many clicks the platform allows; and how often "
        "people try to invite. In the third of the societies where they try least often, "
        f"{quotes.moved('inviting.per_day', 'blocked', 'in_low')} of those who invite everyone are "
        f"blocked; in the third where they try most often, "
        f"{quotes.moved('inviting.per_day', 'blocked', 'in_high')}.",
        "../results/published/deciles.png",
        "Connections, blocking and unwanted invitations by tenth of activity and of sociability",
        "From left to right, each panel goes from the least active (below: the least sociable) "
        "tenth of all people to the most active one. The last column counts the unwanted "
        "invitations that they receive.",
        ("compare", "experiment plausible"),
    )


def _lasting() -> Question:
    first, last = (quotes.years_lead(year) for year in (1, quotes.LAST))
    return Question(
        "Does it last?",
        "The lead of those who invite everyone becomes small, and it is not certain that it lasts.",
        "More and more of them are blocked, and whoever is blocked invites no more. After one "
        f"year they have {first:.0f} connections more than those who invite acquaintances, after "
        f"{quotes.in_words(quotes.LAST)} years {last:.0f} more. By then "
        f"{quotes.percent(quotes.year_row(quotes.LAST, 'blocked', 'everyone'), '.0f')} of them "
        "are blocked. If one counts the people within two steps in place of connections, their "
        f"lead is clear until day {quotes.clear_until():,}, and not clear after that. And not in "
        "every society that fits the data does the lead last: after one year they are ahead in "
        f"{quotes.lasts(1)}, after {quotes.in_words(quotes.LAST)} years in "
        f"{quotes.lasts(quotes.LAST)}.",
        [
            quotes.heads("those who invite"),
            *(
                [f"{said}, after {quotes.in_words(year)} year{'s' * (year > 1)}", *cells]
                for measure, said in (("degree", "connections"), ("blocked", "blocked"))
                for year in (1, quotes.LAST)
                for cells in [
                    [quotes.told_year(year, measure, policy) for policy in quotes.POLICIES]
                ]
            ),
        ],
        "a platform that forgets, perhaps. Here clicks count for life, and a block is for good; a "
        "milder rule was tried for a year only ([next question](#what-does-the-platform-gain)).",
        "images/horizon-lasting.png",
        "In how many plausible societies one way has more connections than another, by year",
        f"Each line is a pair of policies: in how many of {quotes.followed_societies()} societies "
        "that fit the data the first has more connections than the second.",
        ("experiment horizon",),
    )


def _platform() -> Question:
    rules = quotes.rules()
    none, life = (rules.loc[name] for name in (quotes.NONE, quotes.LIFE))
    return Question(
        "What does the platform gain?",
        "Fewer unwanted invitations; it pays for them with connections.",
        "An invitation is unwanted if the invitee looks at it and does not accept it. "
        f"Without a rule people receive {none['unwanted']:.1f} "
        "unwanted invitations a year. If five clicks in the life of an account block it for good, "
        f"they receive {life['unwanted']:.1f}, and each member has {life['lost']:.0f} connections "
        "less. Hardly anybody is blocked who means well, which here is everybody who invites only "
        "acquaintances or close friends. A mild rule changes next to nothing in a year: five "
        f"clicks within 30 days, and the block ends after a week. Of {len(rules)} rules that were "
        f"tried, {int(rules['frontier'].sum())} are such that no other rule is better in all three "
        "respects. So none is the best.",
        [
            [
                "rule",
                "unwanted invitations a year",
                "blocked of those who mean well",
                "connections lost",
            ],
            *(
                [said, *quotes.rule_cells(rule)]
                for said, rule in (
                    ("none", quotes.NONE),
                    ("five clicks in a life block for good", quotes.LIFE),
                    ("five clicks within 30 days block for a week", quotes.WINDOW),
                )
            ),
        ],
        "what a connection and an unwanted invitation are worth to the platform, which the model "
        "does not know. How much there is to gain and to lose depends on the society, as the "
        "ranges show; all this was asked of societies of 800 people.",
        "images/block_rule-frontier.png",
        "Rules by unwanted invitations, blocked members who mean well, and connections lost",
        "Each mark is a rule. Further to the left is better for those who are invited, further "
        "down for those who mean well (left panel) or for the number of connections (right panel).",
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
        "What pays for whom?",
        "Inviting everyone brings most to those who do it; its price is the risk of a block.",
        "It does so even where few do it. If one person in a hundred invites everyone, and all "
        "others invite acquaintances or close friends, this one has "
        f"{100 * reach['everyone']:.1f} % of the others within two steps. The people around, who "
        f"invite acquaintances or close friends, have {100 * around['interacted']:.1f} and "
        f"{100 * around['close_friends']:.1f} %. Those who invite only close friends live on the "
        f"invitations of others: where all do so, they reach {100 * alone:.1f} %; as one in a "
        "hundred, among people who invite more, "
        f"{100 * reach['close_friends']:.1f} %. It also depends on how active one is. Of those who "
        f"invite everyone, the most active tenth has {quotes.tenth(10, 'degree')} connections, but "
        f"nearly all of them are blocked within the year. The fifth least active tenth has "
        f"{quotes.tenth(5, 'degree')}, and next to nobody of them is blocked.",
        [
            ["others within two steps", *quotes.heads("")[1:], "if all do the same"],
            *(
                [
                    f"one in a hundred invites {quotes.POLICIES[few]}",
                    *(quotes.few_cell(few, policy) for policy in quotes.POLICIES),
                    quotes.quoted(quotes.alone(few), share=True),
                ]
                for few in quotes.POLICIES
            ),
        ],
        "who else is there. In the societies with the fewest who invite everyone, these have "
        f"{quotes.moved('policies.everyone.share', 'degree', 'in_low')} connections; in those "
        f"with the most, {quotes.moved('policies.everyone.share', 'degree', 'in_high')}. "
        "But as one in a hundred, those who invite everyone reach further than all around them in "
        f"{_everywhere('everyone', 'interacted')} societies that fit the data, and those who "
        f"invite close friends less far in {_nowhere('close_friends', 'interacted')}.",
        "../results/published/reach.png",
        "Reach over a year: mixed, alone, and few of each policy beside those around them",
        "Above: all three policies in one society, and each in a society of its own. Below: one in "
        "a hundred with the policy of the title (thick), and those around them (thin).",
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
