"""Processes of this machine, found by their words: what lives in a namespace knows no number that counts outside."""

from __future__ import annotations

import random
import time

import psutil


def unique_seconds() -> str:
    """Some minutes for `sleep`, written as no other test writes them."""
    return f"{random.randrange(500, 900)}.{time.time_ns()}"


def running(*words: str) -> list[psutil.Process]:
    """The living processes whose command line begins with these words."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cmdline()[: len(words)] == list(words) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
