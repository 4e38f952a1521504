"""Files of people, taken in: read, matched to our fields, shown as they will become, imported in stretches."""
