"""Rules about principals and trust: who may assume a role, and under what conditions."""
