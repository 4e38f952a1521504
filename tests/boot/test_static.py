"""The style sheet is kept whole, and modules find each other under the names they are kept by."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from crm.static import SHEET

KEPT = {"staticfiles": {"BACKEND": "crm.static.Kept"}}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES={**settings.STORAGES, **KEPT}):
        call_command("collectstatic", verbosity=0, interactive=False)
    return folder


def test_the_sheet_holds_its_parts_in_their_layers_and_in_their_order(kept: Path) -> None:
    source = (settings.BASE_DIR / "static" / SHEET).read_text()
    whole = next(path for path in (kept / "css").glob("parley.*.css")).read_text()
    assert "@import" not in whole
    places = []
    for part, layer in re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\);', source):
        text = (settings.BASE_DIR / "static/css" / part).read_text()
        places.append(whole.index(f"@layer {layer} {{\n{text}"))
    assert places == sorted(places)
    assert len(places) > 20


def test_what_a_module_imports_is_there_under_that_name(kept: Path) -> None:
    found = 0
    for module in (kept / "js").rglob("*.*.js"):
        for name in re.findall(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""", module.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", name), (module, name)
            assert (module.parent / name).resolve().exists(), (module, name)
            found += 1
    assert found > 3
