"""Lambda function start_ocr."""
