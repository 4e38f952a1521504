"""The reports of what was said as Python says them, message by message: slow, and plain to see that it is right. What
the database works out at once is held against it."""
