"""Pages that stand before the rooms."""
