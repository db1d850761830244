"""The embedded SageMaker: jobs that run as subprocesses, BlazingText by real fastText, endpoints that answer.

`service` holds the two services (`sagemaker`, `sagemaker-runtime`). This package file imports nothing, so that
a job's own process can import `local_aws.sagemaker.blazingtext` without boto3.
"""
