"""Filters of the inbox, the board and the contacts, kept under a name."""
