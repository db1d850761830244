"""The scikit-learn image in script mode: a learner's script trains in a job's process, and serves behind an endpoint.

The script finds what the image's own programs (AWS's sagemaker-training and sagemaker-containers) give to it: its
code in /opt/ml/code, its settings as arguments and as variables that begin with SM_. The packages are those of the
Python that runs the server: scikit-learn and pandas are newer than the image's.

These modules run in processes of their own and import nothing of the server.
"""
