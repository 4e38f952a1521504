"""Reports of mail servers, as they write them."""

PRIYA = "priya@example.com"


def dsn(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <priya@example.com>: Recipient address rejected: User unknown",
    recipient: str = PRIYA,
    returned: str = "ours@acme.example",
    id: str = "dsn",
    more: str = "",
    date: str = "Mon, 5 Jun 2023 10:15:00 +0000",
) -> bytes:
    """Postfix's (RFC 3464). `returned`: the id of the mail that comes back with it; `more`: further fields."""
    fields = [f"Final-Recipient: rfc822; {recipient}" if recipient else "", f"Action: {action}", f"Status: {status}"]
    fields += [f"Diagnostic-Code: {said}" if said else "", more]
    original = f"Subject: Offer\r\nMessage-ID: <{returned}>\r\n" if returned else "Subject: Offer\r\n"
    lines = [
        "Return-Path: <>",
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)",
        "To: sales@acme.example",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        f"Date: {date}",
        f"Message-ID: <{id}@mx.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="R"',
        "",
        "--R",
        "Content-Type: text/plain",
        "",
        "This is the mail system at host mx.example.",
        "",
        f"<{recipient}>: the mail was not taken.",
        "--R",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "Arrival-Date: Mon, 5 Jun 2023 10:14:59 +0000",
        "",
        *(field for field in fields if field),
        "",
        "--R",
        "Content-Type: text/rfc822-headers",
        "",
        original,
        "--R--",
        "",
    ]
    return "\r\n".join(lines).encode()


QMAIL = b"""Return-Path: <>
From: MAILER-DAEMON@mx.example
To: sales@acme.example
Subject: failure notice
Date: Mon, 5 Jun 2023 10:15:00 +0000
Message-ID: <qmail@mx.example>

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<priya@example.com>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 No such user here
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <sales@acme.example>
Received: (qmail 1234 invoked by uid 0); 5 Jun 2023 10:14:59 -0000
From: sales@acme.example
To: priya@example.com
Message-ID: <ours@acme.example>
Subject: Offer

Here it is. Write to tom@example.com.
"""

EXIM = b"""Return-Path: <>
X-Failed-Recipients: priya@example.com
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: sales@acme.example
Subject: Mail delivery failed: returning message to sender
Date: Mon, 5 Jun 2023 10:15:00 +0000
Message-ID: <exim@mx.example>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  priya@example.com
    host mail.example.com [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<priya@example.com>:
    550 5.2.2 Mailbox is full

------ This is a copy of the message, including all the headers. ------

From: sales@acme.example
To: priya@example.com
Message-ID: <ours@acme.example>
Subject: Offer

Here it is.
"""

EXCHANGE = b"""Return-Path: <>
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mx.example>
To: sales@acme.example
Subject: Undeliverable: Offer
Date: Mon, 5 Jun 2023 10:15:00 +0000
Message-ID: <exchange@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="R"

--R
Content-Type: text/plain

Delivery has failed to these recipients or groups:

priya@example.com
The email address you entered couldn't be found.
--R
Content-Type: message/delivery-status

Reporting-MTA: dns;mx.example

Final-recipient: RFC822;priya@example.com
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 priya@example.com not found by SMTP address lookup

--R
Content-Type: message/rfc822

From: sales@acme.example
To: priya@example.com
Message-ID:
 <ours@acme.example>
Subject: Offer

Here it is.
--R--
"""

EXIM_WARNING = b"""Return-Path: <>
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: sales@acme.example
Subject: Warning: message 1q6abc-0001 delayed 24 hours
Date: Mon, 5 Jun 2023 10:15:00 +0000
Message-ID: <warning@mx.example>

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The address to which the message has not yet been delivered is:

  priya@example.com
    Delay reason: connection timed out

No action is required on your part. Delivery attempts will continue for some time.
"""

RECEIPT = b"""From: Priya <priya@example.com>
To: sales@acme.example
Subject: Read: Offer
Date: Mon, 5 Jun 2023 10:15:00 +0000
Message-ID: <receipt@example.com>
Content-Type: multipart/report; report-type=disposition-notification; boundary="R"

--R
Content-Type: text/plain

Your mail was displayed.
--R
Content-Type: message/disposition-notification

Final-Recipient: rfc822; priya@example.com
Original-Message-ID: <ours@acme.example>
Disposition: manual-action/MDN-sent-manually; displayed
--R--
"""
