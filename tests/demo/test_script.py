"""The script that ships: enough of everything, at believable times, and nothing that could reach a real person."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from demo.script import Conversation, Message, Person, Script, read

BERLIN = ZoneInfo("Europe/Berlin")

NOWS = {
    "an afternoon": datetime(2026, 5, 12, 15, 30, tzinfo=BERLIN),
    "just after midnight": datetime(2026, 5, 12, 0, 1, tzinfo=BERLIN),
    "midnight itself": datetime(2026, 1, 1, 0, 0, tzinfo=BERLIN),
    "just before midnight": datetime(2026, 12, 31, 23, 59, 59, tzinfo=BERLIN),
    "after the clocks went forward": datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN),
    "midnight after the clocks went forward": datetime(2026, 3, 30, 0, 0, tzinfo=BERLIN),
    "in the hour that comes twice": datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
    "midnight after the clocks went back": datetime(2026, 10, 26, 0, 0, tzinfo=BERLIN),
    "another zone, where it is already tomorrow": datetime(2026, 5, 13, 4, 0, tzinfo=ZoneInfo("Asia/Tokyo")),
    "a leap day": datetime(2028, 2, 29, 9, 0, tzinfo=UTC),
}


@pytest.fixture(scope="module")
def script() -> Script:
    return read()


@pytest.fixture(params=list(NOWS.values()), ids=list(NOWS))
def now(request: pytest.FixtureRequest) -> datetime:
    moment: datetime = request.param
    return moment


def everyone(script: Script) -> list[Person]:
    contacts = [contact for client in script.clients for contact in client.contacts]
    prospects = [prospect.person for client in script.clients for prospect in client.prospects]
    return [*(conversation.lead for conversation in script.conversations), *contacts, *prospects]


def messages(script: Script) -> list[Message]:
    return [message for conversation in script.conversations for message in conversation.messages]


def by_key(script: Script, key: str) -> Conversation:
    return next(conversation for conversation in script.conversations if conversation.key == key)


def test_the_agency_has_five_people_and_four_clients_with_campaigns(script: Script) -> None:
    workspace = script.workspace
    assert (workspace.slug, workspace.plan, workspace.currency, workspace.zone) == ("demo", "max", "EUR", BERLIN)
    assert Counter(member.role for member in script.team) == {"owner": 1, "admin": 1, "agent": 2, "viewer": 1}
    assert [client.key for client in script.clients] == ["birkholt", "veerhaven", "tramontana", "halden"]
    assert [len(client.campaigns) for client in script.clients] == [3, 3, 3, 3]
    assert [len(client.conversations) for client in script.clients] == [20, 20, 20, 6]
    assert [len(client.contacts) for client in script.clients] == [3, 3, 3, 4]
    assert [len(client.prospects) for client in script.clients] == [0, 0, 0, 40]


def test_every_channel_has_its_share_of_the_conversations(script: Script) -> None:
    channels = Counter(conversation.channel for conversation in script.conversations)
    assert channels == {"email": 31, "whatsapp": 15, "chat": 8, "linkedin": 7, "sms": 5}


def test_every_status_and_every_deal_stage_occurs(script: Script) -> None:
    deals = [conversation.deal for conversation in script.conversations if conversation.deal]
    assert Counter(conversation.status for conversation in script.conversations) == {
        "active": 45,
        "closed": 17,
        "snoozed": 4,
    }
    assert Counter(deal.stage for deal in deals) == {
        "new": 4,
        "contacted": 7,
        "interested": 9,
        "negotiating": 8,
        "won": 6,
        "lost": 4,
    }
    assert {deal.currency for deal in deals} == {"EUR", "USD", "GBP", "INR", "JPY", "KWD", "NOK"}


def test_some_conversations_wait_unread_and_some_belong_to_nobody_yet(script: Script) -> None:
    assert sum(conversation.unread for conversation in script.conversations) == 16
    assert sum(conversation.assignee is None for conversation in script.conversations) == 6


def test_follow_ups_are_overdue_due_today_and_still_to_come(script: Script, now: datetime) -> None:
    today = now.astimezone(BERLIN).date()
    due = [
        follow_up.due(now).astimezone(BERLIN).date() for each in script.conversations for follow_up in each.follow_ups
    ]
    assert (sum(day < today for day in due), due.count(today), sum(day > today for day in due)) == (4, 3, 5)


def test_messages_of_a_conversation_follow_one_another_and_none_lies_in_the_future(
    script: Script, now: datetime
) -> None:
    for conversation in script.conversations:
        moments = [message.moment(now) for message in conversation.messages]
        assert all(moment.tzinfo is UTC for moment in moments)
        assert all(before < after for before, after in pairwise(moments)), conversation.key
        assert moments[-1] < now, conversation.key


def test_messages_reach_months_back_and_crowd_into_the_last_two_weeks(script: Script, now: datetime) -> None:
    ages = [now - message.moment(now) for message in messages(script)]
    assert timedelta(days=155) < max(ages) < timedelta(days=161)
    assert sum(age < timedelta(days=14) for age in ages) > 80


def test_every_date_in_a_text_is_written_out(script: Script, now: datetime) -> None:
    texts = [message.text(now) for message in messages(script)]
    texts += [message.layout(now) for message in messages(script)]
    files = [each.content(now).decode() for message in messages(script) for each in message.attachments if each.text]
    assert not [text for text in [*texts, *files] if "{{" in text or "}}" in text]


def test_an_absence_names_the_day_on_which_the_person_is_back(script: Script) -> None:
    reply = by_key(script, "kessler-nine-flats").messages[1]
    assert reply.headers["Auto-Submitted"] == "auto-replied"
    assert "bis einschließlich 4. Januar 2027 nicht im Büro" in reply.text(datetime(2026, 12, 30, 12, tzinfo=UTC))


def test_a_meeting_never_falls_on_a_weekend(script: Script) -> None:
    offer = by_key(script, "hamburg-operations").messages[4]
    assert "Friday, 15 May at 10:00" in offer.text(datetime(2026, 5, 13, 12, tzinfo=UTC))
    assert "Monday, 18 May at 10:00" in offer.text(datetime(2026, 5, 14, 12, tzinfo=UTC))
    assert "Monday, 18 May at 10:00" in offer.text(datetime(2026, 5, 15, 12, tzinfo=UTC))


def test_a_snooze_ends_in_the_morning_of_its_day_even_across_a_change_of_clocks(script: Script) -> None:
    until = by_key(script, "kessler-nine-flats").snoozed_until(datetime(2026, 3, 25, 12, tzinfo=UTC))
    assert until == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)


def test_the_same_now_tells_the_same_story(script: Script, now: datetime) -> None:
    again = read()
    assert again == script
    assert [message.moment(now) for message in messages(again)] == [message.moment(now) for message in messages(script)]


def test_a_naive_now_is_refused(script: Script) -> None:
    with pytest.raises(ValueError, match="aware datetime"):
        messages(script)[0].moment(datetime(2026, 5, 12, 15, 30))  # noqa: DTZ001


def test_every_address_ends_in_example(script: Script) -> None:
    emails = [email for person in everyone(script) for email in person.emails]
    emails += [member.email for member in script.team]
    assert len(emails) == 110
    assert not [address for address in emails if not address.endswith(".example")]
    assert not [client.domain for client in script.clients if not client.domain.endswith(".example")]


def test_every_phone_number_is_possible(script: Script) -> None:
    phones = [person.phone for person in everyone(script) if person.phone]
    assert len(phones) > 30
    parsed = [phonenumbers.parse(phone, script.workspace.phone_region) for phone in phones]
    assert not [number for number in parsed if not phonenumbers.is_possible_number(number)]


def test_no_body_is_written_twice(script: Script) -> None:
    bodies = Counter(message.body for message in messages(script))
    assert {body: count for body, count in bodies.items() if count > 1} == {}


def test_the_odd_people_are_there(script: Script) -> None:
    nameless = by_key(script, "number-without-a-name").lead
    assert (nameless.name, nameless.email, nameless.phone) == ("", None, "+49 171 3920047")
    assert len(by_key(script, "thomsen-surgery").lead.emails) == 2
    assert len(by_key(script, "longest-name").lead.name) > 80
    assert by_key(script, "yael-sample").lead.name == "יעל בן־דוד"
    assert by_key(script, "thumbs-up").messages[-1].body == "👍"


def test_one_thread_is_long_and_one_mail_is_laid_out(script: Script) -> None:
    assert len(by_key(script, "mist").messages) > 40
    laid_out = by_key(script, "autumn-window").messages[0]
    assert "cid:logo@fjellbutikken" in laid_out.html
    assert len(by_key(script, "longest-subject").subject or "") > 250


def test_four_messages_bring_a_small_file(script: Script) -> None:
    files = [attachment for message in messages(script) for attachment in message.attachments]
    assert [(file.name, file.content_type) for file in files] == [
        ("masse-kueche.txt", "text/plain"),
        ("gate-week.csv", "text/csv"),
        ("year-10-provisional.csv", "text/csv"),
        ("fjellbutikken.png", "image/png"),
    ]
    assert files[2].content(datetime(2026, 5, 12, 12, tzinfo=UTC)).endswith(b"4 May 2026,,27 more to follow,")
