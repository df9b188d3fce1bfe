"""The domain of Recita: what is zipped to Lambda and runs unchanged on the laptop."""
