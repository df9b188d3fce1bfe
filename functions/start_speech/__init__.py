"""Lambda function start_speech."""
