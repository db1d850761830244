"""What runs a container's command without a container engine: its file system, its process, its artifacts."""
