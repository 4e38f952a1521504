"""The stand-in keeps vendors.md: what stands on it would prove nothing otherwise."""

import threading
from typing import Any

import httpx2
import pytest

from tests.integrations.kirim.stand_in import StandIn

PRIYA = "+6281234567890"


def call(kirim: StandIn, method: str, path: str, generation: str = "kckit", **how: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {kirim.api_key}", **how.pop("headers", {})}
    return httpx2.request(method, f"{kirim.base(generation)}{path}", headers=headers, **how)


@pytest.mark.parametrize(
    ("generation", "path", "status"),
    [
        ("kckit", "/contacts", 200),
        ("kckit", f"/{StandIn.phone_number_id}/contacts", 404),
        ("kirim", "/contacts", 404),
        ("kirim", f"/{StandIn.phone_number_id}/contacts", 200),
        ("kirimdev", f"/{StandIn.phone_number_id}/contacts", 200),
        ("kirimdev", "/999/contacts", 404),
        ("kirimdev", "/labels", 200),
    ],
)
def test_each_generation_has_its_paths(kirim: StandIn, generation: str, path: str, status: int) -> None:
    assert call(kirim, "GET", path, generation).status_code == status


def test_a_wrong_key_is_refused(kirim: StandIn) -> None:
    answer = call(kirim, "GET", "/contacts", headers={"Authorization": "Bearer no"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    assert answer.json()["error"]["request_id"].startswith("req_")


@pytest.mark.parametrize(("limit", "status"), [("1", 200), ("100", 200), ("0", 400), ("101", 400), ("x", 400)])
def test_a_limit_is_from_1_to_100(kirim: StandIn, limit: str, status: int) -> None:
    answer = call(kirim, "GET", f"/contacts?limit={limit}")
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["code"] == "invalid_limit"


def test_a_walk_by_cursor_neither_repeats_nor_skips_while_people_are_added(kirim: StandIn) -> None:
    kirim.many_contacts(7)
    seen: list[str] = []
    cursor = None
    while True:
        page = call(kirim, "GET", "/contacts", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [one["id"] for one in page["data"]]
        kirim.contact(f"+62819{len(seen):08}")
        if not page["has_more"]:
            break
        cursor = page["next_cursor"]
    assert (len(seen), len(set(seen))) == (7, 7)


def test_more_than_the_limit_is_told_to_wait(kirim: StandIn) -> None:
    kirim.arrange(limits={"reads": 2, "writes": 1})
    answers = [call(kirim, "GET", "/contacts") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert [one.headers.get("x-ratelimit-remaining") for one in answers[:2]] == ["1", "0"]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    assert call(kirim, "POST", "/contacts", json={"phone_number": PRIYA}).status_code == 201
    assert call(kirim, "POST", "/contacts", json={"phone_number": "+6281"}).status_code == 429


def test_an_idempotency_key_is_one_call(kirim: StandIn) -> None:
    def make(name: str) -> httpx2.Response:
        given = {"phone_number": PRIYA, "name": name}
        return call(kirim, "POST", "/contacts", json=given, headers={"Idempotency-Key": "k1"})

    first, again, other = make("Priya"), make("Priya"), make("Rudi")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["data"] == first.json()["data"]
    assert other.json()["error"]["code"] == "idempotency_key_reuse"


def test_while_a_call_runs_its_key_is_in_progress(kirim: StandIn) -> None:
    kirim.fails({"method": "POST", "hold": 0.6})
    given: dict[str, Any] = {"json": {"phone_number": PRIYA}, "headers": {"Idempotency-Key": "k1"}}
    first = threading.Thread(target=lambda: call(kirim, "POST", "/contacts", **dict(given)))
    first.start()
    while not kirim.asked("POST"):
        pass
    answer = call(kirim, "POST", "/contacts", **dict(given))
    first.join()
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_in_progress")


def test_free_text_only_within_24_hours(kirim: StandIn) -> None:
    text = {"to": PRIYA, "type": "text", "text": {"body": "Hi"}}
    assert call(kirim, "POST", "/messages", json=text).json()["error"]["code"] == "outside_24h_window"
    kirim.writes(PRIYA, "Halo")
    assert call(kirim, "POST", "/messages", json=text).status_code == 201
    newer = {**text, "messaging_product": "whatsapp"}
    assert call(kirim, "POST", "/messages", json=newer).status_code == 400, "the oldest generation omits it"
    path = f"/{StandIn.phone_number_id}/messages"
    assert call(kirim, "POST", path, "kirimdev", json=newer).status_code == 201
    assert call(kirim, "POST", path, "kirimdev", json=text).status_code == 400
    kirim.pass_time(24 * 3600 + 1)
    assert call(kirim, "POST", "/messages", json=text).json()["error"]["code"] == "outside_24h_window"


def test_bulk_labels_are_counted(kirim: StandIn) -> None:
    ids = [kirim.contact(f"+6281{number:08}")["id"] for number in range(3)]
    kirim.arrange(team_mismatch=[ids[0]])
    given = {"contact_ids": [*ids, "ctc_elsewhere"], "label_id": kirim.label("VIP")["id"], "operation": "attach"}
    answer = call(kirim, "POST", "/contacts/bulk_label", json=given).json()["data"]
    assert answer == {"applied": 2, "skipped_cross_org": 1, "skipped_team_mismatch": 1}
    given["contact_ids"] = ["x"] * 1001
    assert call(kirim, "POST", "/contacts/bulk_label", json=given).status_code == 400


@pytest.mark.parametrize(("cut", "made"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_or_after_the_work(kirim: StandIn, cut: str, made: int) -> None:
    kirim.fails({"method": "POST", "cut": cut})
    with pytest.raises(httpx2.HTTPError):
        call(kirim, "POST", "/contacts", json={"phone_number": PRIYA})
    assert len(kirim.state()["contacts"]) == made


def test_a_4xx_is_final_and_a_5xx_or_silence_is_tried_again(kirim: StandIn) -> None:
    kirim.arrange(target=f"{kirim.url}/kckit/v1/contacts")  # its own door, which takes no webhooks: 401
    kirim.event("kirim", "contact.created", {})
    assert [one["status"] for one in kirim.deliver()] == [401]
    assert len(kirim.state()["final"]) == 1
    kirim.arrange(target="http://127.0.0.1:9/nobody")
    kirim.event("kirim", "contact.created", {})
    assert [one["status"] for _ in range(9) for one in kirim.deliver()] == [0] * 8, "eight tries"
