"""Our own operations of CloudWatch Logs: what searches the events that moto keeps."""
