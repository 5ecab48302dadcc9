"""Rules about conditions: operators, keys and values that do what they read like."""
