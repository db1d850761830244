"""Puts a data set together: who, what, when, which votes, how many stars, which words; one dictionary a
review."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from random import Random

from generator import slips
from generator.grammar import below, pick, shuffled
from generator.market import DAY, Purchase, purchases
from generator.profiles import Profile, Quantiles
from generator.writing import Assignment, Writer

# Share of the reviews written in the informative manner, by how readers voted.
INFORMATIVE = {"helpful": 0.98, "unhelpful": 0.07, "tied": 0.5, "none": 0.6}
# How often there were so many votes: the more, the rarer.
VOTES = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7, 9, 12, 18, 30)


@dataclass(frozen=True)
class Plan:
    """What is settled about a review before its first word."""

    votes: str  # "helpful", "unhelpful", "tied" or "none"
    stars: int
    length: int  # characters; 0: no text
    ellipsis: bool
    entities: bool


def reviews(profile: Profile) -> Iterator[dict]:
    """Every review of the data set, with the fields of the original in their order; the same ones at every
    call."""
    random = Random(profile.seed)
    bought = purchases(profile, random)
    writer = Writer(profile)
    for purchase, plan in zip(bought, _plans(profile, random), strict=True):
        yield _review(purchase, plan, writer, random)


def _review(purchase: Purchase, plan: Plan, writer: Writer, random: Random) -> dict:
    informative = random.random() < INFORMATIVE[plan.votes]
    assignment = Assignment(purchase.product, plan.stars, informative, plan.length)
    when = datetime.fromtimestamp(purchase.day * DAY, UTC)
    name = purchase.reviewer.name
    return {
        "reviewerID": purchase.reviewer.reviewer_id,
        "asin": purchase.product.asin,
        **({"reviewerName": name} if name is not None else {}),
        "helpful": _votes(plan.votes, random),
        "reviewText": _text(assignment, plan, writer, random),
        "overall": float(plan.stars),
        "summary": writer.title(assignment, random),
        "unixReviewTime": purchase.day * DAY,
        "reviewTime": f"{when.month:02d} {when.day}, {when.year}",
    }


def _text(assignment: Assignment, plan: Plan, writer: Writer, random: Random) -> str:
    if plan.length == 0:
        return ""
    text = writer.text(assignment, random)
    if plan.ellipsis:
        text = slips.with_ellipses(text, random)
    return slips.with_entities(text, random) if plan.entities else text


def _votes(outcome: str, random: Random) -> list[int]:
    """Helpful votes and all votes, such that the outcome is as asked."""
    votes = pick(random, VOTES)
    if outcome == "none":
        return [0, 0]
    if outcome == "tied":
        return [votes, 2 * votes]
    fewer_than_half = (votes + 1) // 2
    minority = below(random, fewer_than_half)
    return [votes - minority if outcome == "helpful" else minority, votes]


def _plans(profile: Profile, random: Random) -> list[Plan]:
    """A plan for each review: the shares of the profile are dealt like cards, so they hold exactly and not
    just on average."""
    total = profile.reviews
    none, tied = round(profile.without_votes * total), round(profile.tied * total)
    helpful = round(profile.helpful * (total - none - tied))
    unhelpful = total - none - tied - helpful
    lengths = {
        "none": _stratified(profile.length_unlabelled, none),
        "tied": _stratified(profile.length_unlabelled, tied),
        "helpful": _stratified(profile.length_helpful, helpful),
        "unhelpful": _stratified(profile.length_unhelpful, unhelpful),
    }
    cards = shuffled(random, [(votes, length) for votes, values in lengths.items() for length in values])
    empty = _empty(cards, profile.empty_texts)
    stars = _stars(profile, [votes for votes, _ in cards], random)
    ellipsis = _dealt(random, total, profile.ellipsis)
    entities = _dealt(random, total, profile.entities)
    return [
        Plan(votes, stars[index], 0 if index in empty else length, ellipsis[index], entities[index])
        for index, (votes, length) in enumerate(cards)
    ]


def _empty(cards: Sequence[tuple[str, int]], count: int) -> set[int]:
    """Which reviews have no text: one that readers voted on, so that an empty text alone is a reason to drop
    it, and the rest without votes."""
    voted = next(index for index, (votes, _) in enumerate(cards) if votes == "unhelpful")
    others = (index for index, (votes, _) in enumerate(cards) if votes == "none")
    return {voted, *(next(others) for _ in range(count - 1))}


def _stars(profile: Profile, outcomes: Sequence[str], random: Random) -> list[int]:
    """Stars for each review, in the profile's shares; unhelpful reviews get fewer, with exceptions."""
    total = len(outcomes)
    order = sorted(range(total), key=lambda index: random.random() + (0.25 if outcomes[index] != "unhelpful" else 0))
    bounds = [round(share * total) for share in accumulate(profile.stars)]
    stars = [0] * total
    star = 0
    for rank, index in enumerate(order):
        while rank >= bounds[star]:
            star += 1
        stars[index] = star + 1
    return stars


def _dealt(random: Random, total: int, share: float) -> list[bool]:
    count = round(share * total)
    return shuffled(random, [True] * count + [False] * (total - count))


def _stratified(quantiles: Quantiles, count: int) -> list[int]:
    """`count` values that fill the distribution evenly."""
    return [int(_quantile(quantiles, (index + 0.5) / count)) for index in range(count)]


def _quantile(quantiles: Quantiles, share: float) -> float:
    for (low, start), (high, end) in pairwise(quantiles):
        if share <= high:
            return start + (end - start) * (share - low) / (high - low)
    return quantiles[-1][1]
