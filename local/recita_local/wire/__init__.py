"""AWS wire formats, driven by botocore's service models."""
