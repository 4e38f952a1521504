"""A Django database backend: PostgreSQL from an installed package, started with the first connection."""
