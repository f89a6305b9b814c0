"""How fast this project is beside its peers, measured in one run on the same machine."""
