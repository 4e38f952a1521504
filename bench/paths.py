"""The hot paths: what people and programs ask for all day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from django.http import QueryDict
from django.utils import timezone

from accounts.actors import person
from bench.filling import COMMON, RARE, Side
from crm.api.paging import Order, Paging
from crm.pages.keyset import stretch
from inbox import queries
from inbox.models import Conversation

API = "/api/v1/crm"


@dataclass(frozen=True)
class Path:
    """htmx: asked for as the page's own scripts do, which swap one part in."""

    name: str
    url: Callable[[Side], str]
    htmx: bool = False


def _fixed(url: str) -> Callable[[Side], str]:
    return lambda _: url


def _deep_in_the_list(side: Side) -> str:
    rows = _in_the_middle(side)
    return f"/inbox?split=all&more={quote(stretch(rows, by='sorted_at', mark='', length=1).more)}"


def _deep_in_the_api(side: Side) -> str:
    page = Paging(order=Order("sorted_at")).page(_in_the_middle(side), QueryDict("cursor=&per_page=1"))
    return f"{API}/conversations?cursor={page.pagination['next_cursor']}"


def _in_the_middle(side: Side) -> queries.Rows:
    rows: queries.Rows = Conversation.objects.visible_to(person(side.member))
    ends = [rows.order_by(order).values_list("sorted_at", flat=True)[0] for order in ("sorted_at", "-sorted_at")]
    return rows.filter(sorted_at__lte=ends[0] + (ends[1] - ends[0]) / 2)


def _since_an_hour(side: Side) -> str:
    return f"{API}/conversations?cursor=&updated_after={quote((timezone.now() - timedelta(hours=1)).isoformat())}"


PATHS = [
    Path("An empty list (what every page costs)", _fixed("/contacts?search=nobodyatall")),
    *(Path(f"Inbox, {name}", _fixed(f"/inbox?split={key}")) for key, (name, _) in queries.SPLITS.items()),
    Path("Inbox, one client", lambda side: f"/inbox?split=all&client={side.client.pk}"),
    Path("Inbox, one channel", _fixed("/inbox?split=all&channel=whatsapp")),
    Path("Inbox, one intent", _fixed("/inbox?split=all&intent=booking")),
    Path("Inbox, one label", lambda side: f"/inbox?split=all&label={side.label.pk}"),
    Path("Inbox, mine", lambda side: f"/inbox?split=all&assigned_to={side.member.pk}"),
    Path("Inbox, deep in the list", _deep_in_the_list, htmx=True),
    Path("Inbox, search, rare word", _fixed(f"/inbox?split=all&search={RARE}")),
    Path("Inbox, search, common word", _fixed(f"/inbox?split=all&search={COMMON}")),
    Path("Longest thread, whole page", lambda side: f"/inbox/{side.id_of('conversation', 1)}"),
    Path("Longest thread, opened from the list", lambda side: f"/inbox/{side.id_of('conversation', 1)}", htmx=True),
    Path("Board", _fixed("/board")),
    Path("Board, one client", lambda side: f"/board?client={side.client.pk}"),
    Path("Board, a deal beside it", lambda side: f"/board/deals/{side.id_of('deal', 7)}", htmx=True),
    Path("Contacts", _fixed("/contacts")),
    Path("Contacts, search, a name", _fixed("/contacts?search=person+77")),
    Path("Contacts, search, every name", _fixed("/contacts?search=person")),
    Path("Contact", lambda side: f"/contacts/{side.id_of('contact', 7)}"),
    Path("Today", _fixed("/today")),
    Path("Search, rare word", _fixed(f"/search?q={RARE}")),
    Path("Search, common word", _fixed(f"/search?q={COMMON}")),
    Path("API, conversations by cursor", _fixed(f"{API}/conversations?cursor=")),
    Path("API, conversations, deep", _deep_in_the_api),
    Path("API, conversations, changed since", _since_an_hour),
    Path("API, deals by cursor", _fixed(f"{API}/deals?cursor=")),
    Path("API, contacts by cursor", _fixed(f"{API}/contacts?cursor=")),
]
