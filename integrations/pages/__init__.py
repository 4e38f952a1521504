"""Where people connect outside systems, and look after them."""
