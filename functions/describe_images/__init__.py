"""Lambda function describe_images."""
