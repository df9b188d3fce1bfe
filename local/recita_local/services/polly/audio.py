"""Samples to the formats SynthesizeSpeech answers in."""

from __future__ import annotations

import io

import lameenc
import numpy as np
import numpy.typing as npt
import soundfile

PLAIN = frozenset({"pcm", "mp3"})
Audio = npt.NDArray[np.float32]

MP3_KBPS = {8000: 24, 16000: 32, 22050: 48, 24000: 48}
SOUNDFILE = {
    "ogg_vorbis": ("OGG", "VORBIS"),
    "ogg_opus": ("OGG", "OPUS"),
    "mulaw": ("RAW", "ULAW"),
    "alaw": ("RAW", "ALAW"),
}


def encode(audio: npt.NDArray[np.int16], rate: int, output_format: str, output_rate: int) -> bytes:
    """Mono ``audio`` at ``rate`` hertz as one file at ``output_rate`` hertz."""
    if rate == output_rate and output_format in PLAIN:  # hours of it would not fit as floats
        return _packed(audio.astype("<i2").tobytes(), output_format, output_rate)
    floats = audio.astype(np.float32)
    floats /= 32767
    samples = resample(floats, rate, output_rate)
    if output_format in SOUNDFILE:
        container, subtype = SOUNDFILE[output_format]
        buffer = io.BytesIO()
        soundfile.write(buffer, samples, output_rate, format=container, subtype=subtype)
        return buffer.getvalue()
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return _packed(pcm, output_format, output_rate)


def resample(audio: Audio, rate: int, output_rate: int) -> Audio:
    """Band-limited change of rate: the spectrum is cut or padded with zeros."""
    if rate == output_rate or not audio.size:
        return audio
    length = round(audio.size * output_rate / rate)
    spectrum = np.fft.rfft(audio)
    wanted = np.zeros(length // 2 + 1, spectrum.dtype)
    kept = min(wanted.size, spectrum.size)
    wanted[:kept] = spectrum[:kept]
    changed = np.fft.irfft(wanted, length) * (output_rate / rate)
    return np.asarray(changed, np.float32)


def _packed(pcm: bytes, output_format: str, rate: int) -> bytes:
    return pcm if output_format == "pcm" else _mp3(pcm, rate)


def _mp3(pcm: bytes, rate: int) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(MP3_KBPS[rate])
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(5)  # 2 takes twice the time for nothing a voice shows
    encoder.silence()
    return bytes(encoder.encode(pcm) + encoder.flush())
