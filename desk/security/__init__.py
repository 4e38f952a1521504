"""Settings, Security: how one signs in and where one is signed in."""
