"""What every test stands on, whichever room it tests. The cast (workspaces, people, keys) lives in tests/conftest.py."""
