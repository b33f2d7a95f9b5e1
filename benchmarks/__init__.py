"""How fast it is, and how much memory it takes: what `make bench` runs.  A benchmark is a module here with a `run`."""
