"""The program of docs/config.md: what it makes is of no matter there."""
