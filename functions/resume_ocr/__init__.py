"""Lambda function resume_ocr."""
