"""The arrays that hold the state of the society and the platform, and how these arrays grow."""
