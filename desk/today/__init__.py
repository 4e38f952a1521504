"""The page to start the day with: who waits, what is due, what stands still."""
