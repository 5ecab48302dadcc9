"""Readers: files in, policy documents with positions out."""
