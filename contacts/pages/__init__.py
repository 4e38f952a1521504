"""The pages about people, and what is done on them. The list and the page of one are in `contacts.views`."""
