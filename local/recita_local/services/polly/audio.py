"""Samples to the formats SynthesizeSpeech answers in."""

from __future__ import annotations

import io

import lameenc
import numpy as np
import numpy.typing as npt
import soundfile

Audio = npt.NDArray[np.float32]

MP3_KBPS = {8000: 24, 16000: 32, 22050: 48, 24000: 48}
SOUNDFILE = {
    "ogg_vorbis": ("OGG", "VORBIS"),
    "ogg_opus": ("OGG", "OPUS"),
    "mulaw": ("RAW", "ULAW"),
    "alaw": ("RAW", "ALAW"),
}


def encode(audio: Audio, rate: int, output_format: str, output_rate: int) -> bytes:
    """Mono ``audio`` in -1..1 at ``rate`` hertz as one file at ``output_rate`` hertz."""
    samples = resample(audio, rate, output_rate)
    if output_format in SOUNDFILE:
        container, subtype = SOUNDFILE[output_format]
        buffer = io.BytesIO()
        soundfile.write(buffer, samples, output_rate, format=container, subtype=subtype)
        return buffer.getvalue()
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return pcm if output_format == "pcm" else _mp3(pcm, output_rate)


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


def _mp3(pcm: bytes, rate: int) -> bytes:
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(MP3_KBPS[rate])
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.set_quality(5)  # 2 takes twice the time for nothing a voice shows
    encoder.silence()
    return bytes(encoder.encode(pcm) + encoder.flush())
