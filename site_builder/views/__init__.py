"""views: reader counts, from logs and exports into the store, and from the store into a finished output."""
