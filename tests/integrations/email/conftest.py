"""The servers, started once for all, and an account on them that nobody else has."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from accounts.models import Workspace
from tests.integrations.email.dovecot import Dovecot, start
from tests.integrations.email.house import House
from tests.integrations.email.post import Post


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of this machine, signed by itself; and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("mail.test"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    made = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture(scope="session")
def dovecot(certificate: tuple[Path, Path]) -> Iterator[Dovecot]:
    # Not among pytest's own folders, which are closed to everybody else: started as root, the mailboxes are nobody's.
    with TemporaryDirectory(prefix="parley-dovecot-", ignore_cleanup_errors=True) as folder:
        server, process = start(Path(folder), *certificate)
        yield server
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def running_post(tmp_path_factory: pytest.TempPathFactory, certificate: tuple[Path, Path]) -> Iterator[Post]:
    server = Post(tmp_path_factory.mktemp("post"), *certificate)
    yield server
    server.process.terminate()
    server.process.wait(20)


@pytest.fixture
def post(running_post: Post) -> Post:
    running_post.empty()
    return running_post


@pytest.fixture
def house(workspace: Workspace, dovecot: Dovecot, post: Post) -> House:
    """Acme's mail account, connected, with a mailbox in which nothing lies."""
    return House.of(workspace, dovecot, post)
