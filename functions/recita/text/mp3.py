"""The duration of an MP3, from its frame headers (ISO/IEC 11172-3 and 13818-3, layer III)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by index, for MPEG-1 and for MPEG-2 and 2.5."""
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""Samples a second by the header's version bits."""
LENGTHS = (b"Xing", b"Info", b"VBRI")
LENGTHS_WITHIN = 40
"""A first frame with one of these names so near its start holds the file's lengths, no sound."""


def duration_seconds(mp3: bytes) -> float:
    """Return the length of the sound; bytes that are no frame are skipped."""
    return round(sum(seconds for _, seconds in _sound(mp3)), 3)


def joined(parts: Sequence[bytes]) -> bytes:
    """Return parts of equal format as one file.

    Of several, only the frames are kept: players that find one part's tags or its header of
    lengths in the file take that for the whole.
    """
    if len(parts) == 1:
        return parts[0]
    return b"".join(frame for part in parts for frame, _ in _sound(part))


def _sound(mp3: bytes) -> Iterator[tuple[bytes, float]]:
    """Yield each frame of sound and its seconds."""
    position, first = _after_id3(mp3), True
    while position + 4 <= len(mp3):
        length, seconds = _frame(mp3[position : position + 4])
        if length == 0:
            position += 1
            continue
        frame = mp3[position : position + length]
        if not (first and any(name in frame[:LENGTHS_WITHIN] for name in LENGTHS)):
            yield frame, seconds
        position, first = position + length, False


def _after_id3(mp3: bytes) -> int:
    if not mp3.startswith(b"ID3") or len(mp3) < 10:
        return 0
    a, b, c, d = (byte & 0x7F for byte in mp3[6:10])
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _frame(header: bytes) -> tuple[int, float]:
    """Return the frame's length in bytes and seconds, or zeros when this is no frame header."""
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate_index, bitrate_index = header[2] >> 2 & 3, header[2] >> 4
    if header[0] != 0xFF or header[1] & 0xE0 != 0xE0 or version == 1 or layer != 1:
        return 0, 0.0
    if rate_index == 3 or bitrate_index in (0, 15):
        return 0, 0.0
    first = version == 3
    rate = RATES[version][rate_index]
    bits = BITRATES[1 if first else 2][bitrate_index] * 1000
    samples = 1152 if first else 576
    padding = header[2] >> 1 & 1
    return samples // 8 * bits // rate + padding, samples / rate
