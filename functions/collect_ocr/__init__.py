"""Lambda function collect_ocr."""
