"""Class names of methods in Python: `skr-vae` is `SKRVAE`."""

__all__ = ["class_name"]

_ABBREVIATIONS = frozenset(
    {"amuse", "ar", "erbm", "gp", "ica", "ivae", "jade", "pdgmm", "skr", "sobi", "td", "vae", "var"}
)
_SPELLED = {"fastica": "FastICA", "gpytorch": "GPyTorch"}


def class_name(method: str) -> str:
    """Return the class name: abbreviations in capitals, other words capitalised."""
    return "".join(
        word.upper() if word in _ABBREVIATIONS else _SPELLED.get(word, word[:1].upper() + word[1:])
        for word in method.split("-")
    )
