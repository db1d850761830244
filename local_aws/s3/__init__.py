"""S3 around moto's buckets: rights, bucket policies, uploads by form, and the events that changes set off."""
