"""The account that a lesson works on: which AWS, what was made there, what it costs, how it is cleaned up."""
