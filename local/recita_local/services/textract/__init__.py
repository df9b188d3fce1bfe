"""Amazon Textract on the laptop: RapidOCR reads; tables, forms and layout are found by rules."""
