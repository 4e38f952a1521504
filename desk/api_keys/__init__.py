"""The keys that programs come in with."""
