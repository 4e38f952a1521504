"""A Django database backend: PostgreSQL from the installed package, started with the first connection that anyone opens."""
