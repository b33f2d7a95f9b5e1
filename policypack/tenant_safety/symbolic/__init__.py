"""A provider that answers previews, and only previews, with symbolic values."""
