"""A script with a mistake is refused in words that name the file, the table and the field."""

from pathlib import Path

import pytest

from demo.script import ScriptError, read

WORKSPACE = """
[workspace]
name = "Northlight"
slug = "demo"
plan = "max"
currency = "EUR"
time_zone = "Europe/Berlin"
phone_region = "DE"

[[team]]
key = "maya"
name = "Maya"
email = "maya@northlight.example"
role = "owner"

[[team]]
key = "ines"
name = "Inés"
email = "ines@smith.example"
role = "viewer"
client = "smith"

[[label]]
key = "vip"
name = "VIP"
colour = "#7c3aed"

[[client]]
key = "smith"
name = "The Smithy"
domain = "smith.example"
notes = "Gates and hinges."

[[client.campaign]]
key = "gates"
name = "Gates"
"""

CLIENT = """
[[conversation]]
key = "first"
channel = "email"
campaign = "gates"
subject = "A gate"
lead = { name = "Ada", email = "ada@mill.example", phone = "030 23125 001" }
labels = ["vip"]
assignee = "maya"
status = "active"
unread = true

[[conversation.message]]
from = "maya"
day = -2
time = "09:00"
body = "Which gate?"

[[conversation.message]]
from = "lead"
hours_ago = 3
body = "The one that sings."
corrected_intent = "interested"

[conversation.deal]
title = "Gate"
stage = "new"
value = 90000
currency = "EUR"
owner = "maya"
notes = "Oil it?"

[[conversation.follow_up]]
in_days = 1
time = "10:00"
note = "Ring Ada"
owner = "maya"

[[contact]]
name = "Ben"
phone = "+44 20 7946 0001"
"""

WRONG_IN_WORKSPACE = {
    "an unknown plan": ('"max"', '"gold"', "workspace: plan is 'gold', not one of free, pro, max, enterprise"),
    "no such zone": ("Europe/Berlin", "Europe/Bielefeld", "workspace: time_zone is 'Europe/Bielefeld'"),
    "no such currency": ('currency = "EUR"', 'currency = "XYZ"', "workspace: currency XYZ is not known"),
    "a field too many": ('phone_region = "DE"', 'phone_region = "DE"\nfax = "1"', "workspace: fax is not a field"),
    "a member twice": ('key = "ines"', 'key = "maya"', "team 'maya' stands there twice"),
    "a real address": ("maya@northlight.example", "maya@northlight.com", "'maya': email maya@northlight.com does not"),
    "a real domain": ('domain = "smith.example"', 'domain = "smith.com"', "domain smith.com does not end in .example"),
    "a viewer of nothing": ('client = "smith"', "", "team 'ines': client belongs to a client viewer"),
    "a viewer of nobody": ('client = "smith"', 'client = "jones"', "team 'ines': client 'jones' is not one of smith"),
    "a colour by name": ("#7c3aed", "violet", "label 'vip': colour is 'violet', not a colour like"),
    "not TOML": ("[workspace]", "[workspace", "not valid TOML"),
}

WRONG_IN_CLIENT = {
    "an unknown channel": ('"email"\ncam', '"fax"\ncam', "conversation 'first': channel is 'fax'"),
    "an unknown campaign": ('"gates"', '"doors"', "conversation 'first': campaign 'doors' is not one of gates"),
    "an unknown label": ('["vip"]', '["VIP"]', "conversation 'first': labels 'VIP' is not one of vip"),
    "an unknown assignee": ('assignee = "maya"', 'assignee = "eve"', "assignee 'eve' is not one of maya"),
    "a viewer who writes": ('from = "maya"', 'from = "ines"', "from 'ines' is not one of lead, maya"),
    "a reason without a loss": (
        'notes = "Oil',
        'lost_reason = "x"\nnotes = "Oil',
        "deal: lost_reason belongs to a lost deal",
    ),
    "a mail without subject": ('subject = "A gate"', "", "conversation 'first': subject is missing"),
    "an SMS with a subject": ('"email"\ncam', '"sms"\ncam', "conversation 'first': subject is not a field"),
    "nobody to reach": ('phone = "+44 20 7946 0001"', "", "contact 'Ben': email or phone is needed"),
    "an impossible phone": ("+44 20 7946 0001", "+44 1", "contact 'Ben': phone +44 1 is not a possible number"),
    "no phone at all": ("+44 20 7946 0001", "ring me", "contact 'Ben': phone ring me is not a possible number"),
    "one address, two people": ("+44 20 7946 0001", "030 23125 001", "030 23125 001 belongs to Ada and to Ben"),
    "a message from today": ("day = -2", "day = 0", "message 1: day must be before today"),
    "a message at no time": ("hours_ago = 3", "", "message 2: hours_ago or else day and time"),
    "a message at two times": ("hours_ago = 3", "hours_ago = 3\nday = -1", "message 2: hours_ago or else day and time"),
    "a message from the future": ("hours_ago = 3", "hours_ago = -3", "message 2: hours_ago must be above 0"),
    "the hour of changing clocks": ('"09:00"', '"02:30"', "message 1: time lies between 01:00 and 04:00"),
    "no time of day": ('"09:00"', '"9 o\'clock"', 'message 1: time is "9 o\'clock", not a time like 09:14'),
    "messages out of order": ('-2\ntime = "09:00"', '-1\ntime = "21:00"', "message 2 does not always come after"),
    "an unknown intent": ('"interested"', '"keen"', "message 2: corrected_intent is 'keen'"),
    "a date that is none": ("Which gate?", "By {{soon}}?", "message 1: body holds a date that is not written like"),
    "an empty message": ("Which gate?", " ", "message 1: body must not be empty"),
    "a snooze without end": ('"active"', '"snoozed"', "snoozed_for_days is a number from 1"),
    "a correction of ourselves": (
        'from = "lead"',
        'from = "maya"',
        "corrected_intent belongs to a message from the lead",
    ),
    "an unknown stage": ('"new"', '"hot"', "deal: stage is 'hot'"),
    "money in fractions": ("90000", "900.00", "deal: value must be a whole number"),
    "money that is none": ("90000", "true", "deal: value must be a whole number"),
    "money owed": ("90000", "-1", "deal: value must not be negative"),
    "a lost deal without reason": ('"new"', '"lost"', "deal: lost_reason belongs to a lost deal"),
    "a promise of nobody": ('note = "Ring Ada"\nowner = "maya"', 'note = "Ring"\nowner = "x"', "follow_up owner 'x'"),
    "a delivery of theirs": (
        'corrected_intent = "interested"',
        'delivery = { state = "read" }',
        "message 2: delivery belongs to a message of ours",
    ),
    "a note of nobody": (
        "[conversation.deal]",
        '[[conversation.note]]\nfrom = "eve"\nhours_ago = 1\nbody = "Psst"\n[conversation.deal]',
        "note from 'eve' is not one of maya",
    ),
    "a prospect from today": (
        "[[contact]]",
        """[[prospect]]
day = 0
time = "09:00"
person = { email = "cy@mill.example" }
deal = { title = "Gate", stage = "new", value = 1, currency = "EUR", owner = "maya" }
[[contact]]""",
        "prospect 1: day must be before today",
    ),
    "an empty file": (
        'corrected_intent = "interested"',
        'attachments = [{ name = "a.txt", content_type = "text/plain" }]',
        "attachments 'a.txt': text or else base64 must say what is in it",
    ),
    "a stray table": ("[[contact]]", "[[kontakt]]", "kontakt is not a field of this table"),
}


def write(folder: Path, workspace: str = WORKSPACE, client: str = CLIENT) -> Path:
    (folder / "workspace.toml").write_text(workspace, encoding="utf-8")
    (folder / "smith.toml").write_text(client, encoding="utf-8")
    return folder


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_the_small_script_of_these_tests_is_sound(tmp_path: Path) -> None:
    script = read(write(tmp_path))
    (conversation,) = script.conversations
    assert (conversation.key, conversation.lead.name, conversation.messages[1].sender) == ("first", "Ada", "lead")
    assert conversation.deal is not None
    assert conversation.deal.value == 90000


@pytest.mark.parametrize(("old", "new", "words"), WRONG_IN_WORKSPACE.values(), ids=list(WRONG_IN_WORKSPACE))
def test_a_mistake_in_the_workspace_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(ScriptError) as refusal:
        read(write(tmp_path, workspace=changed(WORKSPACE, old, new)))
    assert str(refusal.value).startswith("workspace.toml: ")
    assert words in str(refusal.value)


@pytest.mark.parametrize(("old", "new", "words"), WRONG_IN_CLIENT.values(), ids=list(WRONG_IN_CLIENT))
def test_a_mistake_in_a_clients_file_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(ScriptError) as refusal:
        read(write(tmp_path, client=changed(CLIENT, old, new)))
    assert str(refusal.value).startswith("smith.toml: ")
    assert words in str(refusal.value)


def test_a_conversation_told_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="conversation 'first' stands there twice"):
        read(write(tmp_path, client=CLIENT + CLIENT.partition("[[contact]]")[0]))


def test_unread_needs_a_last_message_from_the_lead(tmp_path: Path) -> None:
    ours = changed(changed(CLIENT, 'from = "lead"', 'from = "maya"'), 'corrected_intent = "interested"', "")
    with pytest.raises(
        ScriptError, match=r"smith\.toml: conversation 'first': unread needs a last message from the lead"
    ):
        read(write(tmp_path, client=ours))


def test_a_missing_file_of_a_client_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "smith.toml").unlink()
    with pytest.raises(ScriptError, match=r"smith\.toml: there is no such file"):
        read(tmp_path)
