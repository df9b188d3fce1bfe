"""Lambda function understand_document."""
