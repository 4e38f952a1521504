"""What the person wants: rules first, then the local model, then whatever further pass is plugged in."""
