"""A person's account in plain Python: the rule, and what follows when it is broken."""

import math
from typing import TYPE_CHECKING

from sim import InvitePolicy, Scenario
from tests.reference_draws import APPEAL, below, chance

if TYPE_CHECKING:
    from tests.reference_bonds import Invitation


class Account:
    """Phase 4 of a person; "since zero" is since the opening, or since the latest break or end."""

    rules: Scenario
    policy: InvitePolicy
    sent: list["Invitation"]

    def open_account(self) -> None:
        self.strikes = self.restricted_days = 0
        self.strike_days_since_zero: list[int] = []
        self.sent_since_zero = self.resolved_since_zero = self.accepted_since_zero = 0
        self.restricted_until: float = 0  # invites nobody
        self.limited_until: float = 0  # invites no strangers
        self.warnings = self.limits = self.restrictions = 0
        self.appeals = self.pardons = 0
        self.kept_from_strangers = 0  # attempts that lapsed as the candidate was a stranger
        self.blocked_day: int | None = None  # of the first restriction
        self.invitations_until_block: int | None = None

    def word_here(self, day: int, purpose: int, index: int) -> int:
        raise NotImplementedError

    def enforce(self, day: int) -> None:
        """At the end of a day, end what was imposed on the account, or apply the rule."""
        if day in (self.restricted_until, self.limited_until):
            self.start_from_zero()
        elif day > self.restricted_until and self.breaks_the_rule(day):
            action, days = self.rung()
            self.start_from_zero()
            self.limited_until = 0  # a rung replaces the one before
            if action == "warn":
                self.warnings += 1
            elif action == "email":
                self.limits += 1
                self.limited_until = self.last_day(day, math.inf)
            else:
                self.restrictions += 1
                self.restricted_until = self.last_day(day, day + days)
                if self.blocked_day is None:
                    self.blocked_day, self.invitations_until_block = day, len(self.sent)

    def start_from_zero(self) -> None:
        self.strike_days_since_zero = []
        self.sent_since_zero = self.resolved_since_zero = self.accepted_since_zero = 0

    def breaks_the_rule(self, day: int) -> bool:
        """Return whether it has too many strikes, or too few of its invitations were accepted."""
        platform = self.rules.platform
        if platform.limit is not None and self.counted_strikes(day) >= platform.limit:
            return True
        of_sent = platform.ratio_of == "sent"
        counted = self.sent_since_zero if of_sent else self.resolved_since_zero
        if platform.min_ratio is None or counted < platform.min_invites:
            return False
        return self.accepted_since_zero / counted < platform.min_ratio

    def counted_strikes(self, day: int) -> int:
        """Return the strikes that count on the evening of a day."""
        window = self.rules.platform.window_days or math.inf
        return sum(struck > day - window for struck in self.strike_days_since_zero)

    def rung(self) -> tuple[str, float]:
        """Return what follows now, and for how many days."""
        platform = self.rules.platform
        if platform.ladder is None:
            return "suspend", platform.restriction_days or math.inf
        rungs = [rung.split() for rung in platform.ladder.split(",")]
        broken_before = self.warnings + self.limits + self.restrictions
        action, *days = rungs[min(broken_before, len(rungs) - 1)]
        return action, int(days[0]) if days else math.inf

    def last_day(self, day: int, until: float) -> float:
        """Return the last day of a limit or a restriction, after the appeal if there is one."""
        platform = self.rules.platform
        appeals = chance(self.word_here(day, APPEAL, 0), self.policy.appeals)
        if platform.appeal_success == 0 or not appeals:
            return until
        p = platform.appeal_success
        for _ in range(self.appeals):
            p *= platform.appeal_decay
        self.appeals += 1
        if not chance(self.word_here(day, APPEAL, 2), p):
            return until
        self.pardons += 1
        return min(until, day + 1 + below(self.word_here(day, APPEAL, 1), 3))
