"""Opening a workspace and letting people in."""

import pytest

from accounts.models import Membership, User, Workspace
from accounts.people import create_workspace, join
from crm.errors import Conflict, Invalid
from tests.crowd import times

PASSWORD = "a long enough password"


def test_a_workspace_opens_empty(db: None) -> None:
    made = create_workspace(name="Acme", slug="acme", plan="max", currency="INR", time_zone="Asia/Kolkata", region="IN")
    made.refresh_from_db()
    assert (made.name, made.slug, made.plan, made.currency, made.time_zone, made.region) == (
        "Acme", "acme", "max", "INR", "Asia/Kolkata", "IN"
    )  # fmt: skip
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Not a slug"), ("slug", ""), ("slug", "x" * 61), ("currency", "EURO"), ("currency", "eur"),
        ("time_zone", "Mars/Olympus"), ("time_zone", ""), ("time_zone", "../etc/passwd"),
        ("region", "XX"), ("region", "de"),
        ("plan", "gold"), ("name", ""), ("name", "n" * 201),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_under_its_field(db: None, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_workspace(**{"name": "Acme", "slug": "acme", field: value})
    assert list(refused.value.fields) == [field]
    assert not Workspace.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_slug_is_taken_once_however_many_want_it() -> None:
    answers = times(6, lambda: create_workspace(name="Acme", slug="acme"))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 5
    assert Workspace.objects.count() == 1


def test_somebody_new_becomes_a_user_and_a_member(workspace: Workspace) -> None:
    member = join(workspace=workspace, email="Anna@Example.com", name="Anna", password=PASSWORD)
    assert (member.role, member.all_clients, member.user.email) == ("agent", True, "anna@example.com")
    assert User.objects.get().check_password(PASSWORD)


def test_somebody_who_is_a_user_already_keeps_name_and_password(workspace: Workspace, outsider: Membership) -> None:
    before = outsider.user.password
    member = join(workspace=workspace, email=outsider.user.email.upper(), name="Else", password="another password")
    assert member.user == outsider.user
    assert User.objects.get(pk=outsider.user_id).password == before
    assert User.objects.get(pk=outsider.user_id).name == "Otto Outsider"


def test_nobody_joins_twice(workspace: Workspace, agent: Membership) -> None:
    with pytest.raises(Conflict) as refused:
        join(workspace=workspace, email=agent.user.email, name="Again")
    assert refused.value.code == "already_exists"
    assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_invited_many_times_at_once_is_one_user_and_one_member(workspace: Workspace) -> None:
    answers = times(6, lambda: join(workspace=workspace, email="anna@example.com", name="Anna"))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 5
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)


def test_a_viewer_sees_no_client_until_one_is_named(workspace: Workspace) -> None:
    member = join(workspace=workspace, email="hal@example.com", name="Hal", role="viewer")
    assert (member.all_clients, member.client_access.count()) == (False, 0)


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("email", {"email": "anna"}),
        ("email", {"email": ""}),
        ("password", {"password": "short"}),
        ("password", {"password": "password1234"}),
        ("role", {"role": "emperor"}),
    ],
)
def test_who_cannot_be_let_in_is_refused(workspace: Workspace, field: str, how: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        join(**{"workspace": workspace, "email": "anna@example.com", "name": "Anna", **how})  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
    assert not User.objects.exists()
