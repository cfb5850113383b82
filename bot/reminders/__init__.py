"""The sweep: which notices are due and unsent, claimed, sent, recorded."""

from bot.reminders.delivery import LEASE, Swept
from bot.reminders.outcomes import ATTEMPTS
from bot.reminders.sweeping import SWEEP_SECONDS, Sweeper
from bot.reminders.watching import Watch

__all__ = ["ATTEMPTS", "LEASE", "SWEEP_SECONDS", "Sweeper", "Swept", "Watch"]
