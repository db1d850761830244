"""tmp"""


def measure(bench):
    return iter(())
