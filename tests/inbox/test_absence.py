"""The day an absence note says somebody is back. Every note is said on Tuesday, 30 June 2026, unless told otherwise."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.intents.absence import return_date

SAID = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # English
        ("I am away until 12 July.", "07-13"),
        ("I am out of the office until the 12th of July and will answer then.", "07-13"),
        ("I will be back on 13 July.", "07-13"),
        ("I'm out of office, returning July 13th. For urgent matters call +1 415 555 0101.", "07-13"),
        ("I will return to the office on 13 July 2026.", "07-13"),
        ("Back in the office on Monday, July 13, 2026", "07-13"),
        ("I'm on leave from 1 July to 12 July.", "07-13"),
        ("I'm on leave from July 1 through July 12.", "07-13"),
        ("Out of office 1 July - 12 July", "07-13"),
        ("I am out 6 July - 10 July, back 13 July.", "07-13"),
        ("I am out 12 July only.", "07-12"),
        ("I'm away since 22 June and back on 6 July.", "07-06"),
        ("On holiday from 20 June until 5 July.", "07-06"),
        ("I'll be back on the 13th.", "07-13"),
        ("I am away until the 2nd.", "07-03"),
        ("I am out of the office and will be back on Monday.", "07-06"),
        ("I'm out until Friday, back Monday.", "07-06"),
        ("I am away until Friday.", "07-04"),
        ("my mum's away til thursday", "07-03"),
        ("On vacation, back 13th", "07-13"),
        ("Out of station till 12th. Will reply after that", "07-13"),
        ("Away from Monday 6 July up to and including Friday 17 July.", "07-18"),
        ("Back tomorrow.", "07-01"),
        ("Out until 2026-07-12", "07-13"),
        ("Back 07/13/2026", "07-13"),
        # German
        ("Ich bin bis zum 12. Juli nicht im Büro.", "07-13"),
        ("Ich bin bis einschließlich 12.07.2026 abwesend.", "07-13"),
        ("Ich bin ab dem 13.07. wieder erreichbar.", "07-13"),
        ("Vom 29.06. bis 12.07. bin ich im Urlaub.", "07-13"),
        ("Ab Montag bin ich wieder für Sie da.", "07-06"),
        ("Am 13.7. bin ich zurück.", "07-13"),
        # French
        ("Je suis absent jusqu'au 12 juillet inclus.", "07-13"),
        ("Je serai de retour le 13 juillet 2026.", "07-13"),
        ("Absente du 1er au 12 juillet.", "07-13"),
        ("De retour lundi.", "07-06"),
        ("Je suis absente jusqu'au 12.", "07-13"),
        ("Fermé pour congés. De retour le 13.", "07-13"),
        ("Je reviens à partir du 13 juillet.", "07-13"),
        # Spanish
        ("Estaré fuera de la oficina hasta el 12 de julio.", "07-13"),
        ("Regreso el 13 de julio de 2026.", "07-13"),
        ("Vuelvo el lunes.", "07-06"),
        ("Estoy de vacaciones hasta el día 12.", "07-13"),
        # Portuguese
        ("Estarei ausente até 12 de julho.", "07-13"),
        ("Estarei de volta no dia 13 de julho.", "07-13"),
        ("Volto na segunda-feira.", "07-06"),
        ("Estarei de férias até o dia 12.", "07-13"),
        ("Volto em 12 out.", "10-12"),
        # Italian
        ("Sono fuori ufficio fino al 12 luglio.", "07-13"),
        ("Tornerò il 13 luglio.", "07-13"),
        ("Sarò in ferie dal 1 al 12 luglio.", "07-13"),
        # Dutch
        ("Ik ben afwezig tot en met 12 juli.", "07-13"),
        ("Vanaf 13 juli ben ik weer terug.", "07-13"),
        # Indonesian
        ("Saya cuti sampai 12 Juli 2026.", "07-13"),
        ("Saya kembali pada 13 Juli.", "07-13"),
        ("Saya sedang cuti sampai tanggal 12.", "07-13"),
    ],
)
def test_the_day_is_found(text: str, day: str) -> None:
    assert return_date(text, SAID) == date.fromisoformat(f"2026-{day}")


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office with limited access to mail.",
        "Our hotline is available 24/7.",
        "I have 3 out of office days.",
        "Office hours are 9.30 to 17.30.",
        "We are 3.5 hours ahead.",
        "Back soon! In urgent cases call 030/123456 or +49 30 901820.",
        "Ich bin nicht im Büro.",
        "I was away on 12 May.",
        "Back on 31 February.",
        "Version 1.2.3 is out.",
        "I am available Monday to Friday.",
        "",
    ],
)
def test_where_no_day_is_named_none_is_found(text: str) -> None:
    assert return_date(text, SAID) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am away for two weeks.", "07-14"),
        ("On leave for the next 10 days", "07-10"),
        ("I'll be back in two weeks", "07-14"),
        ("Ich bin für drei Wochen im Urlaub.", "07-21"),
        ("Die nächsten zwei Wochen bin ich nicht da", "07-14"),
        ("Je suis absent pendant deux semaines", "07-14"),
        ("De retour dans une semaine", "07-07"),
        ("Estaré fuera durante 15 días", "07-15"),
        ("Vuelvo en dos semanas", "07-14"),
        ("Estarei de férias por duas semanas", "07-14"),
        ("Volto daqui a dez dias", "07-10"),
        ("Sono in ferie per due settimane", "07-14"),
        ("Torno tra una settimana", "07-07"),
        ("Out from next week", "07-13"),
        ("Ik ben voor twee weken afwezig", "07-14"),
        ("Saya cuti selama dua minggu", "07-14"),
        ("Saya kembali dalam 3 hari", "07-03"),
        ("I'm back next week", "07-06"),
        ("I am out next week", "07-13"),
        ("I'm out for the rest of the week", "07-06"),
        ("Nächste Woche bin ich nicht im Büro", "07-13"),
        ("Ab nächste Woche bin ich wieder da", "07-06"),
        ("Back from next week", "07-06"),
        ("I am on parental leave until September", "09-01"),
        ("Away until the end of August", "09-01"),
        ("Bin bis Ende August nicht da", "09-01"),
        ("Absent jusqu'à fin août", "09-01"),
        ("Fuera hasta finales de agosto", "09-01"),
        ("Back mid-August", "08-15"),
        ("I return early September", "09-01"),
        ("Fermé tout août", "09-01"),
        ("until the end of the month", "07-01"),
        ("I'm on sabbatical for 3 months", "09-30"),
        ("I am out for a week", "07-07"),
        ("libur sampai akhir Juli", "08-01"),
        ("ik ben terug in september", "09-01"),
        ("retour en septembre", "09-01"),
        ("for a couple of weeks", "07-14"),
        ("I'm travelling until Friday for two weeks", "07-04"),
    ],
)
def test_how_long_it_lasts_or_which_part_of_a_month_tells_the_day(text: str, day: str) -> None:
    assert return_date(text, SAID) == date.fromisoformat(f"2026-{day}")


@pytest.mark.parametrize(
    "text",
    [
        "Ik ben twee weken afwezig",
        "I will answer within two days",
        "I have been with the firm for two years",
        "I may reply later, march on",
        "In May we moved",
        "We will reply in 2 days",
    ],
)
def test_a_spell_that_is_none_of_being_away_tells_nothing(text: str) -> None:
    assert return_date(text, SAID) is None


@pytest.mark.parametrize(
    ("text", "said", "day"),
    [
        ("I am on leave from 1 May to 12 May.", "2026-05-05", "2026-05-13"),  # it began before the note was sent
        ("Back on 5 January.", "2026-12-20", "2027-01-05"),
        ("Away from 20 December until 5 January", "2026-12-21", "2027-01-06"),
        ("Back on 29 February.", "2028-02-10", "2028-02-29"),
        ("Away until 31 December.", "2026-12-20", "2027-01-01"),
        ("I'll be back on the 3rd.", "2026-12-20", "2027-01-03"),
        ("I'll be back on the 31st.", "2026-06-30", "2026-07-31"),
        ("Back on 30 June.", "2026-06-30", None),
        ("Back on 13 July 2019.", "2026-06-30", None),
        ("Back on 13 July 2031.", "2026-06-30", None),
        ("Back in January", "2026-06-30", "2027-01-01"),
        ("Back in May", "2026-06-30", "2027-05-01"),
        ("On maternity leave, back in March 2027", "2026-06-30", "2027-03-01"),
        ("Back in March 2028", "2026-06-30", None),
        ("On leave for one month", "2027-01-31", "2027-02-28"),
        ("Out until the end of the month", "2026-12-20", "2027-01-01"),
        ("I'm out for the rest of the week", "2026-07-05", "2026-07-06"),
    ],
)
def test_the_year_is_the_one_that_makes_sense(text: str, said: str, day: str | None) -> None:
    assert return_date(text, date.fromisoformat(said)) == (date.fromisoformat(day) if day else None)


@given(st.text(max_size=300), st.dates(date(2000, 1, 2), date(2090, 1, 1)))
def test_whatever_is_written_the_day_lies_ahead_and_within_a_year(text: str, said: date) -> None:
    day = return_date(text, said)
    assert day is None or 0 < (day - said).days <= 366


def test_a_very_long_note_is_read_quickly() -> None:
    assert return_date("until 3.7. " * 20_000, SAID) == date(2026, 7, 4)
