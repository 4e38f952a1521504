"""An agency's clients: all of them with their numbers, and the page of one."""
