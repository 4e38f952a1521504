"""What every test stands on, in whichever room. The cast (workspaces, people, keys) lives in tests/conftest.py."""
