"""Studies: a scenario at many points, with replications, in a folder that loses nothing."""
