"""Lambda function read_pages."""
