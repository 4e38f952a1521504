"""The third pass, off until a workspace sets it up: a large language model is asked what the local one is unsure of."""
