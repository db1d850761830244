"""Other people's programs at the embedded AWS, unmodified."""
