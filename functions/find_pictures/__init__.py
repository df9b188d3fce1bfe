"""Lambda function find_pictures."""
