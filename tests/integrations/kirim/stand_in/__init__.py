"""A process that behaves as Kirim does (vendors.md, section 3), spoken to over real HTTP."""

from tests.integrations.kirim.stand_in.remote import StandIn

__all__ = ["StandIn"]
