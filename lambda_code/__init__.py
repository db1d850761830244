"""What Lambda runs: the handler, and the program that packs it with the core into ``code.zip``."""
