from inbox.mail.parse import parse
from inbox.mail.threads import ancestors


def mail(headers: str) -> bytes:
    return f"From: a@x\nMessage-ID: <me@x>\n{headers}\n\nhi".encode()


def test_what_a_mail_answers_comes_before_its_references_from_the_newest_back() -> None:
    read = parse(mail("In-Reply-To: <parent@x>\nReferences: <root@x> <grand@x> <parent@x>"))
    assert ancestors(read) == ("parent@x", "grand@x", "root@x")


def test_a_mail_is_not_its_own_ancestor() -> None:
    assert ancestors(parse(mail("In-Reply-To: <me@x>\nReferences: <root@x> <me@x>"))) == ("root@x",)


def test_a_first_mail_has_no_ancestors() -> None:
    assert ancestors(parse(mail("X-Other: 1"))) == ()
