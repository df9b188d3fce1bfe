"""Amazon Rekognition on the laptop: EfficientNet-Lite0, open_nsfw and RapidOCR."""
