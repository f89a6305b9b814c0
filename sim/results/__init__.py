"""Results: tables, files, and where they come from."""
