"""What policies mean: a request is matched against statements, and the layers decide.

Every function that fixes a behaviour names the AWS page that describes it. Where AWS's pages are
silent, or observers contradict them, the answer is MAYBE, and says why.
"""
