"""What an argument of the component is refused with."""

import pulumi


class ArgumentError(pulumi.InputPropertyError):
    """An argument that no role is made for: which one, and what is wrong with it.

    Pulumi's own class has no text of its own; this one prints as a sentence, in a traceback and
    where a component host reports it to a program in another language.
    """

    def __str__(self) -> str:
        return f"{self.property_path}: {self.reason}"


def wire_name(name: str) -> str:
    """Return the name of an argument as the engine and other languages write it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
