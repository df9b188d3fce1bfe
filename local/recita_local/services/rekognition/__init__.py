"""Amazon Rekognition on the laptop: detectors, a classifier, BlazeFace, open_nsfw, RapidOCR."""
