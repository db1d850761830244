"""Our own operations of IAM and STS, for what moto doesn't answer as AWS does."""
