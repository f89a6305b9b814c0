"""The speed of this project beside its peers, measured in one run on the same machine."""
