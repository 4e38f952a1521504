"""Where somebody's day begins: the time zone that their phone number tells, as far as it tells one."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone

from contacts.models import Contact

_UNKNOWN = "Etc/Unknown"


def zone_of(contact: Contact) -> ZoneInfo:
    """The zone of their phone number; the workspace's, where they have none or it could be in several."""
    zones = timezone.time_zones_for_number(phonenumbers.parse(contact.phone)) if contact.phone else ()
    name = zones[0] if len(zones) == 1 and zones[0] != _UNKNOWN else contact.workspace.time_zone
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:  # the library knows one that this machine does not
        return ZoneInfo(contact.workspace.time_zone)
