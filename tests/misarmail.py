"""A client as MisarMail's own libraries are: a key, a base URL, and the patience that they have."""

import time
from typing import Any

import httpx2

RETRIED = {429, 500, 502, 503, 504}
RETRIES = 3
PAUSE = 0.2


class MisarMailError(Exception):
    """status, and what the answer said, read as MisarMail's libraries read it."""

    def __init__(self, response: httpx2.Response) -> None:
        body = response.json()
        super().__init__(body.get("message") or body["error"])
        self.status = response.status_code
        self.type = body.get("error_type")
        self.details = body.get("details")


class MisarMail:
    def __init__(self, api_key: str, base_url: str) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self._http = httpx2.Client(base_url=base_url, headers=headers, timeout=60)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        return self._call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """What the answer holds. Raises MisarMailError where it is none of 2xx, after the last try."""
        for retry in range(RETRIES + 1):
            response = self._http.request(method, path, **options)
            if response.status_code not in RETRIED or retry == RETRIES:
                break
            time.sleep(PAUSE * 2**retry)
        if not response.is_success:
            raise MisarMailError(response)
        return response.json()
