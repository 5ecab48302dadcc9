"""Placeholders of template engines, which look like policy variables and are none.

The name in a policy variable is that of a condition key, ``prefix:name``. ``${region}`` or
``${AWS::AccountId}`` belong to a tool that should have replaced them.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from payguard.iam.variable import Variable


def is_placeholder(variable: Variable) -> bool:
    """Tell whether a closed variable has a name that no condition key can have."""
    key = variable.key.strip()
    if not key or not variable.closed or variable.is_escape:
        return False
    prefix, colon, name = key.partition(":")
    return not (prefix and colon and name) or name.startswith(":")
