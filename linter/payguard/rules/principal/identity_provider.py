"""Identity providers as a trust policy names them under ``Federated``.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity
"""

from payguard.iam.memory import remembered

_OIDC = ":oidc-provider/"
_SAML = ":saml-provider/"
GITHUB = "token.actions.githubusercontent.com"
_LABEL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_LONGEST = 2048


def is_saml(text: str) -> bool:
    """Tell whether ``text`` is the ARN of a SAML provider."""
    return text.startswith("arn:") and _SAML in text


def is_oidc(text: str) -> bool:
    """Tell whether ``text`` names an OpenID Connect provider, by ARN or by host name."""
    return bool(issuer(text))


@remembered
def issuer(text: str) -> str:
    """Return host and path of an OpenID Connect provider, which is the prefix of its keys.

    Empty where ``text`` names no such provider.
    """
    if text.startswith("arn:"):
        return text.partition(_OIDC)[2]
    return text if _is_host(text.partition("/")[0]) else ""


def _is_host(text: str) -> bool:
    labels = text.lower().split(".")
    return len(text) <= _LONGEST and len(labels) > 1 and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    return bool(label) and _LABEL.issuperset(label)


def is_github(text: str) -> bool:
    """Tell whether ``text`` names the provider of GitHub Actions, with or without a path."""
    return issuer(text).partition("/")[0].lower() == GITHUB
