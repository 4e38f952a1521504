"""What becomes of a client that is deleted: the page that asks, and what people arranged for themselves."""
