"""Colours: from whatever a picture stores to the sRGB that screens and services expect."""

from __future__ import annotations

import io

from PIL import Image, ImageCms, ImageStat

BRIGHT = 200
"""Mean of 255 from which what is drawn would be lost on white paper."""
MOSTLY_DRAWN = 128
"""Mean opacity of 255 from which a picture brings its own paper."""
FEW = 512
"""Pixels a side that tell what a picture is drawn in."""
BAND = 1024
TWELVE_BITS = 4095.0
"""Scanners and cameras store 12 bits in 16 and leave the rest empty."""


def to_rgb(image: Image.Image) -> Image.Image:
    """Return the picture in sRGB: profile applied, transparency laid on paper, depth 8 bits."""
    profile = image.info.get("icc_profile")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _managed(_on_paper(image), profile)
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _eight_bits(image).convert("RGB")
    if image.mode == "LAB":
        return _managed(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    return _managed(image, profile)


def _managed(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply a colour profile; one that is broken or for other channels counts as none."""
    if profile and image.mode in ("RGB", "CMYK", "L", "LAB"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            changed = None
        if changed is not None:
            return changed
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay a picture on white paper, or on black when it is drawn in white on nothing.

    Band by band: a second copy of the largest picture would not fit the memory.
    """
    paper = Image.new("RGB", image.size, _paper(image))
    for top in range(0, image.height, BAND):
        bottom = min(top + BAND, image.height)
        band = image.crop((0, top, image.width, bottom)).convert("RGBA")
        paper.paste(band, (0, top), mask=band.getchannel("A"))
    return paper


def _paper(image: Image.Image) -> str:
    few = image.resize((min(image.width, FEW), min(image.height, FEW)), Image.Resampling.NEAREST)
    rgba = few.convert("RGBA")
    alpha = rgba.getchannel("A")
    if not alpha.getbbox() or ImageStat.Stat(alpha).mean[0] > MOSTLY_DRAWN:
        return "white"
    drawn = ImageStat.Stat(rgba.convert("L"), mask=alpha).mean[0]
    return "black" if drawn > BRIGHT else "white"


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale greys of 12, 16 or 32 bits: convert() would clip them to white."""
    lowest, highest = _extremes(image)
    full = highest
    if image.mode.startswith("I;16") or (image.mode == "I" and 255 < highest <= 65535):
        lowest, full = 0.0, TWELVE_BITS if highest <= TWELVE_BITS else 65535.0
    scale = 255 / ((full - lowest) or 1)
    return image.point(lambda value: value * scale - lowest * scale).convert("L")


def _extremes(image: Image.Image) -> tuple[float, float]:
    lowest, highest = image.getextrema()
    if isinstance(lowest, tuple) or isinstance(highest, tuple):
        raise TypeError("a grey picture with several channels")
    return lowest, highest
