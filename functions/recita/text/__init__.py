"""Pure helpers on text: prompts, SSML, captions, language codes."""
