"""Lambda function serve_api."""
