"""The embedded AWS, preprocessing and training measured beside their baselines: `python -m benchmarks`.

A subject is a module here with a function `measure(bench)` that yields figures. Ours and its baselines take turns
in the same run, and what counts is the ratio: the time alone says more about the machine than about the software.
"""
