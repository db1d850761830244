"""Who bought what, and when: products, reviewers, and the pairs between them. No review text.

The pairs form a 5-core: every product has five reviews or more, every reviewer wrote five or more, nobody
reviews a product twice.
"""

from dataclasses import dataclass
from random import Random

from generator import people
from generator.grammar import alternatives, below, pick, shuffled
from generator.profiles import Profile

CORE = 5
DAY = 86_400
FIRST_DAY = 12_600  # days since 1970: 2 July 2004
LAST_DAY = 16_273  # 22 July 2014, where the real data set ends
_ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Product:
    """A product: its number, what kind of thing it is (a key of the vocabulary's KINDS), who makes it and
    how it is called."""

    asin: str
    kind: str
    brand: str
    noun: str
    first_day: int


@dataclass(frozen=True)
class Reviewer:
    """A reviewer; `name` is None where the site knows none."""

    reviewer_id: str
    name: str | None


@dataclass(frozen=True)
class Purchase:
    """A reviewer's review of a product, still without votes and words; `day` counts from 1970."""

    product: Product
    reviewer: Reviewer
    day: int


def purchases(profile: Profile, random: Random) -> list[Purchase]:
    """All reviews' products, reviewers and days, by product number as in the original file."""
    products = _products(profile, random)
    per_reviewer = _degrees(profile.reviewers, profile.reviews, random)
    reviewers = _reviewers(profile, per_reviewer, random)
    per_product = _degrees(len(products), profile.reviews, random)
    pairs = _pairs(per_product, per_reviewer, random)
    result = []
    for product_index, reviewer_index in sorted(pairs):
        product = products[product_index]
        # The square root: sales grew, so most reviews are recent.
        share = max(random.random(), random.random())
        day = product.first_day + int(share * (LAST_DAY - product.first_day))
        result.append(Purchase(product, reviewers[reviewer_index], day))
    return result


def _products(profile: Profile, random: Random) -> list[Product]:
    kinds = profile.vocabulary.KINDS
    names = list(kinds)
    brands = alternatives(profile.vocabulary.BRANDS)
    numbers: dict[str, None] = {}
    while len(numbers) < profile.products:
        # A few products carry a book's number instead of Amazon's own.
        is_book = random.random() < 0.01
        number = _code(random, "1", "0123456789", 10) if is_book else _code(random, "B00", _ID_LETTERS, 10)
        numbers[number] = None
    products = []
    for asin in sorted(numbers):
        kind = pick(random, names)
        noun = pick(random, alternatives(kinds[kind]["noun"]))
        first_day = FIRST_DAY + below(random, LAST_DAY - FIRST_DAY - 200)
        products.append(Product(asin, kind, pick(random, brands), noun, first_day))
    return products


def _reviewers(profile: Profile, per_reviewer: list[int], random: Random) -> list[Reviewer]:
    numbers: dict[str, None] = {}
    while len(numbers) < profile.reviewers:
        numbers[_code(random, "A", _ID_LETTERS, 13 + below(random, 2))] = None
    missing = profile.nameless
    reviewers = []
    for number, reviews in zip(numbers, per_reviewer, strict=True):
        left = missing - reviews
        # What is left must be reachable with reviewers of five reviews or more.
        nameless = left == 0 or left >= CORE
        missing = left if nameless else missing
        reviewers.append(Reviewer(number, None if nameless else people.name(random)))
    if missing:
        raise ValueError(f"{profile.name}: no set of reviewers has {profile.nameless} reviews together")
    return reviewers


def _code(random: Random, start: str, letters: str, length: int) -> str:
    return start + "".join(pick(random, letters) for _ in range(length - len(start)))


def _degrees(count: int, total: int, random: Random) -> list[int]:
    """How many of `total` reviews each of `count` has: five each, and the rest to a few above all."""
    appeal = [1 / (0.02 + random.random()) for _ in range(count)]
    sums = []
    running = 0.0
    for value in appeal:
        running += value
        sums.append(running)
    degrees = [CORE] * count
    for _ in range(total - CORE * count):
        degrees[_first_above(sums, random.random() * running)] += 1
    return degrees


def _first_above(sums: list[float], value: float) -> int:
    low, high = 0, len(sums) - 1
    while low < high:
        middle = (low + high) // 2
        if sums[middle] > value:
            high = middle
        else:
            low = middle + 1
    return low


def _pairs(per_product: list[int], per_reviewer: list[int], random: Random) -> list[tuple[int, int]]:
    """Pairs of product and reviewer, no pair twice: both sides shuffled together, doubles swapped until none
    is left."""
    products = [index for index, degree in enumerate(per_product) for _ in range(degree)]
    reviewers = shuffled(random, [index for index, degree in enumerate(per_reviewer) for _ in range(degree)])
    while True:
        seen: dict[tuple[int, int], None] = {}
        doubles = []
        for position, pair in enumerate(zip(products, reviewers, strict=True)):
            if pair in seen:
                doubles.append(position)
            seen[pair] = None
        if not doubles:
            return list(seen)
        for position in doubles:
            other = below(random, len(reviewers))
            reviewers[position], reviewers[other] = reviewers[other], reviewers[position]
