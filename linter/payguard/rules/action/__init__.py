"""Rules about actions: names that exist, patterns that match, wildcards that reach too far."""
