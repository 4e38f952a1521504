"""axe finds nothing on the pages that run an agency, and none scrolls sideways, from a phone to a wide screen."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Membership, Workspace
from activity.models import Event
from clients.models import Client
from deals.models import Deal
from inbox.intents.learning.models import LearnedModel, ShadowTag
from inbox.models import Conversation, Message
from reports import saved, shared
from reports.registry import REPORTS
from tests.cast import acting
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, scan, violations
from webhooks import endpoints
from webhooks.models import Attempt, Delivery, Endpoint

pytestmark = pytest.mark.browser
MIDDLE = {"width": 820, "height": 1180}
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
# What depends on which parts are shown and how they lie. All the rest is asked on a wide and on a narrow screen.
LAID_OUT = [
    "target-size", "scrollable-region-focusable", "link-name", "button-name", "label", "select-name", "heading-order",
    "landmark-unique", "aria-hidden-focus", "page-has-heading-one",
]  # fmt: skip


def at_three_widths(page: Page) -> list[str]:
    """What axe finds as the page becomes narrower and wide again, and whether it scrolls sideways then."""
    found = []
    for size in (WIDE, MIDDLE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found += scan(page, {"type": "rule", "values": LAID_OUT}) if size is MIDDLE else violations(page)
        if page.evaluate(SIDEWAYS):
            found.append(f"{page.url} scrolls sideways at {size['width']}")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return found


@pytest.fixture
def told(owner: Membership, priya: Conversation) -> Delivery:
    """A webhook endpoint that is failing, and what it was told."""
    endpoint = endpoints.create(
        actor=acting(owner), url="https://hooks.example.com/a/rather/long/address?that=goes-on-and-on-and-on",
        types=["deal.won", "message.received"],
    )  # fmt: skip
    Endpoint.objects.update(failing_since=timezone.now())
    delivery = Delivery.objects.create(
        workspace=owner.workspace, endpoint=endpoint, type="message.received", due_at=timezone.now(), status=500,
        event=Event.objects.filter(type="message.received").latest("sequence"), last_error="It answered 500.",
    )  # fmt: skip
    Attempt.objects.create(workspace=owner.workspace, delivery=delivery, status=500, words="Oh no", milliseconds=12)
    return delivery


@pytest.fixture
def learned(owner: Membership, priya: Conversation) -> LearnedModel:
    """A model that learned from corrections, and has judged the past."""
    counts = {"question>booking": 1, "alike": 4, "look_before": 2, "look_after": 1, "acts_after": 1}
    figures = {
        "macro_f1": 0.91, "low": 0.9, "high": 0.92, "accuracy": 0.9, "brier": 0.14, "sure": 0.9, "sure_right": 0.95,
        "written": 3682, "corrected": 12, "right": 9, "right_shipped": 5,
    }  # fmt: skip
    model = LearnedModel.objects.create(
        workspace=owner.workspace, member=owner, version="local-0123456789ab", features=2, due_at=timezone.now(),
        state="done", content=b"-", figures=figures, counts=counts, judged=5, total=5,
    )  # fmt: skip
    message = Message.objects.filter(conversation=priya, direction="inbound").latest("pk")
    ShadowTag.objects.create(
        workspace=owner.workspace, model=model, message=message, was="question", was_confidence=0.9, intent="booking",
        confidence=0.8, acts_now=True,
    )  # fmt: skip
    return model


def test_every_page_passes(
    opens: Opens, owner: Membership, harbour: Client, bread: Deal, told: Delivery, learned: LearnedModel
) -> None:
    actor, hook = acting(owner), f"/settings/webhooks/{told.endpoint_id}"
    kept = saved.save(actor=actor, report="speed", name="Every Monday", query="span=30d")
    links = [
        shared.share(actor=actor, client=harbour, report=REPORTS[key], query="")[1] for key in ("pipeline", "board")
    ]
    page = opens(owner, "/settings/webhooks", **STILL)
    home, found = page.url.removesuffix("/settings/webhooks"), []
    for path in (
        "/settings/webhooks", hook, f"{hook}/deliveries/{told.pk}", f"/settings/intents/models/{learned.pk}",
        "/settings/api-keys", "/settings/suppression", "/settings/hours", "/settings/plan", "/settings/automations",
        f"/clients/{harbour.pk}/delete", f"/reports/saved/{kept.pk}/mails", "/reports/saved", "/reports/links",
        *(f"/shared/reports/{token}" for token in links),
    ):  # fmt: skip
        page.goto(home + path)
        found += at_three_widths(page)
    Workspace.objects.update(requires_second_step=True)
    page.goto(home + "/inbox")  # is led to set one up first
    page.get_by_role("heading", level=1, name="second step").wait_for()
    found += at_three_widths(page)
    assert found == []


def test_an_endpoint_is_made_tried_and_deleted_by_keyboard_alone(opens: Opens, owner: Membership) -> None:
    page = opens(owner, "/settings/webhooks")
    page.get_by_role("textbox", name="Address").press_sequentially("http://127.0.0.1:9/hook")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send a test").press("Enter")
    page.get_by_text("It does not work.").wait_for()
    page.get_by_role("button", name="Show the signing secret").press("Enter")
    secret = page.get_by_role("textbox", name="Signing secret").input_value()
    assert secret == Endpoint.objects.get().secrets["secret"]
    page.get_by_role("link", name="Done").press("Enter")
    page.get_by_text("Delete it", exact=True).press("Enter")
    page.get_by_role("button", name="Delete this endpoint").press("Enter")
    page.get_by_text("None yet.").wait_for()
    assert not Endpoint.objects.exists()
