"""Lambda function publish_result."""
