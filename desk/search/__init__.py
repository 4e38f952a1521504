"""Searching people, messages, notes and deals, however long ago."""
