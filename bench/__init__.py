"""How long each hot path takes with many rows against few, measured side by side in one run."""
