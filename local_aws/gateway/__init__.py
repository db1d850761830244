"""The front door: every request passes here once, is read once, and is judged before it is answered."""
