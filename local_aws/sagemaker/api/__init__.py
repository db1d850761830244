"""The operations of SageMaker, by the kind of resource."""
