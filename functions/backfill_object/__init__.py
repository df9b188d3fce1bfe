"""Lambda function admit_document."""
