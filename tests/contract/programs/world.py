"""What each program begins with: a role, a bucket, and the project's own reviews.

These programs run in an environment with the tool under test and without this project. They speak to the embedded
AWS as they would to AWS: nothing but the environment names its address.
"""

import json
import secrets
import sys
import tempfile
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[3]
DATA_SET = ROOT / "data" / "reviews_Musical_Instruments_5.json.zip"
INSTANCE = "ml.m5.large"
BLAZINGTEXT = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1"
SCIKIT_LEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"


def role(*services: str) -> str:
    """The ARN of a new role that these services may assume, and that may do anything."""
    iam, name = boto3.client("iam"), f"contract-{secrets.token_hex(4)}"
    trust = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    rights = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_document(rights))
    return made["Role"]["Arn"]


def bucket() -> str:
    """The name of a new bucket."""
    name = f"contract-{secrets.token_hex(4)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def sentences() -> tuple[str, str]:
    """The reviews as sentences for training and for testing, as the lessons make them."""
    sys.path.insert(0, str(ROOT / "processing"))
    from reviews import preprocess

    with tempfile.TemporaryDirectory() as folder:
        train, test = Path(folder, "train.txt"), Path(folder, "test.txt")
        preprocess(DATA_SET, train, test)
        return train.read_text(encoding="utf-8"), test.read_text(encoding="utf-8")


def passed(what: str) -> None:
    """Say that a step is done."""
    print(f"passed: {what}", flush=True)


def _document(statement: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
