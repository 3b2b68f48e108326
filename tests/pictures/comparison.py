"""Comparing a rendered screen with its approved picture.

Font rasterisers differ in the shading of single pixels and set a line a pixel higher or lower; a moved button, a lost word or
another colour changes whole patches. So both pictures are averaged over patches of eight by eight pixels, and patches
that differ clearly are counted.
"""

from dataclasses import dataclass

from PIL import Image, ImageChops

PATCH = 8
CLEARLY = 32
"""Levels of 255 by which the mean of a patch must differ; a line of text that is a pixel off stays below."""
ALLOWED_SHARE = 0.0006
"""Share of patches that may differ clearly: 5 of the 9,600 at 1024x600. A button moved by six pixels changes 13."""


@dataclass(frozen=True)
class Comparison:
    """How much two pictures differ."""

    share: float
    difference: Image.Image
    """White where they differ clearly."""

    @property
    def alike(self) -> bool:
        return self.share <= ALLOWED_SHARE


def compare(rendered: Image.Image, approved: Image.Image) -> Comparison:
    if rendered.size != approved.size:
        return Comparison(1.0, Image.new("L", rendered.size, 255))
    patches = (rendered.width // PATCH, rendered.height // PATCH)
    one, other = (
        picture.convert("RGB").resize(patches, Image.Resampling.BOX) for picture in (rendered, approved)
    )
    channels = ImageChops.difference(one, other).split()
    worst = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    clear = worst.point([255 if level >= CLEARLY else 0 for level in range(256)])
    share = clear.histogram()[255] / (patches[0] * patches[1])
    return Comparison(share, clear.resize(rendered.size, Image.Resampling.NEAREST))
