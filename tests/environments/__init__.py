"""Tests in environments of their own: programs that work with the course and aren't installed with it."""
