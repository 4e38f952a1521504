"""A house, and everything a test arranges around it."""

import re
from typing import Any

from tests.integrations.kirim.stand_in.house import House, Row

API_KEY = "kdv_live_0123456789abcdef"
SECRET = "whsec_kirim_test"


class World:
    def __init__(self) -> None:
        self.reset()

    def reset(self, **settings: Any) -> None:
        self.house = House()
        self.api_key = API_KEY
        self.limits = {"reads": 600, "writes": 60}
        self.used: dict[str, tuple[float, int]] = {}
        self.calls: list[Row] = []
        self.faults: list[Row] = []
        self.answers: dict[str, tuple[Any, int, Any]] = {}
        self.running: set[str] = set()
        self.target = ""
        self.secrets = [SECRET]
        self.final: list[Row] = []
        self.arrange(settings)

    def arrange(self, settings: Row) -> None:
        for name, value in settings.items():
            setattr(self.house if hasattr(self.house, name) else self, name, value)

    def fault_for(self, call: Row) -> Row:
        """The first fault that is meant for this call: {"method", "path" (a pattern), "times", and what goes wrong:
        "status" (with "retry_after", "code"), "slow" or "hold" (seconds), "cut" ("before" or "after" the work),
        "garbage"}."""
        for fault in self.faults:
            meant = fault.get("method", call["method"]) == call["method"] and re.search(
                fault.get("path", ""), call["path"]
            )
            if meant and fault.setdefault("times", 1) > 0:
                fault["times"] -= 1
                return fault
        return {}
