"""BlazingText by fastText: the program that trains in a job's process, and what answers behind an endpoint.

These modules run in processes of their own, so they import neither boto3 nor anything of the server.
"""
