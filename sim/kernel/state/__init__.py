"""Where the society and the platform keep what they know: flat arrays, and how these grow."""
