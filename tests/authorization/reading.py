"""Texts read through the graph of a pattern."""

from payguard.authorization.graph import START, Graph


def reads(graph: Graph, text: str) -> bool:
    """Tell whether a text is one of the pattern's, read leap by leap."""
    states = [(START, 0)]
    for state, at in states:  # it grows on the way
        for leap in graph.leaps(state):
            after = at + 1 + len(leap.rest)
            read = text[at:after]
            fits = read[:1] and read[0] in leap.characters and read[1:] == leap.rest
            if fits and (leap.after, after) not in states:
                states.append((leap.after, after))
    return any(at == len(text) and graph.accepts(state) for state, at in states)
