"""Preprocessing: the core that lessons, Lambda and the job share, and the script that the job runs.

Standard library only, Python 3.9 to 3.14. `reviews` is the core. It imports nothing of this package, so that
it works as a member of it (here, in Lambda's ``code.zip``) and as a file beside ``preprocess.py`` (the job).
"""
