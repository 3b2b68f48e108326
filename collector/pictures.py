"""Pictures from outside, drawn anew: small, flat, and without what a camera writes beside them (place, time, owner)."""

import io
import warnings

from collector.errors import CollectorError

MOST_BYTES = 8_000_000
_MOST_PIXELS = 40_000_000


def drawn_anew(data: bytes, *, name: object, side: int, form: str) -> bytes:
    """Give a PNG, JPEG or WebP picture as `form` (`PNG` or `JPEG`) of at most `side` pixels a side; `name` is for the error.

    Raises:
        CollectorError: it is too large, or cannot be read as a picture (`picture`).
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - every process would keep it in memory

    if len(data) > MOST_BYTES:
        raise CollectorError("picture", path=name, reason=f"> {MOST_BYTES // 1_000_000} MB")
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as given,
        ):
            if given.width * given.height > _MOST_PIXELS:
                raise CollectorError("picture", path=name, reason=f"{given.width} × {given.height}")
            upright = ImageOps.exif_transpose(given)  # before what the camera wrote beside it is left out
            upright.thumbnail((side, side))
            layers = upright.convert("RGBA")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise CollectorError("picture", path=name, reason=type(error).__name__) from error
    flat = Image.new("RGB", layers.size, "white")
    flat.paste(layers, mask=layers.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, form)
    return out.getvalue()
