"""Taking in mail archives: read once for their threads and dates, then message by message in the order they were
written."""
