"""What an agent writes in a conversation: replies with their guard, drafts, notes, canned replies; and who else is
there."""
