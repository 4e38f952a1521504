"""How deals and stages stood on any past day: written by triggers, read by reports."""
