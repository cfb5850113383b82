"""The company and its doors."""

from datetime import date

from bot.store.library import Library


def test_the_office_hours_are_on_the_local_wall_clock(library: Library) -> None:
    opens, closes = library.company.hours_on(date(2026, 12, 4))
    assert opens.isoformat() == "2026-12-04T09:00:00-05:00"
    assert closes.isoformat() == "2026-12-04T17:00:00-05:00"
    assert library.company.hours_on(date(2026, 7, 3))[0].isoformat() == "2026-07-03T09:00:00-04:00"
    assert library.company.opens_on(date(2026, 12, 4))
    assert not library.company.opens_on(date(2026, 12, 5))


def test_who_the_officer_is_takes_one_sentence(library: Library) -> None:
    officer = library.company.privacy_officer
    for detail in (officer.title, officer.name, officer.address, officer.email, officer.phone):
        assert detail in library.company.officer_contact


def test_staff_are_shown_a_door_of_their_own(library: Library) -> None:
    company = library.company
    own = company.doors["human_resources"]
    assert company.doors_for(staff=True) == (own, *company.doors_for(staff=False))
    assert own not in company.doors_for(staff=False)
    assert company.doors["customer_service"] in company.doors_for(staff=False)
