"""The size that a listed image is brought to, where it depends on the image's own."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SizeRule"]


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Height and width of an image by forks' fields; the aspect ratio stays.

    Attributes:
        short_side: NVCaffe's: the length of the shorter side; 0 where it is not given.
        least: Intel's min_height and min_width: an image with a side below its own is enlarged until the one that lacks
            more has it; 0, 0 where they are not given.
    """

    short_side: int = 0
    least: tuple[int, int] = (0, 0)

    def size_of(self, height: int, width: int) -> tuple[int, int]:
        """Returns the height and width that an image of this size is brought to; its own where no field asks for more.

        Source: src/caffe/util/io.cpp (ReadImageToCVMat) of NVIDIA's and of Intel's fork.
        """
        if self.short_side:
            if height > width:
                return height * self.short_side // width, self.short_side
            return self.short_side, width * self.short_side // height
        least_height, least_width = self.least
        if height >= least_height and width >= least_width:
            return height, width
        if least_width - width > least_height - height:
            return int(least_width * (height / width) + 0.5), least_width
        return least_height, int(least_height * (width / height) + 0.5)
