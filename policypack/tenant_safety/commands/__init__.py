"""Groups of commands, each an application of its own that `cli` adds."""
