"""Lambda function see_images."""
