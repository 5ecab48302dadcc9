"""Rules about what a policy may hold and how much of it: elements, types, sizes, variables."""
