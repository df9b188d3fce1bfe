"""Lambda function speak_summary."""
