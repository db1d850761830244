"""The operations of AWS Lambda, by what they are about."""
