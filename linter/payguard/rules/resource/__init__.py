"""Rules about resources: ARNs that are well formed and that the actions can act on."""
