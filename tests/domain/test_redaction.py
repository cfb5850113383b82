"""Masking: what must go, what must stay, and the check digit against another implementation."""

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn

from bot.domain.redaction import CARD, MASKS, SIN, passes_luhn, redact

# Numbers that the payment networks publish for testing, and the SIN that no person can hold.
CARDS = {
    "Visa": "4111111111111111",
    "Visa, 13": "4222222222222",
    "Mastercard": "5555555555554444",
    "Mastercard, 2": "2223003122003222",
    "American Express": "378282246310005",
    "Diners Club": "30569309025904",
    "Discover": "6011111111111117",
    "JCB": "3530111333300000",
    "UnionPay, 19": "6205500000000000004",
}
VALID_SIN, INVALID_SIN = "046454286", "046454287"
SEPARATORS = ["", " ", "-", " - ", "\u00a0", "\u2009", "\u2011", "\u2013", ".", "\u200b"]
FOREIGN_ZEROS = ["0", "０", "٠", "०", "𝟎"]


def in_digits_of(zero: str, text: str) -> str:
    return "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)


def threes(number: str, separator: str = " ") -> str:
    return separator.join((number[:3], number[3:6], number[6:]))


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS.keys())
@pytest.mark.parametrize("separator", [*SEPARATORS, "\n", "\r\n", " \n", "-\n> "])
def test_a_card_number_goes_however_it_is_written(number: str, separator: str) -> None:
    written = separator.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert redact(f"it is {written}, thanks").text == f"it is {MASKS[CARD]}, thanks"


@pytest.mark.parametrize("zero", FOREIGN_ZEROS)
def test_digits_of_any_script_are_digits(zero: str) -> None:
    assert redact(in_digits_of(zero, "5555 5555 5555 4444")).found == (CARD,)
    assert redact(in_digits_of(zero, threes(VALID_SIN))).found == (SIN,)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111 exp 12/27 cvv 123", "[card number masked] exp 12/27 cvv 123"),
        ("order 12 4111 1111 1111 1111", "order 12 [card number masked]"),
        ("3782 822463 10005", "[card number masked]"),
        ("card#4111111111111111!", "card#[card number masked]!"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[card number masked]"),
        ("PD-4111-1111-1111-1111", "PD-[card number masked]"),
        (
            "4111111111111111 and 5555555555554444",
            "[card number masked] and [card number masked]",
        ),
        ("+4111111111111111", "+[card number masked]"),
        ("+1 416 555 0134 046 454 286", "+1 416 555 0134 [SIN masked]"),
        ("046 454 286 046 454 286", "[SIN masked] [SIN masked]"),
        ("046-454-286", "[SIN masked]"),
        ("046.454.286", "[SIN masked]"),
        ("046 454\n286", "[SIN masked]"),
        ("046454286", "[SIN masked]"),
        ("123 456 789", "[SIN masked]"),
        ("my SIN is 123456789", "my SIN is [SIN masked]"),
        ("sin:123456789", "sin:[SIN masked]"),
        ("S.I.N. 12 34 56 789", "S.I.N. [SIN masked]"),
        ("123456789 is my social insurance number", "[SIN masked] is my social insurance number"),
        ("mon NAS : 123-456-789", "mon NAS : [SIN masked]"),
        ("numéro d’assurance sociale\n123456789", "numéro d’assurance sociale\n[SIN masked]"),
        ("call 416 555 0134 about 046 454 286", "call 416 555 0134 about [SIN masked]"),
        ("416-555-0134 046 454 286", "416-555-0134 [SIN masked]"),
    ],
)
def test_what_goes(text: str, masked: str) -> None:
    assert redact(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111 1111 1111 1112",
        "call 416 555 0134 or 1-647-555-0199 or (905) 555-0111",
        "416 555 0134 647 555 0199",
        "416 555 0134\n647 555 0199\n905 555 0111",
        "4165550134\n6475550199",
        "part number AB046454286, 046454286C",
        "+44 20 7946 0958 1234567, +1 416 555 0134 12",
        "+1 416 555 0134, +44 20 7946 0958, +49 1512 3456789, +4915123456789",
        "since 1 800 282 1376 was busy",
        "on 2026-12-04, 04.12.2026, 2026 12 04, 20261204 and 3 November 2026",
        "2026-12-04 2027-01-05 2027-02-06",
        "2026-12-04T09:00:00-05:00",
        "reference PD-2345-6782, PD-7K3M-9QXD and PD-2222-2222",
        "account 12345678, invoice 1234567890, ticket 46454286",
        "046454287",
        "123.456.789",
        "the years 1999 to 2026, $1,234,567.89 and 14 business days",
        "K1A 1H3, 30 Victoria Street, apartment 1204",
        "business since 1999, a sinister nasal tone, 123456780",
        "10.5, 3.6 and 4.9.5",
    ],
)
def test_what_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).found == ()


def test_an_account_number_that_was_asked_for_stays() -> None:
    assert redact(VALID_SIN, account_asked=True).text == VALID_SIN
    assert redact(threes(INVALID_SIN), account_asked=True).text == threes(INVALID_SIN)
    assert redact(threes(VALID_SIN), account_asked=True).found == (SIN,)
    assert redact(f"my SIN is {VALID_SIN}", account_asked=True).found == (SIN,)
    assert redact(CARDS["Visa"], account_asked=True).found == (CARD,)


def test_the_person_can_be_told_what_was_masked() -> None:
    found = redact("card 4111111111111111, SIN 046 454 286, card 5555555555554444").found
    assert found == (CARD, SIN, CARD)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_the_check_is_that_of_the_standard(digits: str) -> None:
    assert passes_luhn(digits) == luhn.is_valid(digits)


def with_check_digit(body: str) -> str:
    return body + str(luhn.calc_check_digit(body))


@given(st.text("0123456789", min_size=12, max_size=18), st.sampled_from(SEPARATORS), st.data())
def test_every_valid_card_number_goes(body: str, separator: str, data: Any) -> None:
    number = with_check_digit(body)
    size = data.draw(st.sampled_from([1, 4, 5, 6, 19]))
    written = separator.join(number[at : at + size] for at in range(0, len(number), size))
    zero = data.draw(st.sampled_from(FOREIGN_ZEROS))
    result = redact(f"the card ({in_digits_of(zero, written)}) is mine")
    assert CARD in result.found
    assert result.text == f"the card ({MASKS[CARD]}) is mine"


@given(st.text("0123456789", min_size=8, max_size=8), st.sampled_from(["", " ", "-", "."]))
def test_every_valid_sin_goes(body: str, separator: str) -> None:
    number = with_check_digit(body)
    assert redact(f"here: {threes(number, separator)}.").text == f"here: {MASKS[SIN]}."


@given(st.text("0123456789", min_size=13, max_size=19), st.sampled_from([" ", "-", ""]))
def test_a_number_that_fails_the_check_is_no_card(digits: str, separator: str) -> None:
    assume(not luhn.is_valid(digits))
    written = separator.join(digits[at : at + 10] for at in range(0, len(digits), 10))
    assume(not separator or not luhn.is_valid(digits[10:]) or len(digits) < 19)
    assert CARD not in redact(f"number {written}.").found


@given(st.from_regex(r"(1[ -])?[2-9]\d\d[ -][2-9]\d\d[ -]\d{4}", fullmatch=True))
def test_telephone_numbers_stay(number: str) -> None:
    text = f"Call {number}, or {number} {number}."
    assert redact(text).text == text


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y %m %d", "%d.%m.%Y", "%Y%m%d"]),
)
def test_dates_stay(day: date, form: str) -> None:
    text = f"{day.strftime(form)} to {day.strftime(form)}"
    assert redact(text).text == text


@given(st.text(st.sampled_from("0123456789 -.\n+SINsinPD[]maskedé٣"), max_size=60), st.booleans())
def test_masking_twice_is_masking_once(text: str, asked: bool) -> None:
    once = redact(text, asked)
    assert redact(once.text, asked) == type(once)(once.text, ())


@given(st.text(max_size=200))
def test_a_text_without_thirteen_or_nine_digits_is_untouched(text: str) -> None:
    assume(sum(character.isdecimal() for character in text) < 9)
    assert redact(text).text == text
