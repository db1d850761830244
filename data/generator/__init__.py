"""The program behind the two bundled data sets: product reviews that nobody wrote, in the shape of real
ones."""
