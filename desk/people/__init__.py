"""A workspace's own affairs: who is in it and how they come in, what it is called, which plan it is on."""
