"""Mail as it comes in the wild, read into what the inbox stores. Pure Python: nothing here imports Django."""
