"""What a parameter is, how values are checked, and TOML."""
