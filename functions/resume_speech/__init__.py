"""Lambda function resume_speech."""
