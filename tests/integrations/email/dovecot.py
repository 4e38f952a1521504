"""A Dovecot of our own: a configuration and mailboxes in one folder, on ports of 127.0.0.1, as root or not."""

import getpass
import grp
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imap_tools import BaseMailBox, MailBoxUnencrypted

from crm.boot.children import end_with_parent
from tests.ports import free_port

PASSWORD = "correct-horse"
PATIENCE = 30
# Where no mailbox may belong to root, it belongs to nobody.
NOBODY = 65534

CONFIG = """
protocols = imap
base_dir = {run}
state_dir = {state}
log_path = {folder}/dovecot.log
login_log_format_elements = user=<%u>
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_fsync = never
mail_location = sdbox:{mail}/%u
mailbox_list_index = yes
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Archive {{
    auto = create
    special_use = \\Archive
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
# Without it, each wrong password of one test would have the next test wait.
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    folder: Path
    port: int
    tls_port: int
    certificate: Path

    @contextmanager
    def mailbox(self, user: str) -> Iterator[BaseMailBox]:
        with MailBoxUnencrypted("127.0.0.1", port=self.port).login(user, PASSWORD) as box:
            yield box

    def deliver(
        self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime | None = None, seen: bool = False
    ) -> None:
        """As a mail server puts them there; `at`: when they arrived."""
        with self.mailbox(user) as box:
            for mail in mails:
                box.append(mail, folder, dt=at, flag_set=["\\Seen"] if seen else None)

    def says(self) -> str:
        return (self.folder / "dovecot.log").read_text()


def start(folder: Path, certificate: Path, key: Path) -> tuple[Dovecot, subprocess.Popen[bytes]]:
    root = os.geteuid() == 0
    mail = folder / "mail"
    mail.mkdir(parents=True)
    if root:
        os.chown(mail, NOBODY, NOBODY)
        folder.chmod(0o711)  # whoever the mailboxes belong to has to reach them
    me, my_group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    server = Dovecot(folder, free_port(), free_port(), certificate)
    (folder / "dovecot.conf").write_text(
        CONFIG.format(
            folder=folder, run=folder / "run", state=folder / "state", mail=mail, password=PASSWORD,
            certificate=certificate, key=key, port=server.port, tls_port=server.tls_port,
            internal="dovecot" if root else me, internal_group="dovecot" if root else my_group,
            login="dovenull" if root else me,
            uid=NOBODY if root else os.geteuid(), gid=NOBODY if root else os.getegid(),
        )
    )  # fmt: skip
    program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or "dovecot"
    process = subprocess.Popen(
        [program, "-F", "-c", folder / "dovecot.conf"],
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    _wait_until_it_answers(server, process)
    return server, process


def _wait_until_it_answers(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
            if connection.recv(4):
                return
        time.sleep(0.02)
    raise AssertionError(f"Dovecot does not answer: {server.says()}")
