"""The policy model: documents, statements, elements, conditions and their patterns."""
