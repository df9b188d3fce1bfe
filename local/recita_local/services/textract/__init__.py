"""Amazon Textract on the laptop: RapidOCR reads, img2table finds tables, own rules find forms."""
