"""Whatever arrives: an answer or `BrokenMail`, and only text that the database can hold."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.mail.html import sanitise, to_text
from inbox.mail.parse import BrokenMail, ParsedMail, heading, parse
from inbox.mail.quoting import new_text, split
from tests.inbox.mail.fixture import OURS, cpythons

SEEDS = [path.read_bytes() for path in [*OURS, *cpythons()]]
SPLINTERS = [
    b"\0", b'"', b"\xff\xfe", b"\xed\xa0\x80", b"=?x?q?", b"?=", b";", b"*0*=", b"\n", b"\n\n", b"\r", b"<", b"(",
    b"--", b' charset="hex"', b" charset*=idna''x", b"; filename*0*=a\0''x; filename*=y", b"From: a@b\n",
    b"Content-Type:",
    b"multipart/mixed; boundary=", b"base64", b"x-uuencode", b"message/rfc822", b" format=flowed; delsp=yes",
]  # fmt: skip


def texts(mail: ParsedMail) -> list[str]:
    people = (mail.sender, *mail.reply_to, *mail.to, *mail.cc)
    return [
        *(mail.message_id, mail.subject, mail.text, mail.html, *mail.in_reply_to, *mail.references, *mail.defects),
        *(text for person in people for text in (person.name, person.email)),
        *(text for header in mail.headers for text in header),
        *(text for file in mail.attachments for text in (file.name, file.content_type, file.content_id)),
    ]


def take(raw: bytes) -> None:
    try:
        mail = parse(raw)
    except BrokenMail:
        return
    for text in texts(mail):
        assert "\0" not in text
        text.encode("utf-8")
    assert mail.date is None or mail.date.utcoffset() is not None
    head = heading(raw)
    assert (head.message_id, head.in_reply_to, head.references) == (mail.message_id, mail.in_reply_to, mail.references)
    assert mail.date == (head.dates[0] if head.dates else None)
    divided = split(mail.text)
    assert divided.new + divided.quoted == mail.text
    new_text(mail.text)
    sanitise(mail.html)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, len(raw)))
        end = start + draw(st.integers(0, 20))
        raw[start:end] = draw(st.sampled_from(SPLINTERS) | st.binary(max_size=4))
    return bytes(raw)


@settings(max_examples=300)
@given(st.binary(max_size=2000))
def test_random_bytes_are_taken_or_refused(raw: bytes) -> None:
    take(raw)
    take(b"From: a@example.com\n" + raw)


@settings(max_examples=500)
@given(mutations())
def test_mutated_mails_are_taken_or_refused(raw: bytes) -> None:
    take(raw)


@settings(max_examples=200)
@given(st.text())
def test_any_text_is_split_and_any_html_read(text: str) -> None:
    divided = split(text)
    assert divided.new + divided.quoted == text
    assert new_text(text) or not text.strip()
    assert "<script" not in sanitise(text)
    to_text(text)


@pytest.mark.parametrize("path", [*OURS, *cpythons()], ids=lambda path: path.name)
def test_every_known_mail_is_taken_or_refused(path: Path) -> None:
    take(path.read_bytes())


def test_of_cpythons_mails_those_with_a_sender_are_taken() -> None:
    refused = set()
    for path in cpythons():
        try:
            parse(path.read_bytes())
        except BrokenMail as broken:
            refused.add((path.name, broken.reason))
    without_sender = {f"msg_{number}.txt" for number in ("05", "11", "18", "37", "38", "39", "40", "43")}
    expected = {(name, "This mail does not say who sent it.") for name in without_sender}
    expected |= {("msg_19.txt", "This is not a mail: it does not begin with headers.")}
    assert refused <= expected
    assert len(OURS) == 13
