"""The peers that put half-spaces back. Each factory imports its peer and gives a function from a text to a text.

Which options: of those that a peer offers, the ones with the best F1 on the dev part of the Seraji treebank with its
half-spaces deleted (README.md has the figures). Nothing here adds knowledge of its own to a peer.
"""

from __future__ import annotations

from collections.abc import Callable

Restorer = Callable[[str], str]


def hazm() -> Restorer:
    """The normaliser with all its options on, as it is by default: token and affix spacing, then «می»."""
    from hazm import Normalizer

    return Normalizer().normalize


def hazm_informal() -> Restorer:
    """The normaliser of informal text, its first suggestion for each word. It also rewrites words."""
    from hazm import InformalNormalizer

    normalizer = InformalNormalizer()

    def restore(text: str) -> str:
        return " ".join(word[0] for sentence in normalizer.normalize(text) for word in sentence)

    return restore


def shekar() -> Restorer:
    """The spacing normaliser on unified letters; the full normaliser does the same and scores a little lower."""
    from shekar.pipeline import Pipeline
    from shekar.preprocessing import AlphabetNormalizer, ArabicUnicodeNormalizer, SpacingNormalizer

    steps = [
        ("alphabet", AlphabetNormalizer()),
        ("unicode", ArabicUnicodeNormalizer()),
        ("spacing", SpacingNormalizer()),
    ]
    return Pipeline(steps=steps)


def parsivar() -> Restorer:
    """The normaliser as it is by default: its dictionaries of joined words and its affix rules."""
    from parsivar import Normalizer

    return Normalizer().normalize


def parsivar_statistical() -> Restorer:
    """The normaliser with the trained token merger. It joins words across spaces, and cannot part a glued word."""
    from parsivar import Normalizer

    return Normalizer(statistical_space_correction=True).normalize


def rishe() -> Restorer:
    """All spacing stages on a text whose letters and half-spaces are tidied before and after."""
    from rishe import Pipeline

    pipeline = Pipeline()

    def restore(text: str) -> str:
        spaced = pipeline.normalize_stages(text, ["alphabet", "arabic_unicode", "spacing", "verbal_spacing"])
        return pipeline.normalize(spaced)

    return restore


def negar() -> Restorer:
    """The editor with all its corrections on, as it is by default."""
    from negar.virastar import PersianEditor

    return lambda text: str(PersianEditor(text))


# Name: (package on PyPI, factory). A name with a hyphen after the package's is another way to run the same package.
RESTORERS: dict[str, tuple[str, Callable[[], Restorer]]] = {
    "hazm": ("hazm", hazm),
    "hazm-informal": ("hazm", hazm_informal),
    "shekar": ("shekar", shekar),
    "parsivar": ("parsivar", parsivar),
    "parsivar-statistical": ("parsivar", parsivar_statistical),
    "rishe": ("rishe", rishe),
    "python-negar": ("python-negar", negar),
}
