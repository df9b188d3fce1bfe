"""The duration of an MP3, against another reader."""

from __future__ import annotations

import io
import struct
from typing import Any

import lameenc
import pytest
from mutagen import mp3 as mutagen_mp3
from recita.text.mp3 import duration_seconds, joined

pytestmark = pytest.mark.disable_socket


def encoded(rate: int, seconds: float, kbit: int = 48) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(kbit)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(7)
    encoder.silence()
    samples = bytes(2 * int(rate * seconds))
    return bytes(encoder.encode(samples) + encoder.flush())


def reference(body: bytes) -> float:
    reader: Any = mutagen_mp3.MP3
    return float(reader(io.BytesIO(body)).info.length)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
def test_agrees_with_mutagen(rate: int) -> None:
    body = encoded(rate, 3.3)
    assert duration_seconds(body) == pytest.approx(reference(body), abs=0.08)


def test_an_id3_tag_is_no_sound() -> None:
    body = encoded(24000, 1.0)
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 0]) + b"\xff\xfb\x90\x00" * 32
    assert duration_seconds(tag + body) == duration_seconds(body)


def with_lengths(body: bytes, name: bytes = b"Info") -> bytes:
    """The file with tags, and a first frame that tells its frames and bytes, as encoders do."""
    lengths = name + struct.pack(">III", 3, len(body) // 144, len(body))
    silent = body[:4] + bytes(9) + lengths + bytes(144 - 13 - len(lengths))
    return b"ID3\x04\x00\x00" + bytes([0, 0, 0, 20]) + bytes(20) + silent + body


@pytest.mark.parametrize("name", [b"Info", b"Xing"])
def test_joined_parts_add_up_in_every_player(name: bytes) -> None:
    one, two = encoded(24000, 1.0), encoded(24000, 2.0)
    total = duration_seconds(one) + duration_seconds(two)
    assert duration_seconds(with_lengths(one, name)) == duration_seconds(one)
    whole = joined([with_lengths(one, name), with_lengths(two, name)])
    assert whole == one + two
    assert duration_seconds(whole) == pytest.approx(total, abs=0.001)
    assert reference(whole) == pytest.approx(total, abs=0.08)
    naive = with_lengths(one, name) + with_lengths(two, name)
    assert reference(naive) < total - 1  # what players would believe


def test_a_single_part_stays_as_it_came() -> None:
    body = with_lengths(encoded(24000, 1.0))
    assert joined([body]) == body
    assert joined([]) == b""


def test_junk_is_skipped() -> None:
    assert duration_seconds(b"") == 0.0
    assert duration_seconds(b"\xff\xff\xff\xff" * 10) == 0.0
    assert duration_seconds(b"RIFF" * 100) == 0.0
