"""Settings → Audit: who did what, as the event log has it."""
