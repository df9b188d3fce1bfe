"""Lambda function inspect_document."""
