"""The words with which somebody agrees that something works on their account."""

from __future__ import annotations


def words(account: str) -> str:
    """What has to be typed, word for word.

    Args:
        account: its twelve digits.
    """
    return f"I agree, on account {account}"
