"""Everything by name, from the keyboard; and the keys themselves."""
