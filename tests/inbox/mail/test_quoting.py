import time

import pytest

from inbox.mail.quoting import Split, new_text, split

REPLIES = {
    "gmail": (
        "Yes, Tuesday works.",
        "\n\nOn Mon, Jun 3, 2024 at 10:15 AM Bob <bob@x.example> wrote:\n\n> Does Tuesday work?\n> Bob\n",
    ),
    "gmail, its header folded": (
        "Yes.",
        "\r\n\r\nOn Mon, Jun 3, 2024 at 10:15 AM Bob Verylong <\r\nbob.verylong@x.example> wrote:\r\n\r\n> Does?\r\n",
    ),
    "gmail in french": ("Oui", "\n\nlun. 3 juin 2024, 10:15 Bob <b@x.fr> a écrit :\n\n> Mardi ?\n"),
    "gmail in spanish": (
        "De acuerdo.",
        "\n\nSaludos,\nAna\n\nEl lun, 3 jun 2024 a las 10:15, Bob (<b@x.es>) escribió:\n\n> Hola\n",
    ),
    "gmail in portuguese": ("Fechado!", "\n\nEm seg., 3 de jun. de 2024 às 10:15, Bob <b@x.br> escreveu:\n\n> Oi\n"),
    "gmail in italian": ("Va bene.", "\n\nIl giorno lun 3 giu 2024 alle ore 10:15 B <b@x.it> ha scritto:\n\n> Ciao\n"),
    "gmail in dutch": ("Prima.", "\n\nOp ma 3 jun 2024 om 10:15 schreef Bob <b@x.nl>:\n\n> Hoi\n"),
    "gmail in japanese": ("はい。", "\n\n2024年6月3日(月) 10:15 Bob <b@x.jp>:\n\n> hi\n"),
    "outlook": (
        "Sounds good.",
        (
            "\n\nBest regards,\nAnn Lee\n+49 30 1234\n\n________________________________\nFrom: Bob <b@x>\n"
            "Sent: Monday, June 3, 2024 10:15 AM\nTo: Ann\nSubject: Offer\n\nHi Ann,\nas promised.\n"
        ),
    ),
    "outlook in german": (
        "Klingt gut.",
        (
            "\n\nMit freundlichen Grüßen\nAnn Lee\n\nVon: Bob <b@x>\nGesendet: Montag, 3. Juni 2024 10:15\n"
            "An: Ann\nBetreff: Angebot\n\nHallo"
        ),
    ),
    "outlook in french": (
        "C'est parfait.",
        "\n\nCordialement,\nAnne\n\nDe\xa0: Bob <b@x>\nEnvoyé\xa0: lundi 3 juin 2024\nÀ\xa0: A\nObjet\xa0: Offre\n\nB",
    ),
    "outlook in portuguese": ("Ok.", "\n\nDe: Bob <b@x>\nEnviada em: segunda\nPara: Ana\nAssunto: Oferta\n\nOi"),
    "old outlook in german": ("Ja.", "\n\n-----Ursprüngliche Nachricht-----\nVon: Bob\nGesendet: x\nAn: y\n\nHallo"),
    "apple mail": ("Great!", "\n\nSent from my iPhone\n\n> On 3 Jun 2024, at 10:15, Bob <b@x> wrote:\n> \n> Hi\n"),
    "apple mail in german": (
        "Gern.",
        "\n\nVon meinem iPhone gesendet\n\n> Am 03.06.2024 um 10:15 schrieb B <b@x>:\n> Hi",
    ),
    "yahoo": ("Fine.", "\n\n    On Monday, June 3, 2024 at 10:15:22 AM GMT+2, Bob <b@x> wrote:  \n \n Hi Ann\n"),
    "a mailing list": ("Yes.", "\n\nOn 3 Jun 2024, Bob wrote:\n> q\n_______________________\nA list\nlist@x.example\n"),
    "a forward": (
        "For you.",
        "\n\n---------- Forwarded message ---------\nFrom: a\nDate: b\nSubject: c\nTo: d\n\nHello",
    ),
}


@pytest.mark.parametrize("program", REPLIES)
def test_the_new_text_of_a_reply_is_what_was_written_above(program: str) -> None:
    new, rest = REPLIES[program]
    assert new_text(new + rest) == new


@pytest.mark.parametrize("program", REPLIES)
def test_new_and_quoted_are_the_body_in_order(program: str) -> None:
    body = "".join(REPLIES[program])
    divided = split(body)
    assert divided.new + divided.quoted == body
    assert divided.quoted.strip()


def test_a_signature_stays_visible_when_the_history_is_folded() -> None:
    assert split("Yes.\n\nBest regards,\nAnn\n\nOn 3 Jun 2024, Bob wrote:\n> q\n") == Split(
        "Yes.\n\nBest regards,\nAnn\n\n", "On 3 Jun 2024, Bob wrote:\n> q\n"
    )


def test_answers_below_and_between_quotes_are_new_and_nothing_is_folded() -> None:
    body = "Am 03.06.24 um 10:15 schrieb Bob:\n> Passt Dienstag?\n\nJa.\n\n> Und der Preis?\n\n300 Euro.\n\n-- \nAnn\n"
    assert split(body) == Split(body, "")
    assert new_text(body) == "Ja.\n\n\n300 Euro."


@pytest.mark.parametrize("body", ["> a\n> b", "Thanks,\nBob", "Sent from my iPhone", "-- \nAnn", "> only\n\n> quotes"])
def test_where_nothing_would_be_left_the_whole_is_the_text(body: str) -> None:
    assert new_text(body) == body
    assert split(body) == Split(body, "")


@pytest.mark.parametrize(
    "body",
    [
        "Data: 500 rows\nDo: send them\n\nOk?",
        "Please send:\n- price\n- terms\n\nThanks, that would help me.\nBob",
        "Take Tuesday.\nTak for it, we can come at 10.",
        "Yesterday Bob wrote this:\nbuy 3 pieces\nok?",
        "Hello Ann,\nThanks,\nwe will take the big one. When can you deliver?",
        "From: the heart\nI write to you.",
        "Important note: please mail me the contract.",
    ],
)
def test_what_only_looks_like_a_quote_or_a_signature_stays(body: str) -> None:
    assert new_text(body) == body


@pytest.mark.parametrize(
    "footer",
    [
        "-- \nAnn Lee\nAcme",
        "--\nAnn Lee. We are hiring.",
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Gesendet von meinem Samsung Galaxy",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Kind regards\nAnn Lee\nTel. +44 20 1234",
        "Viele Grüße aus Köln\nAnn",
        "Atenciosamente,\nAna",
        "This e-mail and any attachments are confidential. If you are not the intended recipient, delete it.",
        "Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt.",
        "Ce message est confidentiel et destiné à son destinataire.",
    ],
)
def test_signatures_footers_and_disclaimers_are_not_new_text(footer: str) -> None:
    assert new_text(f"We take it.\n\n{footer}\n") == "We take it."


def test_a_gateways_warning_on_top_is_not_new_text() -> None:
    assert new_text("CAUTION: This email originated from outside the organization.\n\nWe take it.") == "We take it."


def test_a_long_text_without_quotes_is_not_folded() -> None:
    body = "a line\n" * 20_000
    assert split(body) == Split(body, "")


ENDLESS = {
    "one line of marks": ">" * 1_000_000,
    "lines of marks": ">\n" * 500_000,
    "quoted lines": "> x\n" * 250_000,
    "headers": "On Mon, 3 Jun 2024, Bob wrote:\n" * 32_000,
    "headers in one line": "On Mon, 3 Jun 2024, Bob wrote: " * 32_000,
    "headers that never end": ("On " * 66 + "\n") * 5_000,
    "headers that nearly end": (("On " * 66 + "\n") * 3 + "x:\n") * 1_600,
    "fields": "From: x\n" * 120_000,
    "closings": "Thanks,\n" * 120_000,
    "disclaimers": "this e-mail " * 80_000,
    "blank lines": "\n" * 1_000_000,
}


@pytest.mark.parametrize("shape", ENDLESS)
def test_a_megabyte_of_anything_is_read_in_seconds(shape: str) -> None:
    body = ENDLESS[shape]
    began = time.process_time()
    divided = split(body)
    new_text(body)
    assert time.process_time() - began < 10  # seen: 2.6 s for the worst, under 0.3 s for all others
    assert divided.new + divided.quoted == body
