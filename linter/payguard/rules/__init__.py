"""The rules: one module each, grouped by what they look at; registry.py lists them."""
