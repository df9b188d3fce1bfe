"""Lambda function translate_summary."""
