"""Rules about what a policy could leave out."""
