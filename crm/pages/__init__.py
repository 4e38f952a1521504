"""What every room's pages stand on: answers to htmx and to plain browsers, lists that go on, words for times."""
