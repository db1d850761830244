"""The figures that each data set is generated to: how many reviews, labels, stars, how long.

Those of the musical instruments are the real file's, as far as they are known; `data/README.md` shows which.
"""

from dataclasses import dataclass
from types import ModuleType

from generator import vocabulary_garden, vocabulary_music

Quantiles = tuple[tuple[float, float], ...]
"""Points of a distribution: (share of the values that are smaller, value), from share 0 to 1."""


@dataclass(frozen=True)
class Profile:
    """What a data set is like. Shares are of all reviews unless said otherwise."""

    name: str
    seed: int
    vocabulary: ModuleType
    reviews: int
    products: int
    reviewers: int
    without_votes: float
    tied: float
    helpful: float  # share of the labelled ones
    empty_texts: int
    nameless: int
    ellipsis: float
    entities: float
    stars: tuple[float, float, float, float, float]  # 1 to 5
    length_helpful: Quantiles  # characters
    length_unhelpful: Quantiles
    length_unlabelled: Quantiles

    @property
    def member(self) -> str:
        """Name of the JSON-lines file in the zip."""
        return f"{self.name}.json"

    @property
    def archive(self) -> str:
        """Name of the zip."""
        return f"{self.name}.json.zip"


_LENGTH_HELPFUL = (
    (0, 60), (0.1, 150), (0.25, 270), (0.5, 500), (0.75, 920), (0.9, 1600), (0.97, 2800), (0.99, 4500),
    (0.9995, 9000), (1, 12300),
)  # fmt: skip
_LENGTH_UNHELPFUL = (
    (0, 40), (0.1, 85), (0.25, 165), (0.5, 310), (0.75, 560), (0.9, 980), (0.97, 1700), (1, 3800),
)  # fmt: skip
_LENGTH_UNLABELLED = (
    (0, 25), (0.1, 100), (0.25, 130), (0.5, 215), (0.75, 400), (0.9, 720), (0.97, 1300), (0.995, 2300),
    (1, 4800),
)  # fmt: skip

PROFILES = (
    Profile(
        name="reviews_Musical_Instruments_5",
        seed=20140723,
        vocabulary=vocabulary_music,
        reviews=10_261,
        products=900,
        reviewers=1_429,
        without_votes=0.66,
        tied=0.026,
        helpful=0.84,
        empty_texts=7,
        nameless=27,
        ellipsis=0.12,
        entities=0.05,
        stars=(0.021, 0.024, 0.075, 0.2, 0.68),
        length_helpful=_LENGTH_HELPFUL,
        length_unhelpful=_LENGTH_UNHELPFUL,
        length_unlabelled=_LENGTH_UNLABELLED,
    ),
    Profile(
        name="reviews_Patio_Lawn_and_Garden_5",
        seed=20140724,
        vocabulary=vocabulary_garden,
        reviews=13_272,
        products=962,
        reviewers=1_686,
        without_votes=0.6,
        tied=0.03,
        helpful=0.85,
        empty_texts=9,
        nameless=40,
        ellipsis=0.1,
        entities=0.06,
        stars=(0.04, 0.05, 0.12, 0.25, 0.54),
        length_helpful=_LENGTH_HELPFUL,
        length_unhelpful=_LENGTH_UNHELPFUL,
        length_unlabelled=_LENGTH_UNLABELLED,
    ),
)
