"""The systems that Parley speaks with, by the name that stands in addresses, commands and tables."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import integrations
from crm.errors import Invalid
from integrations.base import System


@cache
def systems() -> Mapping[str, System]:
    """Each folder of this room with a `system.py`. Looked for when first asked, since those import this room too."""
    folders = sorted(module.name for module in iter_modules(integrations.__path__) if module.ispkg)
    names = [f"integrations.{name}.system" for name in folders]
    modules = [import_module(name) for name in names if find_spec(name)]
    return {module.SYSTEM.key: module.SYSTEM for module in modules}


def system_called(key: str) -> System:
    """Raises Invalid for one that there is not."""
    try:
        return systems()[key]
    except KeyError:
        raise Invalid(fields={"system": [f"“{key}” is no system. Use one of: {', '.join(systems())}."]}) from None
