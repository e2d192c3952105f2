"""Makes the HLS segments that the captures play: 24 s of a moving square, H.264, 2 s a segment.

    pip install av==18.1.0 && .venv/bin/python tests/players/capture/make_segments.py

The segments are kept in hls/; run this only to change them.
"""

from pathlib import Path

import av
import numpy

FOLDER = Path(__file__).resolve().parent / "hls"
WIDTH, HEIGHT, RATE, SECONDS = 64, 36, 5, 24


def main() -> None:
    """Write index.m3u8 and its segments."""
    options = {"hls_time": "2", "hls_list_size": "0", "hls_segment_filename": str(FOLDER / "%d.ts")}
    with av.open(str(FOLDER / "index.m3u8"), "w", format="hls", options=options) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": "10", "keyint_min": "10", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(RATE * SECONDS):
            picture = numpy.zeros((HEIGHT, WIDTH, 3), dtype=numpy.uint8)
            left = number * 2 % (WIDTH - 8)
            picture[12:20, left : left + 8] = 255
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


if __name__ == "__main__":
    main()
