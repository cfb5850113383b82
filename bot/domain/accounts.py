"""Who may sign in to the officer page, what each may do there, and how long a sign-in holds.

What lives here: the rules. What does not: how someone proves who they are, and cookies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
"""An office day (OWASP ASVS 5.0, 7.1.1 and 7.3)."""
FRESH = timedelta(minutes=10)
"""For so long a proof of identity counts for exports, purges and changes of role (ASVS 7.5)."""
LINK_LIVES = timedelta(minutes=10)
ATTEMPT_LIVES = timedelta(minutes=10)


class Duty(StrEnum):
    """What an account is for."""

    OFFICER = "officer"
    DEPUTY = "deputy"
    VIEWER = "viewer"
    OPERATOR = "operator"
    EMPLOYEE = "employee"


class Right(StrEnum):
    """What a page or a step needs."""

    READ = "read"
    WORK = "work"
    EXPORT = "export"
    COUNT = "count"
    ADMINISTER = "administer"
    APPOINT = "appoint"
    PURGE = "purge"


RIGHTS: Mapping[Duty, frozenset[Right]] = {
    Duty.OFFICER: frozenset(Right),
    Duty.DEPUTY: frozenset(Right),
    Duty.VIEWER: frozenset({Right.READ, Right.COUNT}),
    # Keeps the desk running and the accounts in order, and sees nothing that a person wrote.
    Duty.OPERATOR: frozenset({Right.COUNT, Right.ADMINISTER}),
    Duty.EMPLOYEE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in."""

    id: str
    subject: str
    email: str | None
    name: str
    duty: Duty
    disabled_at: datetime | None = None

    def may(self, right: Right) -> bool:
        return self.disabled_at is None and right in RIGHTS[self.duty]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One sign-in of one account. `confirmed_at` is when they last proved who they are."""

    account: Account
    began_at: datetime
    seen_at: datetime
    confirmed_at: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether it still counts: neither idle nor old, and the account not disabled."""
        return (
            self.account.disabled_at is None
            and now - self.seen_at < IDLE
            and now - self.began_at < ABSOLUTE
        )

    def is_fresh(self, now: datetime) -> bool:
        return now - self.confirmed_at < FRESH

    def is_unproved(self, now: datetime) -> bool:
        """Tell whether they came in just now, and their provider named no recent proof."""
        return now - self.began_at < FRESH and not self.is_fresh(now)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider says of someone, its signature checked.

    `email` is theirs only when the provider has verified it; else it is None. `proved_ago` is how
    long ago they proved to the provider who they are; None when it does not say.
    """

    subject: str
    name: str
    email: str | None = None
    groups: frozenset[str] = frozenset()
    proved_ago: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way at the provider; `then` is the page that was asked for."""

    nonce: str
    verifier: str
    then: str


@dataclass(frozen=True, slots=True)
class SavedView:
    """Filters of the queue under a name."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class AccountRules:
    """Who gets which duty at their first sign-in, in lower case: by address, group or domain."""

    duties: Mapping[str, Duty]
    employee_group: str | None = None
    employee_domain: str | None = None

    @classmethod
    def of(
        cls,
        *,
        officers: Iterable[str | None] = (),
        deputies: Iterable[str | None] = (),
        operators: Iterable[str | None] = (),
        viewers: Iterable[str | None] = (),
        employee_group: str | None = None,
        employee_domain: str | None = None,
    ) -> AccountRules:
        """Rules by lists of addresses; of one named twice the greater duty counts."""
        named = (
            (Duty.VIEWER, viewers),
            (Duty.OPERATOR, operators),
            (Duty.DEPUTY, deputies),
            (Duty.OFFICER, officers),
        )
        duties = {mail.lower(): duty for duty, mails in named for mail in mails if mail}
        domain = employee_domain.lower().removeprefix("@") if employee_domain else None
        return cls(duties, employee_group, domain)

    def duty_of(self, identity: Identity) -> Duty | None:
        """The duty of someone who comes for the first time; None when there is none for them."""
        mail = (identity.email or "").lower()
        if mail in self.duties:
            return self.duties[mail]
        by_group = self.employee_group is not None and self.employee_group in identity.groups
        domain = mail.rpartition("@")[2]
        by_domain = bool(domain) and domain == self.employee_domain
        return Duty.EMPLOYEE if by_group or by_domain else None
