"""Currencies, countries and time zones to choose from, and which of them somebody's browser makes likely."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from babel.core import Locale, get_global
from babel.numbers import get_territory_currencies
from django.utils.translation.trans_real import parse_accept_lang_header
from phonenumbers import SUPPORTED_REGIONS

from crm.money import is_currency

# The names of places; what else the database holds are spellings kept for old programs.
_PLACES = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
           "Pacific/")  # fmt: skip
# Of countries that lie in several zones, the one in which most people live.
_MOST_LIVE_IN = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CL": "America/Santiago", "CN": "Asia/Shanghai", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What a workspace is asked: its country, and what that makes likely."""

    region: str
    currency: str
    time_zone: str


def likely(accept_language: str) -> Place:
    """Where somebody with a browser of these languages (RFC 9110, 12.5.4) probably is; the United States where it says
    nothing that helps."""
    return _place(next(filter(None, (_region(tag) for tag, _ in parse_accept_lang_header(accept_language))), "US"))


def _place(region: str) -> Place:
    currency = next((code for code in get_territory_currencies(region) if is_currency(code)), "EUR")
    return Place(region, currency, _zone(region))


def _region(tag: str) -> str | None:
    """“de-at” says Austria, and “de” Germany, since most who speak it live there."""
    language, *further = tag.split("-")
    named = [part.upper() for part in further if len(part) == 2]
    usual = (get_global("likely_subtags").get(language) or "").split("_")[-1]
    return next((region for region in [*named, usual] if region in SUPPORTED_REGIONS), None)


def _zone(region: str) -> str:
    known = get_global("territory_zones").get(region) or []
    first = known[0] if len(known) == 1 else "UTC"
    zone = _MOST_LIVE_IN.get(region, first)
    return zone if zone in available_timezones() else "UTC"


def zones(own: str = "") -> list[str]:
    """By name; the one that is chosen already among them, whatever it is."""
    places = {zone for zone in available_timezones() if zone.startswith(_PLACES)}
    return sorted(places | {"UTC", *filter(None, [own])})


@cache
def currencies() -> list[tuple[str, str]]:
    """Code and name of those that are legal tender somewhere now, by code."""
    codes = {code for region in SUPPORTED_REGIONS for code in get_territory_currencies(region) if is_currency(code)}
    names = Locale("en").currencies
    return [(code, names.get(code, code)) for code in sorted(codes)]


@cache
def regions() -> list[tuple[str, Place]]:
    """Name and what is likely there, by name."""
    names = Locale("en").territories
    return sorted(((names.get(code, code), _place(code)) for code in SUPPORTED_REGIONS), key=lambda named: named[0])
