"""What the day looked like: pictures that are kept beside the tests' other artefacts, for people to look at."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

FOLDER = Path(settings.BASE_DIR) / "test-artefacts"


class Pictures:
    """Numbered in the order they are taken, under the name of the day."""

    def __init__(self, day: str, page: Page) -> None:
        self.day, self.page, self.taken = day, page, 0
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob(f"{day}-*.png"):
            old.unlink()

    def take(self, name: str) -> None:
        self.taken += 1
        self.page.screenshot(path=FOLDER / f"{self.day}-{self.taken:02}-{name}.png", caret="initial")

    @property
    def names(self) -> list[str]:
        """Of what lies there now."""
        return sorted(path.stem for path in FOLDER.glob(f"{self.day}-*.png"))
