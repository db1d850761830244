"""The embedded AWS: one process on 127.0.0.1 that answers unmodified boto3, the AWS CLI and any SDK.

Lambda, Step Functions, SageMaker and STS are ours and really run what they are given; S3, IAM, CloudWatch Logs,
SQS, SNS and the rest of what a course needs are moto's, stock. `python -m local_aws serve` starts it.
"""

ACCOUNT = "123456789012"
REGION = "us-east-1"
ADMIN_ACCESS_KEY = "AKIALOCALAWSEMBEDDED"
