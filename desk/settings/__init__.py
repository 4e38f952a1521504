"""What a person and a workspace decide about how Parley looks and works."""
