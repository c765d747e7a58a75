"""Draws the illustrations of the sample content.

In: nothing but the scenes below; every random number comes from the scene's own name.
Out: progressive JPEGs in ``content/images/``, the same at every run with the same library versions.
Needs Pillow and numpy; the package itself needs no numpy, and a build never runs this file.

    python tools/make_sample_images.py            # all scenes
    python tools/make_sample_images.py umbrellas  # some

Coordinates are those of the finished picture; everything is drawn at ``SCALE`` times the size and
scaled down, which is what smooths the edges.
"""

from __future__ import annotations

import io
import math
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SCALE = 2
OUT = Path(__file__).resolve().parent.parent / "content" / "images"
LIMIT = 65_000  # bytes of one file; the densest textures may pass it
SETTINGS = (  # (grain, JPEG quality, blur in pixels), tried until the file is small enough
    (3, 80, 0), (2.4, 77, 0), (1.6, 75, 0), (0.8, 73, 0), (0.8, 68, 0), (0, 68, 0.5), (0, 64, 0.7), (0, 60, 0.8), (0, 55, 0.9), (0, 50, 1.1), (0, 45, 1.4), (0, 41, 1.6),
)  # fmt: skip

Point = tuple[float, float]
Stops = Sequence[tuple[float, str]]
Paint = Any  # "#rrggbb" | ("h" | "v", Stops) | array of the canvas' size
Draw = Callable[[ImageDraw.ImageDraw], None]
Array = Any


def rgb(color: str) -> Array:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)


def mix(a: Array, b: Array, t: Array) -> Array:
    return a + (b - a) * np.asarray(t, dtype=np.float32)[..., None]


def ramp(stops: Stops, t: Array) -> Array:
    """Colours at the positions ``t`` (0 to 1) of a gradient."""
    places = [place for place, _ in stops]
    colors = np.stack([rgb(color) for _, color in stops])
    return np.stack([np.interp(t, places, colors[:, i]) for i in range(3)], axis=-1).astype(np.float32)


def smooth(points: Sequence[Point], closed: bool = True, steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    n = len(points)
    out: list[Point] = []
    for i in range(n if closed else n - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = points[max(i - 1, 0)], points[i], points[i + 1], points[min(i + 2, n - 1)]
        for step in range(steps):
            t = step / steps
            out.append(
                (
                    _catmull(p0[0], p1[0], p2[0], p3[0], t),
                    _catmull(p0[1], p1[1], p2[1], p3[1], t),
                )
            )
    if not closed:
        out.append(points[-1])
    return out


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def mirrored(points: Sequence[Point], axis: float) -> list[Point]:
    """The right half of an outline, top to bottom, closed by its mirror image."""
    return list(points) + [(2 * axis - x, y) for x, y in reversed(points)]


def arch(x: float, y: float, w: float, h: float) -> list[Point]:
    """A door with a round top: left, top, width, height."""
    r = w / 2
    top = [(x + r - r * math.cos(a), y + r - r * math.sin(a)) for a in np.linspace(0, math.pi, 60)]
    return [(x, y + h), *top, (x + w, y + h)]


def circle(x: float, y: float, r: float, squash: float = 1.0, n: int = 120) -> list[Point]:
    return [(x + r * math.cos(a), y + r * squash * math.sin(a)) for a in np.linspace(0, 2 * math.pi, n, endpoint=False)]


def box(x: float, y: float, w: float, h: float, r: float = 0) -> list[Point]:
    if not r:
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    r = min(r, w / 2, h / 2)
    corners = [(x + w - r, y + r, -90), (x + w - r, y + h - r, 0), (x + r, y + h - r, 90), (x + r, y + r, 180)]
    turn = [(cx, cy, math.radians(a + d)) for cx, cy, a in corners for d in range(0, 91, 6)]
    return [(cx + r * math.cos(a), cy + r * math.sin(a)) for cx, cy, a in turn]


class Canvas:
    """A picture being painted: ``px`` holds floats from 0 to 255 at ``SCALE`` times the size."""

    def __init__(self, name: str, ground: Paint, size: tuple[int, int] = (1600, 1067)) -> None:
        self.w, self.h = size
        self.rng = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
        self.px = np.zeros((self.h * SCALE, self.w * SCALE, 3), np.float32)
        self.px[:] = self._paint(ground, (0, 0, self.w * SCALE, self.h * SCALE))
        ys, xs = np.mgrid[0 : self.h * SCALE, 0 : self.w * SCALE].astype(np.float32)
        self.x, self.y = xs / SCALE, ys / SCALE

    def _paint(self, paint: Paint, bounds: tuple[int, int, int, int]) -> Array:
        x0, y0, x1, y1 = bounds
        if isinstance(paint, str):
            return rgb(paint)
        if isinstance(paint, tuple):
            direction, stops = paint
            if direction == "h":
                return ramp(stops, np.linspace(0, 1, x1 - x0))[None, :, :]
            return ramp(stops, np.linspace(0, 1, y1 - y0))[:, None, :]
        return paint[y0:y1, x0:x1]

    def mask(self, draw: Draw | Sequence[Point], blur: float = 0) -> Image.Image:
        image = Image.new("L", (self.w * SCALE, self.h * SCALE))
        pen = ImageDraw.Draw(image)
        if callable(draw):
            draw(pen)
        else:
            pen.polygon([(x * SCALE, y * SCALE) for x, y in draw], fill=255)
        return image.filter(ImageFilter.GaussianBlur(blur * SCALE)) if blur else image

    def put(self, mask: Image.Image, paint: Paint, alpha: float = 1.0) -> None:
        bounds = mask.getbbox()
        if bounds is None:
            return
        x0, y0, x1, y1 = bounds
        cover = np.asarray(mask.crop(bounds), np.float32)[..., None] * (alpha / 255)
        area = self.px[y0:y1, x0:x1]
        area += (self._paint(paint, bounds) - area) * cover

    def shape(
        self,
        draw: Draw | Sequence[Point],
        paint: Paint,
        shadow: tuple[float, float, float, float] | None = None,
        tone: str = "#000000",
        alpha: float = 1.0,
        blur: float = 0,
    ) -> Image.Image:
        """Fills a shape; ``shadow`` is (dx, dy, blur, strength)."""
        mask = self.mask(draw, blur)
        if shadow:
            self._shadow(mask, *shadow, tone)
        self.put(mask, paint, alpha)
        return mask

    def _shadow(self, mask: Image.Image, dx: float, dy: float, spread: float, strength: float, tone: str) -> None:
        bounds = mask.getbbox()
        if bounds is None:
            return
        margin = round(spread * SCALE * 3)
        x0, y0, x1, y1 = bounds
        near = Image.new("L", (x1 - x0 + 2 * margin, y1 - y0 + 2 * margin))
        near.paste(mask.crop(bounds), (margin, margin))
        soft = near.filter(ImageFilter.GaussianBlur(spread * SCALE))
        moved = Image.new("L", mask.size)
        moved.paste(soft, (x0 - margin + round(dx * SCALE), y0 - margin + round(dy * SCALE)))
        self.put(moved, tone, strength)

    def line(self, points: Sequence[Point], width: float, paint: Paint, **more: Any) -> None:
        def draw(pen: ImageDraw.ImageDraw) -> None:
            scaled = [(x * SCALE, y * SCALE) for x, y in points]
            pen.line(scaled, fill=255, width=max(1, round(width * SCALE)), joint="curve")
            r = width * SCALE / 2
            if r > 1.5:
                for x, y in (scaled[0], scaled[-1]):
                    pen.ellipse((x - r, y - r, x + r, y + r), fill=255)

        self.shape(draw, paint, **more)

    def noise(self, cell: float, stretch: float = 1.0, octaves: int = 1) -> Array:
        """Smooth noise between about -1 and 1; ``cell`` in pixels, ``stretch`` lengthens it downwards."""
        total = np.zeros(self.px.shape[:2], np.float32)
        for octave in range(octaves):
            size = cell / 2**octave
            grid = self.rng.random((int(self.h / (size * stretch)) + 3, int(self.w / size) + 3), np.float32) * 2 - 1
            big = Image.fromarray(grid).resize((self.w * SCALE, self.h * SCALE), Image.Resampling.BICUBIC)
            total += np.asarray(big) / 2**octave
        return total / (2 - 2 ** (1 - octaves))

    def shade(self, factor: Array) -> None:
        self.px *= np.asarray(factor, np.float32)[..., None]

    def light(self, x: float, y: float, strength: float = 0.16, reach: float = 1100) -> None:
        """Light that falls from a place and leaves the far corners darker."""
        distance = np.hypot(self.x - x, self.y - y) / reach
        self.shade(1 + strength * (0.55 - np.minimum(distance, 1.6)))

    def weave(self, pitch: float = 4, strength: float = 0.05) -> None:
        """The tooth of plain cloth."""
        u, v = np.sin(self.x * math.pi * 2 / pitch), np.sin(self.y * math.pi * 2 / pitch)
        self.shade(1 + strength * u * v + strength * 0.6 * self.noise(3, 12) + strength * 0.6 * self.noise(36, 0.08))

    def save(self, path: Path) -> int:
        """Writes the picture with as much film grain and quality as ``LIMIT`` allows; gives the bytes written."""
        image = Image.fromarray(np.clip(self.px, 0, 255).astype(np.uint8))
        small = np.asarray(image.resize((self.w, self.h), Image.Resampling.LANCZOS), np.float32)
        coarse = Image.fromarray(self.rng.normal(0, 1, (self.h * 5 // 8, self.w * 5 // 8)).astype(np.float32))
        dust = np.asarray(coarse.resize((self.w, self.h), Image.Resampling.BICUBIC))[..., None]
        data = b""
        for grain, quality, soften in SETTINGS:
            final = Image.fromarray(np.clip(small + dust * grain, 0, 255).astype(np.uint8))
            final = final.filter(ImageFilter.GaussianBlur(soften)) if soften else final
            buffer = io.BytesIO()
            final.save(buffer, "JPEG", quality=quality, progressive=True, optimize=True)
            data = buffer.getvalue()
            if len(data) <= LIMIT:
                break
        path.write_bytes(data)
        return len(data)


def person(c: Canvas, x: float, foot: float, tall: float, color: Paint, stride: float = 0.07) -> None:
    """Somebody in a long coat, seen from behind, ``tall`` pixels high."""
    k = tall / 100
    for side in (-1, 1):
        leg = [(x + side * 3 * k, foot - 40 * k), (x + side * (3 + stride * 40) * k, foot - 2 * k)]
        c.line(leg, 6.4 * k, color)
        shoe = leg[1]
        c.line([shoe, (shoe[0] + side * 2 * k, shoe[1] + 1.2 * k)], 6.4 * k, color)
    coat = [
        (0, 86),
        (6, 84.5),
        (12, 81),
        (14.5, 74),
        (16.5, 56),
        (16, 44),
        (13, 44),
        (12, 58),
        (13.5, 40),
        (15.5, 24),
        (0, 22.5),
    ]
    c.shape(mirrored(smooth([(x + dx * k, foot - up * k) for dx, up in coat], closed=False, steps=8), x), color)
    c.shape(box(x - 2.6 * k, foot - 90 * k, 5.2 * k, 8 * k), color)
    c.shape(circle(x, foot - 93.5 * k, 5.6 * k, 1.18), color)


def cylinder(dark: str, body: str, shine: str) -> Paint:
    return ("h", [(0, dark), (0.18, body), (0.34, shine), (0.5, body), (0.85, dark), (1, dark)])


# ---------------------------------------------------------------- instant news: ink, bone, vermilion

INK, BONE, VERMILION, SAND = "#17181c", "#eee6d8", "#d8391f", "#cdb896"


def halftone(c: Canvas, darkness: Array, cell: float, angle: float, ink: str, inside: Array | None = None) -> None:
    """Prints an image (0 white to 1 black) as dots."""
    a = math.radians(angle)
    u, v = c.x * math.cos(a) + c.y * math.sin(a), -c.x * math.sin(a) + c.y * math.cos(a)
    reach = np.hypot((u % cell) - cell / 2, (v % cell) - cell / 2) / (cell * 0.72)
    cover = np.clip((np.sqrt(np.clip(darkness, 0, 1)) - reach) * cell * 0.9 + 0.5, 0, 1)
    c.px += (rgb(ink) - c.px) * (cover if inside is None else cover * inside)[..., None]


def across(mask: Array) -> Array:
    """For each pixel of a shape, where it lies between the left (0) and the right edge (1) of its row."""
    on = mask > 0.5
    left = np.argmax(on, axis=1)
    right = on.shape[1] - np.argmax(on[:, ::-1], axis=1)
    return np.clip((np.arange(on.shape[1])[None, :] - left[:, None]) / np.maximum(right - left, 1)[:, None], 0, 1)


def halftone_mannequin() -> Canvas:
    c = Canvas("halftone_mannequin", BONE)
    c.shape(circle(905, 455, 372), VERMILION)
    half = [(838, 96), (842, 170), (850, 226), (905, 262), (1008, 300), (1042, 350), (1018, 420), (1000, 500)]
    half += [(985, 565), (950, 650), (936, 705), (955, 780), (1003, 870), (1022, 950), (1018, 992)]
    right = smooth(half, closed=False)
    dummy = mirrored([(800, 92), *right], 800)
    mask = np.asarray(c.mask(dummy), np.float32) / 255
    turn = across(mask)
    darkness = 0.98 - 0.95 * np.clip(np.cos((turn - 0.3) * math.pi * 1.06), 0, 1) ** 0.8
    bust = np.exp(-(((c.x - 700) / 90) ** 2 + ((c.y - 470) / 80) ** 2)) * 0.22
    bust -= np.exp(-(((c.x - 885) / 80) ** 2 + ((c.y - 530) / 60) ** 2)) * 0.25
    darkness = np.clip(darkness - bust + 0.12 * (c.y > 700) * (c.y - 700) / 300, 0.02, 1)
    c.put(Image.fromarray((mask * 255).astype(np.uint8)), BONE)
    halftone(c, darkness, 17, 24, INK, mask)
    c.shape(box(760, 70, 80, 30, 12), INK)
    c.shape(box(788, 44, 24, 40, 10), INK)
    c.shape(box(786, 990, 28, 90), INK)
    for seam in (800, 895, 705):
        curve = [(800 + (seam - 800) * k, y) for k, y in ((0.9, 300), (1.15, 430), (1, 560), (0.7, 700), (1.1, 990))]
        c.line(smooth(curve, closed=False), 2.2, BONE, alpha=0.85)
    return c


def escalator() -> Canvas:
    c = Canvas("escalator", ("v", [(0, "#e9e0d1"), (1, "#d9cdb8")]))

    def flight(x0: float, y0: float, x1: float, y1: float, width: float, body: str, tread: str, steps: int) -> None:
        dx, dy = x1 - x0, y1 - y0
        length = math.hypot(dx, dy)
        nx, ny = -dy / length * width / 2, dx / length * width / 2
        band = [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)]
        c.shape(band, body, shadow=(26, 38, 34, 0.45))
        for i in range(steps):
            t, u = i / steps, (i + 0.5) / steps
            inner = 0.66
            quad = [
                (x0 + dx * k + nx * s * inner, y0 + dy * k + ny * s * inner)
                for k, s in ((t, 1), (u, 1), (u, -1), (t, -1))
            ]
            c.shape(quad, tread)
        for side in (0.86, -0.86):
            c.line([(x0 + nx * side, y0 + ny * side), (x1 + nx * side, y1 + ny * side)], 14, tread)

    flight(-160, 300, 1180, -260, 210, "#c6b79c", "#b3a386", 36)
    flight(420, 1330, 1800, 560, 250, "#b9301a", VERMILION, 38)
    flight(-220, 980, 1560, -120, 300, INK, "#2d2e34", 46)
    flight(-200, 470, 760, 1240, 190, BONE, "#d9ccb5", 28)
    c.light(300, 80, 0.22)
    return c


def thread_spools() -> Canvas:
    c = Canvas("thread_spools", ("v", [(0, "#efe7d9"), (0.7, "#e4d9c6"), (0.701, "#c9bba1"), (1, "#b8a88b")]))
    colors = [
        ("#8e1f0e", VERMILION, "#f0735c"),
        ("#0c0d10", "#24262c", "#555a66"),
        ("#9a835c", SAND, "#eadcc2"),
        ("#b9ad99", "#e9e0d0", "#ffffff"),
        ("#7a1a0c", "#b52d17", "#dd6a52"),
        ("#5d5f66", "#8b8d93", "#c4c6ca"),
    ]
    widths, heights = (170, 150, 210, 150, 190, 160), (430, 300, 360, 520, 270, 400)
    x = 130.0
    for (dark, body, shine), w, h in zip(colors, widths, heights, strict=True):
        base, top = 800.0, 800.0 - h
        c.shape(
            [(x + 10, base), (x + w, base), (x + w + 330, base + 190), (x + 300, base + 205)],
            "#5a4a30",
            alpha=0.34,
            blur=15,
        )
        wood = cylinder("#7d5a35", "#b98f5f", "#e3c499")
        c.shape(box(x - 14, base - 34, w + 28, 46, 20), wood, shadow=(8, 14, 12, 0.35))
        c.shape(box(x - 14, top - 10, w + 28, 44, 20), wood)
        c.shape(circle(x + w / 2, top - 3, w / 2 + 12, 0.11), "#d8b587")
        c.shape(circle(x + w / 2, top - 3, w * 0.14, 0.16), "#5c4023")
        mask = c.mask(smooth([(x, top + 34), (x + w, top + 34), (x + w, base - 34), (x, base - 34)], steps=1))
        c.put(mask, cylinder(dark, body, shine))
        area = np.asarray(mask, np.float32) / 255
        c.shade(1 + area * 0.11 * np.sin((c.y + 0.10 * c.x) * math.pi * 2 / 7) + area * 0.05 * c.noise(160, 0.02))
        x += w + 62
    c.line(smooth([(192, 470), (120, 620), (60, 830), (300, 960), (620, 930), (900, 985), (1240, 960)], closed=False), 3, VERMILION,
           shadow=(5, 8, 4, 0.35))  # fmt: skip
    c.light(200, 100, 0.2)
    return c


def containers() -> Canvas:
    c = Canvas("containers", ("v", [(0, "#d9d3c6"), (1, "#b9b2a3")]))
    palette = [INK, VERMILION, SAND, "#7c7f85", BONE, "#a82a14", "#3a3c43", SAND, "#d9cdb8"]
    row_h, y, row = 178, 1067 - 178, 0
    while y > -178:
        x = -120 - 130 * ((row * 7) % 3)
        while x < 1600:
            w = 430 if c.rng.random() > 0.3 else 215
            skip = y < 0 or (y < 260 and 480 < x + w / 2 < 1130)
            if not skip:
                color = palette[int(c.rng.integers(len(palette)))]
                mask = c.mask(box(x + 3, y + 3, w - 6, row_h - 6))
                c.shape(box(x + 3, y + 3, w - 6, row_h - 6), color, shadow=(10, 12, 12, 0.4))
                area = np.asarray(mask, np.float32) / 255
                c.shade(1 + area * 0.10 * np.clip(np.sin((c.x - x) * math.pi * 2 / 21) * 2, -1, 1))
                for edge in (y + 3, y + row_h - 15):
                    c.shape(box(x + 3, edge, w - 6, 12), "#000000", alpha=0.22)
                for side in (x + 3, x + w - 13):
                    c.shape(box(side, y + 3, 10, row_h - 6), "#000000", alpha=0.25)
            x += w
        y -= row_h
        row += 1
    fog = np.clip(0.62 - c.y / 900, 0, 0.8)
    c.px += (rgb("#e2dccf") - c.px) * fog[..., None]
    c.light(300, 300, 0.16)
    return c


# ---------------------------------------------------------------- runway: midnight, ice, one hot accent

MIDNIGHT, NIGHT, ICE, HOT = "#0c1126", "#1b2342", "#c9d6ea", "#ff6a4d"


def depot_light_cones() -> Canvas:
    c = Canvas("depot_light_cones", ("v", [(0, "#05070f"), (0.52, "#111936"), (0.53, "#0a0f22"), (1, "#060914")]))
    vx, vy = 800, 520
    c.shape([(vx - 26, vy + 8), (vx + 26, vy + 8), (1330, 1067), (270, 1067)], ("v", [(0, "#5a6a94"), (1, "#1c2748")]))
    for side in (-1, 1):
        for i in range(9):
            k = 1.62**i
            x, y, r = vx + side * (52 + 36 * k), vy + 16 + 6.4 * k, 4.6 * k
            c.shape(circle(x, y - r * 1.1, r * 0.52, 1.2), "#04060d")
            c.shape(smooth([(x - r * 1.3, y + r * 3), (x - r * 1.25, y + r * 0.4), (x - r * 0.6, y - r * 0.32), (x + r * 0.6, y - r * 0.32), (x + r * 1.25, y + r * 0.4), (x + r * 1.3, y + r * 3)], steps=6), "#04060d")  # fmt: skip
    glow = np.zeros_like(c.px[..., 0])
    for i, depth in enumerate((0.16, 0.3, 0.52, 0.95)):
        for side in (-1, 1):
            top = (vx + side * 560 * depth, vy - 620 * depth)
            foot, ry = (vx + side * 150 * depth, vy + 480 * depth), 300 * depth
            cone = c.mask(
                [(top[0] - 6, top[1]), (top[0] + 6, top[1]), (foot[0] + ry, foot[1]), (foot[0] - ry, foot[1])],
                blur=5 + 9 * depth,
            )
            fade = np.clip(1.12 - (c.y - top[1]) / (foot[1] - top[1]), 0, 1) ** 1.1
            glow += np.asarray(cone, np.float32) / 255 * (0.16 + fade * 0.42)
            pool = c.mask(circle(foot[0], foot[1], ry * 0.95, 0.24), blur=6 + 20 * depth)
            glow += np.asarray(pool, np.float32) / 255 * 0.22
            lamp = c.mask(circle(*top, 5 + 20 * depth), blur=3 + 8 * depth)
            glow += np.asarray(lamp, np.float32) / 255 * (1.1 if i else 0.8)
    haze = 1 + 0.3 * c.noise(300, 0.6, 3)
    c.px += (rgb("#e8efff") - c.px) * np.clip(glow * haze * 0.72, 0, 0.95)[..., None]
    figure = [
        (800, 404),
        (812, 408),
        (813, 424),
        (807, 432),
        (828, 444),
        (836, 500),
        (834, 548),
        (852, 640),
        (826, 644),
        (823, 700),
    ]
    c.shape([(782, 704), (822, 704), (930, 900), (800, 930)], "#02040a", alpha=0.55, blur=12)
    c.shape(mirrored(smooth([(*p,) for p in figure], closed=False), 802), "#080b18")
    c.shape([(803, 446), (830, 452), (848, 640), (806, 644)], HOT, alpha=0.92)
    return c


def silk_drape() -> Canvas:
    c = Canvas("silk_drape", MIDNIGHT)
    warp = c.noise(980, 1.1, 2)
    s = (c.x * 0.90 + c.y * 0.43) / 200 + warp * 0.75 + 0.22 * np.sin(c.y / 300 + c.x / 900)
    height = np.sin(s * 2.1) + 0.45 * np.sin(s * 4.7 + 1.3 + warp * 2) + 0.16 * np.sin(s * 9.3 + warp * 5)
    height = height * 62
    gy, gx = np.gradient(height, 1 / SCALE)
    z = 1 / np.sqrt(gx**2 + gy**2 + 1)
    lx, ly, lz = -0.62, -0.30, 0.72
    diffuse = np.clip((-gx * lx - gy * ly + lz) * z, 0, 1)
    hx, hy, hz = -0.36, -0.18, 0.91
    shine = np.clip((-gx * hx - gy * hy + hz) * z, 0, 1) ** 26
    c.px[:] = ramp([(0, "#04060f"), (0.35, "#121c44"), (0.7, "#2f4580"), (1, "#7f97c9")], diffuse * 0.92)
    c.px += (rgb("#eef4ff") - c.px) * (shine * 0.72)[..., None]
    c.shade(1 + 0.02 * np.sin((c.x * 0.5 - c.y * 0.86) * 2.2))
    c.light(500, 300, 0.34, 1000)
    return c


def garment(kind: str, x: float, y: float, k: float) -> list[Point]:
    """The right half of a garment's outline that hangs at (x, y), in units of ``k``."""
    outlines: dict[str, list[Point]] = {
        "coat": [
            (14, 6),
            (30, 12),
            (78, 34),
            (98, 62),
            (120, 250),
            (124, 292),
            (92, 300),
            (78, 200),
            (74, 130),
            (82, 300),
            (104, 520),
        ],
        "shirt": [
            (16, 4),
            (32, 10),
            (82, 30),
            (104, 60),
            (150, 190),
            (116, 208),
            (80, 120),
            (82, 330),
            (60, 348),
            (0, 352),
        ],
        "dress": [(30, -4), (40, -2), (44, 40), (64, 70), (58, 130), (46, 190), (62, 260), (110, 420), (148, 560)],
        "trousers": [(62, 20), (64, 30), (72, 130), (82, 300), (88, 520), (38, 522), (24, 330), (0, 170)],
        "jacket": [
            (14, 6),
            (30, 12),
            (84, 30),
            (104, 62),
            (120, 240),
            (118, 300),
            (86, 304),
            (76, 210),
            (72, 140),
            (74, 240),
            (88, 340),
        ],
        "slip": [(46, -10), (50, -8), (52, 50), (70, 90), (62, 160), (60, 240), (84, 400), (92, 480)],
    }
    return [(x + dx * k, y + dy * k) for dx, dy in outlines[kind]]


def hangers_on_rail() -> Canvas:
    c = Canvas("hangers_on_rail", ("v", [(0, "#1a2244"), (1, "#0a0e20")]))
    c.shape(circle(1180, 520, 430), "#232d57")
    items = [("coat", 190, "#c9d6ea"), ("slip", 445, HOT), ("jacket", 690, "#5a6ca3"), ("dress", 950, "#eef2f9"),
             ("shirt", 1205, "#9fb1d4"), ("trousers", 1440, "#31407a")]  # fmt: skip
    c.line([(-10, 168), (1610, 168)], 13, ("v", [(0, "#f2f5fb"), (1, "#7888b5")]), shadow=(0, 16, 10, 0.5))
    for kind, x, color in items:
        k, y = 1.42, 292
        hook = [(x, y - 32), (x, y - 66), (x + 18, y - 86), (x + 20, y - 112), (x, y - 126), (x - 18, y - 110)]
        c.line(smooth(hook, closed=False), 6, "#e3e9f5")
        c.line([(x - 112, y + 38), (x, y - 32), (x + 112, y + 38)], 10, "#e3e9f5")
        half = garment(kind, x, y, k)
        curve = smooth(half, closed=False, steps=10)
        mask = c.shape(mirrored([(x, half[0][1] + 18), *curve], x), color, shadow=(34, 30, 26, 0.55))
        area = np.asarray(mask, np.float32) / 255
        c.shade(1 + area * (0.10 * np.cos((c.x - x + 70) / 62) + 0.035 * np.sin((c.x - x) / 13 + (c.y - y) / 190)))
        dark = "#0c1126"
        if kind in ("coat", "jacket"):
            c.line([(x - 24, y + 20), (x + 2, y + 210 * 1.0), (x + 24, y + 20)], 3.4, dark, alpha=0.55)
            c.line([(x + 2, y + 210), (x + 2, half[-1][1])], 3, dark, alpha=0.55)
            for i in range(3):
                c.shape(circle(x + 22, y + 240 + i * 74, 7), dark, alpha=0.7)
            for side in (-1, 1):
                c.line([(x + side * 42, y + 330), (x + side * 94, y + 318)], 4, dark, alpha=0.45)
        if kind == "shirt":
            c.line([(x, y + 20), (x, half[-1][1])], 3, dark, alpha=0.5)
            for i in range(6):
                c.shape(circle(x, y + 66 + i * 74, 5), dark, alpha=0.6)
        if kind == "trousers":
            c.line([(x, y + 60), (x, y + 240)], 3, dark, alpha=0.6)
            for side in (-1, 1):
                c.line([(x + side * 52, y + 60), (x + side * 80, y + 730)], 3, "#5a6ca3", alpha=0.7)
        if kind in ("dress", "slip"):
            for fold in (-0.5, -0.15, 0.25, 0.6):
                c.line(
                    smooth(
                        [(x + fold * 40, y + 280), (x + fold * 90, y + 480), (x + fold * 190, half[-1][1] - 4)],
                        closed=False,
                    ),
                    3,
                    dark,
                    alpha=0.16,
                )
    c.light(420, 120, 0.26)
    return c


def knit_stitch() -> Canvas:
    c = Canvas("knit_stitch", "#080c1c")
    w, h = 58, 53
    leg = Image.new("RGBA", (int(w * SCALE * 0.62), int(h * SCALE * 1.75)))
    lw, lh = leg.size
    ys, xs = np.mgrid[0:lh, 0:lw].astype(np.float32)
    v = ys / lh
    middle = lw * (0.32 + 0.36 * v)  # a leg leans towards its partner
    thick = lw * 0.34 * np.sin(np.clip(v * 0.94 + 0.03, 0, 1) * math.pi) ** 0.55
    d = (xs - middle) / np.maximum(thick, 1)
    inside = np.clip((1 - np.abs(d)) * 9, 0, 1)
    ply = 0.10 * np.sin((v * 7 - d * 1.4) * math.pi * 2 * 0.5)
    tone = np.clip(0.98 - 0.62 * np.abs(d + 0.18) ** 2.2 + ply - 0.30 * (1 - v) ** 6, 0.1, 1.15)
    rows, cols = 1067 // h + 3, 1600 // w + 2
    for r in range(rows):
        layer = Image.new("RGBA", (c.w * SCALE, int(h * SCALE * 1.8)))
        for q in range(-1, cols):
            wave = 11.4 + 3.3 * math.sin(q / 4.1) + 1.0 * math.sin(q / 1.7 + 1)
            band = r - wave
            color = (
                ICE
                if -0.5 < band < 2
                else "#8fa6d3"
                if 2 <= band < 4
                else "#4b62a3"
                if 4 <= band < 6
                else HOT
                if -4 < band < -3
                else "#26356b"
                if band > 0
                else "#1b2650"
            )
            base = rgb(color) * float(1 + 0.05 * c.rng.normal())
            sprite = np.dstack([np.clip(base[None, None, :] * tone[..., None], 0, 255), inside * 255]).astype(np.uint8)
            left = Image.fromarray(sprite, "RGBA")
            layer.alpha_composite(left, (max(0, q * w * SCALE + 4), 0)) if q >= 0 else None
            right = left.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            spot = int((q + 0.5) * w * SCALE - 4)
            if q >= 0:
                layer.alpha_composite(right, (spot, 0))
        y = int((r - 1) * h * SCALE)
        part = np.asarray(layer, np.float32)
        y0, y1 = max(0, y), min(c.px.shape[0], y + part.shape[0])
        if y1 <= y0:
            continue
        cut = part[y0 - y : y1 - y]
        alpha = cut[..., 3:] / 255
        c.px[y0:y1] += (cut[..., :3] - c.px[y0:y1]) * alpha
    c.light(400, 200, 0.3)
    return c


def selvedge_denim() -> Canvas:
    c = Canvas("selvedge_denim", "#1c2547")
    slub = c.noise(9, 50, 2)
    along = c.noise(4.5, 26)
    twill = np.sin((c.x * 1.0 + c.y * 0.62) * math.pi * 2 / 14)
    short = np.sin(c.x * math.pi * 2 / 7)
    value = 0.42 + 0.26 * twill + 0.06 * short + 0.20 * slub + 0.08 * along
    cloth = ramp([(0, "#0d132c"), (0.4, "#1f2b58"), (0.72, "#3a4c86"), (1, "#aab7d6")], np.clip(value, 0, 1))
    c.px[:] = cloth
    c.light(250, 200, 0.3)
    for side, edge in ((-1, 778.0), (1, 826.0)):
        wave = edge + 5 * np.sin(c.y / 210 + side) + 2.2 * np.sin(c.y * math.pi * 2 / 10.5)
        inner = (edge - c.x if side < 0 else c.x - edge) + (wave - edge) * (1 if side < 0 else -1)
        strip = np.clip((92 - np.abs(inner - 46) * 2) / 4, 0, 1)
        rib = 0.88 + 0.12 * np.sin(c.y * math.pi * 2 / 5.2 + np.floor(inner / 6) * math.pi) + 0.06 * c.noise(4, 3)
        c.px += (rgb("#e9e4d8") * rib[..., None] - c.px) * strip[..., None]
        red = np.clip(4.5 - np.abs(inner - 30), 0, 1) * (0.75 + 0.25 * np.sin(c.y * math.pi * 2 / 13))
        c.px += (rgb(HOT) * 0.92 - c.px) * red[..., None]
        blue = np.clip(2.5 - np.abs(inner - 70), 0, 1) * (np.sin(c.y * math.pi * 2 / 22) > -0.2)
        c.px += (rgb("#1f2b58") - c.px) * blue[..., None]
        gone = np.clip(-inner / 1.5, 0, 1)
        gap = np.clip(1 + inner / 70, 0, 1) if side < 0 else np.clip(1 + inner / 40, 0, 1)
        middle = (c.x > 740) & (c.x < 870)
        ground = mix(rgb("#05070f"), rgb("#0b0f1f"), gap)
        hide = gone * middle * ((c.x < 805) if side < 0 else (c.x >= 805))
        c.px += (ground - c.px) * hide[..., None]
    return c


def pleated_fan() -> Canvas:
    c = Canvas("pleated_fan", ("v", [(0, "#1a2347"), (1, "#0a0e1f")]))
    cx, cy, radius, pleats = 800, 985, 850.0, 44
    angle = np.arctan2(cy - c.y, c.x - cx)
    far = np.hypot(c.x - cx, c.y - cy)
    phase = angle / math.pi * pleats
    part = phase - np.floor(phase)
    edge = radius - 17 * np.abs(part - 0.5) * 2 + 10 * np.sin(angle * 3)
    inside = np.clip(edge - far, 0, 1) * np.clip((far - 66), 0, 1) * (c.y < cy + 4)
    blurred = Image.fromarray((inside * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(30 * SCALE))
    c.put(Image.fromarray(np.roll(np.asarray(blurred), (26 * SCALE, 30 * SCALE), (0, 1))), "#000000", 0.6)
    saw = np.where(part < 0.5, part * 2, (1 - part) * 2)
    lit = np.where(part < 0.5, 0.62 + 0.38 * saw, 0.30 + 0.36 * saw)
    lit = lit * (0.70 + 0.30 * np.cos(angle - 2.15)) * (0.82 + 0.18 * far / radius) + 0.06 * np.sin(far / 140)
    paint = ramp([(0, "#20264a"), (0.3, "#8d8ea3"), (0.62, "#e3dccd"), (1, "#fffaf0")], np.clip(lit, 0, 1))
    ring = np.clip(7 - np.abs(far - (radius - 74)), 0, 1)
    paint = paint + (rgb(HOT) * np.clip(lit + 0.1, 0, 1)[..., None] - paint) * ring[..., None]
    c.px += (paint - c.px) * inside[..., None]
    c.shape(circle(cx, cy, 80), ("v", [(0, "#ff8a70"), (1, "#c43f27")]), shadow=(10, 14, 14, 0.5))
    c.shape(circle(cx, cy, 20), "#2a0f0b")
    c.shape(box(-10, 989, 1620, 90), "#080b19")
    return c


def tailors_chalk() -> Canvas:
    c = Canvas("tailors_chalk", "#141b35")
    band = 46
    slant = np.where((c.x // band) % 2 == 0, c.y + c.x, c.y - c.x)
    c.shade(1 + 0.20 * np.sin(slant * math.pi * 2 / 11) + 0.10 * c.noise(3, 10))
    rough = np.clip(0.78 + 0.42 * c.noise(2.2) + 0.22 * c.noise(30), 0, 1) * 255
    chalk = mix(np.zeros(3, np.float32) + rgb("#2a3358"), rgb("#f4f3ee"), rough / 255)

    def stroke(points: Sequence[Point], width: float = 4.2, curved: bool = True) -> None:
        c.line(smooth(points, closed=False) if curved else points, width, chalk, alpha=0.93)

    front = [(250, 130), (330, 118), (420, 150)]
    stroke([*front], curved=True)
    stroke([(420, 150), (404, 230), (424, 320), (500, 372)])
    stroke([(500, 372), (486, 560), (506, 760), (520, 980)])
    stroke([(520, 980), (360, 1004), (180, 980)])
    stroke([(180, 980), (150, 700), (148, 420), (250, 130)])
    stroke([(250, 130), (212, 300), (150, 470)])
    stroke([(250, 560), (340, 548), (430, 560)], 3.4)
    stroke([(350, 420), (346, 640)], 3, False)
    back = [(720, 118), (800, 146), (900, 190)]
    stroke(back)
    stroke([(900, 190), (872, 270), (880, 350), (936, 412)])
    stroke([(936, 412), (900, 600), (918, 800), (940, 990)])
    stroke([(940, 990), (820, 1010), (668, 1000)])
    stroke([(668, 1000), (650, 700), (668, 400), (648, 240), (720, 118)])
    stroke([(1120, 420), (1180, 250), (1300, 190), (1410, 270), (1450, 430)])
    stroke([(1450, 430), (1420, 640), (1390, 900), (1384, 985)])
    stroke([(1384, 985), (1290, 1000), (1184, 975)])
    stroke([(1184, 975), (1170, 780), (1150, 600), (1120, 420)])
    for x, y0, y1 in ((360, 700, 920), (790, 480, 860), (1284, 480, 840)):
        stroke([(x, y0), (x, y1)], 2.6, False)
        for y, s in ((y0, 1), (y1, -1)):
            stroke([(x - 12, y + 20 * s), (x, y), (x + 12, y + 20 * s)], 2.6, False)
    for x, y in ((412, 260), (876, 310), (1300, 190), (504, 700), (906, 700)):
        stroke([(x - 12, y - 5), (x + 12, y + 5)], 3, False)
    for i in range(22):
        if i % 2 == 0:
            stroke([(540 + i * 3, 372 + i * 29), (541 + i * 3, 372 + (i + 0.9) * 29)], 2.2, False)
    wedge = smooth(
        [
            (998, 852),
            (1004, 836),
            (1088, 668),
            (1103, 660),
            (1118, 668),
            (1202, 836),
            (1208, 852),
            (1194, 860),
            (1012, 860),
        ],
        steps=1,
    )
    c.shape(
        wedge, ("h", [(0, "#c9c4ba"), (0.35, "#fffdf6"), (0.75, "#ece6da"), (1, "#bdb7ab")]), shadow=(20, 26, 18, 0.7)
    )
    c.shape([(1012, 846), (1196, 846), (1196, 857), (1012, 857)], "#8d887e", alpha=0.5, blur=3)
    c.shape(circle(1104, 792, 27), HOT, alpha=0.9)
    c.light(700, 200, 0.3)
    return c


# ---------------------------------------------------------------- business: bottle green, cream, brass

BOTTLE, DEEP, CREAM, BRASS = "#14423a", "#0a2620", "#f1e9d6", "#b98a3a"


def bolts_as_columns() -> Canvas:
    c = Canvas("bolts_as_columns", ("v", [(0, "#efe7d4"), (0.78, "#e0d5bd"), (0.781, "#cbbd9f"), (1, "#b5a581")]))
    greens = ("#0a2620", "#17503f", "#3d8069")
    creams = ("#b3a583", "#efe6d0", "#fffdf4")
    brasses = ("#7a5418", "#c1923f", "#efcd86")
    heights = (300, 380, 345, 520, 470, 640, 700)
    for i, h in enumerate(heights):
        dark, body, shine = (greens, creams, brasses)[(0, 2, 0, 1, 2, 0, 0)[i]]
        w, x, base = 150, 122 + i * 198, 905
        c.shape(
            [(x, base), (x + w, base), (x + w + 250, base + 120), (x + 210, base + 130)], "#43361c", alpha=0.36, blur=14
        )
        tube = [
            (x, base - h),
            *[(x + w / 2 - w / 2 * math.cos(a), base + 22 * math.sin(a)) for a in np.linspace(0, math.pi, 40)],
            (x + w, base - h),
        ]
        mask = c.shape(tube, cylinder(dark, body, shine))
        area = np.asarray(mask, np.float32) / 255
        c.shade(
            1 + area * (0.03 * np.sin(c.x * math.pi * 2 / 4) * np.sin(c.y * math.pi * 2 / 4) + 0.04 * c.noise(4, 40))
        )
        flap = x + w * 0.62
        c.shape(
            [(flap, base - h + 18), (flap + 5, base - h + 20), (flap + 5, base + 20), (flap, base + 20)],
            dark,
            alpha=0.8,
        )
        c.shape(circle(x + w / 2, base - h, w / 2, 0.27), body)
        for turn in range(6):
            r = w / 2 - 5 - turn * 10.5
            outline = circle(x + w / 2, base - h, r, 0.27)
            c.line([*outline, outline[0]], 2.2, dark, alpha=0.75)
        c.shape(circle(x + w / 2, base - h, 13, 0.3), DEEP)
    c.light(180, 120, 0.2)
    return c


def jacquard_cards() -> Canvas:
    c = Canvas("jacquard_cards", ("v", [(0, "#18503f"), (1, "#0a2a22")]))
    for column, (x, w) in enumerate(((150, 560), (860, 600))):
        height, gap = 150, 16
        y = -60.0 - 70 * column
        card = 0
        while y < 1067:
            sway = 10 * math.sin(card * 0.9 + column * 2)
            tone = ("#efe5cd", "#e6d9bb", "#f3ead6", "#d9bf86")[(card * 5 + column * 3) % 4]
            c.shape(box(x + sway, y, w, height, 8), tone, shadow=(18, 22, 16, 0.5))
            for lace in (40, w - 40, w / 2):
                c.line([(x + sway + lace - 5, y - gap - 14), (x + sway + lace + 5, y + 14)], 4, "#f7f0df")
                c.line([(x + sway + lace + 5, y - gap - 14), (x + sway + lace - 5, y + 14)], 4, BRASS)
            cols = int((w - 120) / 21)
            for row in range(5):
                for q in range(cols):
                    wave = math.sin((q - cols / 2) ** 2 / 21 + card * 0.85 + row * 0.2) + 0.45 * math.cos(
                        q * 0.7 + card
                    )
                    if wave > 0.25:
                        hx, hy = x + sway + 66 + q * 21, y + 27 + row * 24
                        c.shape(circle(hx, hy, 7.2, n=24), DEEP)
            for peg in (24, w - 24):
                c.shape(circle(x + sway + peg, y + height / 2, 13), DEEP)
            y += height + gap
            card += 1
    c.light(500, 150, 0.34)
    return c


def stacked_coins_buttons() -> Canvas:
    c = Canvas("stacked_coins_buttons", ("v", [(0, "#1a5344"), (0.74, "#123d33"), (0.741, "#0d3129"), (1, "#08221c")]))
    kinds = [cylinder("#6d4a14", "#c1923f", "#f2d592"), cylinder("#3b2a1a", "#7d5d3b", "#b99a6f"), cylinder("#a99a78", "#efe6d0", "#fffdf4"),
             cylinder("#051612", "#10382e", "#3a7563")]  # fmt: skip
    for i, count in enumerate((3, 5, 4, 8, 11)):
        w, x0, base = 196, 130 + i * 280, 868.0
        c.shape(
            [(x0, base), (x0 + w, base), (x0 + w + 300, base + 130), (x0 + 260, base + 150)],
            "#020a08",
            alpha=0.5,
            blur=18,
        )
        y = base
        for _ in range(count):
            x = x0 + float(c.rng.normal(0, 8))
            thick = 44
            kind = kinds[int(c.rng.choice(4, p=[0.46, 0.24, 0.22, 0.08]))]
            c.shape(box(x, y - thick, w, thick + 6, 22), kind, shadow=(5, 8, 6, 0.5))
            c.shape(box(x + 10, y - thick + 2, w - 20, 7, 4), "#ffffff", alpha=0.22, blur=1)
            y -= thick + 2
    x, y, r = 1480.0, 905.0, 150.0
    c.shape(circle(x - 30, y + 10, r, 0.98), "#020a08", alpha=0.5, blur=20)
    disc = np.clip((r - np.hypot(c.x - x, c.y - y)), 0, 1)
    ring = np.hypot(c.x - x, c.y - y)
    glow = 0.55 + 0.45 * np.cos(np.arctan2(c.y - y, c.x - x) + 2.2) * np.where(ring > 112, 1, -0.55)
    c.px += (ramp([(0, "#6d4a14"), (0.5, "#c1923f"), (1, "#f6dd9f")], np.clip(glow, 0, 1)) - c.px) * disc[..., None]
    for dx, dy in ((-26, -26), (26, -26), (-26, 26), (26, 26)):
        c.shape(circle(x + dx, y + dy, 14), DEEP)
    c.light(250, 120, 0.3)
    return c


def pirns_portrait() -> Canvas:
    c = Canvas("pirns_portrait", ("v", [(0, "#17493c"), (1, "#0a2620")]), (1000, 1333))
    threads = [("#7a5418", "#c1923f", "#f4d894"), ("#b3a583", "#efe6d0", "#ffffff"), ("#0c3128", "#1f6a54", "#58a389")]
    for row in range(4):
        for q in range(6):
            x = 52 + q * 165 + (82 if row % 2 else 0) - 60
            base = 460 + row * 315
            dark, body, shine = threads[(q * 2 + row + row * q // 2) % 3]
            pin = [(x + 50, base - 380), (x + 64, base - 380), (x + 72, base), (x + 42, base)]
            c.shape(pin, cylinder("#5d3f1e", "#a97c48", "#dfb987"), shadow=(26, 20, 16, 0.5))
            half = [(x + 57 + d, base - up) for d, up in ((9, 330), (20, 270), (38, 170), (46, 90), (44, 40), (30, 22))]
            mask = c.shape(
                mirrored(smooth(half, closed=False), x + 57), cylinder(dark, body, shine), shadow=(26, 20, 16, 0.5)
            )
            area = np.asarray(mask, np.float32) / 255
            c.shade(1 + area * 0.10 * np.sin((c.y + (c.x - x) * 0.16) * math.pi * 2 / 6))
            c.shape(box(x + 30, base - 26, 54, 46, 12), cylinder("#5d3f1e", "#a97c48", "#dfb987"))
    c.light(250, 200, 0.34, 1200)
    return c


def shuttle_scarf_square() -> Canvas:
    c = Canvas("shuttle_scarf_square", CREAM, (1200, 1200))
    c.shape(box(50, 50, 1100, 1100), BOTTLE)
    c.shape(box(84, 84, 1032, 1032), BRASS)
    c.shape(box(98, 98, 1004, 1004), CREAM)
    for i in range(1, 15):
        p = 98 + i * 62.75
        for tri in (
            [(p, 98), (p + 62.75, 98), (p + 31.4, 158)],
            [(p, 1102), (p + 62.75, 1102), (p + 31.4, 1042)],
            [(98, p), (98, p + 62.75), (158, p + 31.4)],
            [(1102, p), (1102, p + 62.75), (1042, p + 31.4)],
        ):
            c.shape(tri, BOTTLE if i % 2 else DEEP)
    for x in (98, 1042):
        for y in (98, 1042):
            c.shape(box(x, y, 60, 60), BRASS)
            c.shape(box(x + 16, y + 16, 28, 28), CREAM)
    c.shape(box(186, 186, 828, 828), DEEP)
    for row in range(6):
        for q in range(6):
            cx, cy = 255 + q * 138, 255 + row * 138
            upright = (row + q) % 2 == 0
            half = [(0, -64), (15, -36), (21, 0), (15, 36), (0, 64)]
            shuttle = smooth([*half, (-15, 36), (-21, 0), (-15, -36)], steps=8)
            turned = [(cx + (dx if upright else dy), cy + (dy if upright else dx)) for dx, dy in shuttle]
            c.shape(turned, (BRASS, CREAM, "#2f7a64")[(row * 2 + q) % 3])
            inner = [(cx + (dx if upright else dy) * 0.5, cy + (dy if upright else dx) * 0.5) for dx, dy in shuttle]
            c.shape(inner, DEEP)
            if upright and row < 5:
                c.line([(cx, cy + 64), (cx, cy + 74)], 3, BRASS)
    sheen = np.sin((c.x * 0.8 + c.y * 0.6) / 150 + c.noise(500, 1, 2) * 1.6)
    c.shade(1 + 0.10 * sheen + 0.05 * np.sin((c.x * 0.8 + c.y * 0.6) / 41 + 1))
    c.weave(4, 0.025)
    return c


def loom_shed() -> Canvas:
    c = Canvas("loom_shed", ("v", [(0, "#0b2a23"), (0.48, "#1d5a4a"), (0.481, "#173f35"), (1, "#0a231d")]))
    vx, vy = 800, 470
    for i in range(7):
        k0, k1 = 1.55**i * 0.085, 1.55 ** (i + 1) * 0.085
        y0, y1 = vy - 300 * k0, vy - 300 * k1
        half0, half1 = 900 * k0, 900 * k1
        c.shape([(vx - half1, y1), (vx + half1, y1), (vx + half0, y0), (vx - half0, y0)], "#0a231d")
        gap = y0 + (y1 - y0) * 0.55
        mid = half0 + (half1 - half0) * 0.55
        c.shape(
            [(vx - mid, gap), (vx + mid, gap), (vx + half0, y0), (vx - half0, y0)],
            ("v", [(0, "#f7f0dc"), (1, "#d9c48f")]),
            alpha=0.94,
        )
        for m in range(-5, 6):
            c.line([(vx + mid * m / 5.5, gap), (vx + half0 * m / 5.5, y0)], max(1.0, 5 * k1), "#0a231d")
    c.shape(
        [(vx - 40, vy + 30), (vx + 40, vy + 30), (1130, 1067), (470, 1067)],
        ("v", [(0, "#cbb57f"), (0.35, "#7d7a55"), (1, "#2a5145")]),
        alpha=0.85,
    )
    for i in range(8):
        k, deeper = 1.5**i * 0.10, 1.5 ** (i + 0.62) * 0.10
        for side in (-1, 1):

            def at(dx: float, dy: float, depth: float, s: int = side) -> Point:
                return vx + s * (170 + dx) * depth * 0.9, vy + dy * depth * 0.9

            front = [at(0, 330, deeper), at(520, 330, deeper), at(520, 150, deeper), at(0, 150, deeper)]
            top = [at(0, 150, deeper), at(520, 150, deeper), at(520, 150, k), at(0, 150, k)]
            inner = [at(0, 330, deeper), at(0, 150, deeper), at(0, 150, k), at(0, 330, k)]
            c.shape(
                [at(-40, 345, deeper), at(540, 345, deeper), at(540, 345, k), at(-40, 345, k)],
                "#041410",
                alpha=0.6,
                blur=4,
            )
            c.shape(inner, "#2d6b58")
            c.shape(top, CREAM if i % 3 else "#dcc68f")
            for n in range(1, 9):
                c.line([at(520 * n / 9, 150, deeper), at(520 * n / 9, 150, k)], max(0.8, 2.4 * k), BRASS, alpha=0.5)
            c.shape(front, "#0f382e")
            c.shape([at(0, 150, deeper), at(520, 150, deeper), at(520, 174, deeper), at(0, 174, deeper)], BRASS)
            for post in (0, 496):
                c.shape(
                    [
                        at(post, 150, deeper),
                        at(post + 24, 150, deeper),
                        at(post + 24, -70, deeper),
                        at(post, -70, deeper),
                    ],
                    "#0b2a23",
                )
            c.shape([at(0, -70, deeper), at(520, -70, deeper), at(520, -40, deeper), at(0, -40, deeper)], "#17503f")
    haze = np.exp(-(((c.x - vx) / 420) ** 2 + ((c.y - vy) / 230) ** 2)) * 0.55
    c.px += (rgb("#f3e6c0") - c.px) * haze[..., None]
    return c


# ---------------------------------------------------------------- retail: terracotta, pink, sand

TERRA, BRICK, PINK, DUNE = "#c4613f", "#8e3d26", "#f0c9bd", "#e6d2b4"


def fitting_corridor() -> Canvas:
    c = Canvas("fitting_corridor", DUNE)
    walls = ("#e6d2b4", "#c4613f", "#f0c9bd", "#d98e70", "#efe0c6", "#b5533a", "#f0c9bd", "#7c3220")
    x, y, w, h = -330.0, -330.0, 2260.0, 1520.0
    for i, wall in enumerate(walls):
        door = arch(x, y, w, h)
        c.shape(door, wall, shadow=(-10, 8, 30, 0.5) if i else None, tone="#4a1a0e")
        opening = np.asarray(c.mask(door), np.float32) / 255
        floor = opening * np.clip((c.y - (y + h * 0.935)) / 2, 0, 1)
        c.px += (rgb("#dcbf95") * (1 - 0.07 * i) - c.px) * floor[..., None]
        if i in (1, 3, 5):
            edge = x + w * 0.235 + w * 0.018 * np.sin(c.y / (h * 0.16) + i)
            drape = opening * np.clip(edge - c.x, 0, 1) * np.clip(y + h * 0.955 - c.y, 0, 1)
            c.px += (rgb(("#f0c9bd", "#fff0e2", "#e9d2b0")[i // 2]) - c.px) * drape[..., None]
            c.shade(1 + drape * (0.17 * np.sin((c.x - x) / (w * 0.0082) + 0.5 * np.sin(c.y / (h * 0.2))) - 0.10))
            cast = opening * np.clip(1 - (c.x - edge) / (w * 0.05), 0, 1) * (c.x >= edge) * (1 - floor)
            c.shade(1 - 0.28 * cast)
        x, y, w, h = x + w * 0.13, y + h * 0.15, w * 0.74, h * 0.80
    c.light(500, 250, 0.3)
    return c


def shop_windows_night() -> Canvas:
    c = Canvas("shop_windows_night", ("v", [(0, "#5a2418"), (0.8, "#8a3c27"), (1, "#3a150e")]))
    c.shade(1 + 0.03 * np.sign(np.sin(c.y * math.pi / 11)) + 0.03 * c.noise(30, 0.2))
    glows = np.zeros_like(c.px[..., 0])
    kinds = ["dress", "", "coat", "", "slip", "jacket", "", "shirt", "", "", "dress", "trousers", "", "coat", ""]
    for row in range(3):
        for q in range(5):
            x, y, w, h = 70 + q * 300, 44 + row * 306, 252, 262
            lit = (q * 3 + row * 4) % 7 not in (1, 5)
            kind = kinds[row * 5 + q]
            c.shape(box(x - 12, y - 12, w + 24, h + 24), "#2a0e08")
            ground: Paint = (
                ("v", [(0, "#fff0d2"), (0.75, "#f3b48c"), (1, "#d88662")])
                if lit
                else ("v", [(0, "#3b1a15"), (1, "#5c2a20")])
            )
            c.shape(box(x, y, w, h), ground)
            if lit:
                glows += np.asarray(c.mask(box(x, y, w, h), blur=40), np.float32) / 255
            c.shape(
                [(x, y + h), (x + w, y + h), (x + w - 30, y + h - 40), (x + 30, y + h - 40)],
                "#b5674a" if lit else "#43201a",
            )
            if kind and lit:
                half = garment(kind, x + w / 2, y + 44, 0.355)
                c.line([(x + w / 2, y), (x + w / 2, y + 44)], 2, "#5a2418")
                tone = (BRICK, "#5a2418", TERRA)[(row + q) % 3]
                c.shape(
                    mirrored([(x + w / 2, half[0][1] + 5), *smooth(half, closed=False, steps=8)], x + w / 2),
                    tone,
                    shadow=(12, 8, 8, 0.3),
                )
            if not lit:
                c.shape([(x, y), (x + 90, y), (x, y + 160)], "#ffffff", alpha=0.05)
            c.line([(x + w / 2, y), (x + w / 2, y + h)], 3, "#2a0e08", alpha=0.0 if kind else 0.6)
    c.px += rgb("#ff9c66") * (np.clip(glows, 0, 1) * 0.14)[..., None]
    pavement = np.clip((c.y - 968) / 4, 0, 1)
    flipped = c.px[::-1][: c.px.shape[0]]
    wet = np.roll(flipped, 0, axis=0) * 0.34
    c.px += (rgb("#2a120d") + wet * 0.8 - c.px) * pavement[..., None]
    for x, tall in ((520, 320), (612, 296), (1150, 330)):
        c.shape(circle(x + 30, 1030, 90, 0.12), "#0c0302", alpha=0.6, blur=10)
        person(c, x, 1030, tall, "#160805")
    return c


def shopfront_arcade() -> Canvas:
    c = Canvas("shopfront_arcade", ("v", [(0, "#d0714e"), (1, "#bb5a3a")]))
    c.shade(1 + 0.03 * c.noise(60, 1, 3))
    c.shape(box(0, 900, 1600, 170), ("v", [(0, "#e9d6b8"), (1, "#cfb489")]))
    c.shape(box(0, 884, 1600, 20), BRICK)
    for q in range(3):
        x = 120 + q * 480
        c.shape(arch(x - 22, 170, 444, 720), "#e59a7c")
        c.shape(arch(x, 192, 400, 698), ("v", [(0, "#5b2416"), (1, "#7c3521")]))
        inside = c.mask(arch(x, 192, 400, 698))
        c.put(inside, ("h", [(0, "#3d150c"), (0.25, "#7c3521"), (1, "#f0c9bd" if q == 1 else "#94462e")]))
        if q == 1:
            half = garment("dress", x + 200, 460, 0.72)
            c.line([(x + 200, 430), (x + 200, 458)], 3, BRICK)
            c.shape(
                mirrored([(x + 200, half[0][1] + 10), *smooth(half, closed=False)], x + 200),
                "#fff3e6",
                shadow=(34, 12, 14, 0.4),
            )
        else:
            for i in range(5):
                c.shape(
                    box(x + 70 + i * 54, 560, 40, 230 - 30 * (i % 2), 6),
                    (PINK, DUNE, TERRA, "#e59a7c", "#fff3e6")[(i + q) % 5],
                )
            c.line([(x + 50, 556), (x + 350, 556)], 6, DUNE)
        c.shape(box(x, 800, 400, 90), "#a34a30")
        depth, top = 128, 400
        for i in range(10):
            x0, x1 = x - 16 + i * 43.2, x - 16 + (i + 1) * 43.2
            flare = 26
            f0, f1 = x0 + (i - 5) / 5 * flare, x1 + (i - 4) / 5 * flare
            stripe = "#fff1e2" if i % 2 else "#d9694a"
            c.shape([(x0, top), (x1, top), (f1, top + depth), (f0, top + depth)], stripe)
            c.shape([(f0, top + depth), *[(f0 + (f1 - f0) * (0.5 - 0.5 * math.cos(a)), top + depth + 24 * math.sin(a)) for a in np.linspace(0, math.pi, 20)], (f1, top + depth)], "#e9d9c6" if i % 2 else "#bd5236")  # fmt: skip
        c.shape(
            [
                (x - 34, top + depth + 14),
                (x + 446, top + depth + 14),
                (x + 500, top + depth + 120),
                (x + 20, top + depth + 120),
            ],
            "#2a0c05",
            alpha=0.30,
            blur=10,
        )
    for x in (-240, 800):
        c.shape([(x, 0), (x + 150, 0), (x + 760, 1067), (x + 560, 1067)], "#3a120a", alpha=0.22, blur=12)
    c.light(200, 60, 0.24)
    return c


def flatiron_corner() -> Canvas:
    c = Canvas("flatiron_corner", ("v", [(0, "#f3d9cf"), (1, "#f7eadb")]))
    c.shape(circle(1290, 240, 118), "#fff6ea")
    nose, left, right = 720, -60, 1760
    base, top = 968, 132

    def wall(x: float, far: float, level: float) -> float:
        t = abs(x - nose) / abs(far - nose)
        y = top + (base - top) * level
        horizon = 830
        return y + (horizon - y) * t * 0.52

    c.shape([(0, 900), (1600, 900), (1600, 1067), (0, 1067)], ("v", [(0, "#e2c9a5"), (1, "#cdb086")]))
    for far, tone, trim in ((left, "#d4764f", "#f0b497"), (right, "#8e3d26", "#b5623f")):
        c.shape([(nose, wall(nose, far, 0)), (far, wall(far, far, 0)), (far, wall(far, far, 1)), (nose, base)], tone)
        for floor in range(7):
            lo = 0.075 + floor * 0.128
            for q in range(11 if far == right else 10):
                a, b = 0.055 + q * 0.092, 0.055 + q * 0.092 + 0.047
                xs = [nose + (far - nose) * k for k in (a, b)]
                quad = [
                    (xs[0], wall(xs[0], far, lo)),
                    (xs[1], wall(xs[1], far, lo)),
                    (xs[1], wall(xs[1], far, lo + 0.082)),
                    (xs[0], wall(xs[0], far, lo + 0.082)),
                ]
                c.shape(quad, "#4a1c10" if far == right else "#6d2c1a")
                if (q * 5 + floor * 3) % 7 == 0:
                    c.shape(quad, "#ffdfae", alpha=0.85)
                sill = [(xs[0], wall(xs[0], far, lo + 0.086)), (xs[1], wall(xs[1], far, lo + 0.086))]
                c.line(sill, 4, trim)
        for level, width in ((0.0, 22), (0.055, 6), (0.315, 9), (0.84, 12)):
            c.line([(nose, wall(nose, far, level)), (far, wall(far, far, level))], width, trim)
    for floor in range(7):
        y = top + (base - top) * (0.075 + floor * 0.128)
        c.shape(box(nose - 30, y, 60, 68, 30 if floor in (1, 6) else 3), "#5a2314")
        c.shape(box(nose - 38, y + 70, 76, 8), "#f0b497")
    c.shape(box(nose - 34, 850, 68, 118), "#fff1df")
    shadow = np.clip(c.noise(80, 0.8, 2) * 1.8 - 0.2, 0, 1) * np.clip((c.y - 560) / 320, 0, 1) * (c.x < nose + 80)
    c.shade(1 - 0.30 * shadow)
    c.line(smooth([(1360, 1067), (1352, 800), (1372, 560), (1350, 330)], closed=False), 26, "#4f2416")
    for dx, dy in ((-120, 330), (110, 400), (-90, 560), (140, 240), (10, 190)):
        c.line(smooth([(1362, 640), (1362 + dx * 0.4, 480), (1356 + dx, dy)], closed=False), 9, "#4f2416")
    for n in range(150):
        turn, spread = n * 2.4, 15.5 * math.sqrt(n)
        leaf_x, leaf_y = (
            1356 + spread * math.cos(turn) * 0.98 + c.rng.normal(0, 9),
            320 + spread * math.sin(turn) * 0.86 + c.rng.normal(0, 9),
        )
        tone = ("#d99a4e", "#c97f3e", "#e8b870", "#b56a33")[int(c.rng.integers(4))]
        c.shape(
            circle(leaf_x, leaf_y, float(c.rng.uniform(15, 27)), float(c.rng.uniform(0.6, 0.9)), 30), tone, alpha=0.94
        )
    return c


def handbag_plinth() -> Canvas:
    c = Canvas("handbag_plinth", ("h", [(0, "#f0c9bd"), (0.58, "#ecbfb1"), (0.581, "#e6d2b4"), (1, "#dcc39d")]))
    c.shape(box(0, 830, 1600, 240), ("v", [(0, "#d78e70"), (1, "#c4704f")]))
    c.shape(circle(1180, 330, 190), "#d98e70")
    c.shape([(1110, 760), (1110, 960), (1600, 1067), (1600, 900)], "#6d2a18", alpha=0.35, blur=22)
    c.shape(box(420, 700, 690, 260), ("h", [(0, "#fff4e8"), (0.68, "#f4e3d0"), (0.681, "#d9bda0"), (1, "#cfae8d")]))
    c.shape([(420, 700), (1110, 700), (1060, 650), (500, 650)], "#fffaf2")
    outline = smooth(
        [
            (560, 400),
            (760, 388),
            (960, 400),
            (1010, 520),
            (1022, 660),
            (1000, 682),
            (760, 690),
            (520, 682),
            (500, 660),
            (512, 520),
        ],
        steps=10,
    )
    c.line(
        smooth([(610, 410), (620, 250), (690, 160), (760, 146), (832, 160), (900, 250), (912, 410)], closed=False),
        22,
        BRICK,
        shadow=(30, 20, 14, 0.3),
    )
    c.shape(
        smooth([(520, 690), (1010, 690), (1180, 716), (1000, 730), (540, 705)], steps=6), "#5a2010", alpha=0.4, blur=10
    )
    mask = c.shape(
        outline, ("h", [(0, "#9c452b"), (0.25, "#d0714e"), (0.6, "#bf5b3a"), (1, "#7c3220")]), shadow=(40, 22, 24, 0.4)
    )
    area = np.asarray(mask, np.float32) / 255
    c.shade(1 + area * (0.05 * c.noise(9, 1, 2) + 0.08 * np.cos((c.y - 430) / 95)))
    flap = smooth(
        [(556, 398), (760, 386), (964, 398), (985, 470), (920, 540), (760, 572), (600, 540), (535, 470)], steps=10
    )
    c.shape(flap, ("v", [(0, "#e08a66"), (1, "#b5533a")]), shadow=(4, 14, 12, 0.5), tone="#3a120a")
    inset = [(760 + (x - 760) * 0.965, 470 + (y - 470) * 0.94) for x, y in flap]
    for i in range(0, len(inset) - 2, 3):
        c.line([inset[i], inset[i + 1]], 2.6, "#f7d7c4", alpha=0.9)
    c.shape(box(728, 540, 64, 50, 10), ("v", [(0, "#f6e3b4"), (1, "#b98a3a")]), shadow=(4, 6, 5, 0.5))
    c.shape(circle(760, 566, 9), "#5a2010")
    for x in (610, 912):
        c.shape(circle(x, 416, 17), ("v", [(0, "#f6e3b4"), (1, "#b98a3a")]), shadow=(3, 4, 4, 0.5))
    c.light(300, 120, 0.22)
    return c


# ---------------------------------------------------------------- beauty: blush, plum, peach

BLUSH, PLUM, PEACH, ROSE = "#f3d5cf", "#4a1f3d", "#f2b391", "#c86a78"


def perfume_flacons() -> Canvas:
    c = Canvas("perfume_flacons", ("v", [(0, "#f6ddd6"), (0.72, "#efc7bf"), (0.721, "#dfa79f"), (1, "#cf8f8a")]))
    c.shape(circle(360, 380, 265), "#f5c4a6", alpha=0.85)

    def flacon(
        x: float,
        y: float,
        w: float,
        h: float,
        r: float,
        glass: Paint,
        liquid: Paint,
        level: float,
        cap: Paint,
        tall: float,
    ) -> None:
        c.shape(
            [(x + 10, y + h), (x + w, y + h), (x + w + 330, y + h + 130), (x + 240, y + h + 160)],
            "#6d2440",
            alpha=0.30,
            blur=20,
        )
        c.shape(
            [
                (x + w * 0.3, y + h - 4),
                (x + w * 0.7, y + h - 4),
                (x + w + 230, y + h + 96),
                (x + w * 0.6 + 190, y + h + 106),
            ],
            "#ffd9c2",
            alpha=0.5,
            blur=12,
        )
        c.shape(
            box(x + w / 2 - w * 0.13, y - 40, w * 0.26, 50, 4),
            ("h", [(0, "#a9745c"), (0.3, "#f6dcc9"), (1, "#8d5a48")]),
        )
        c.shape(box(x + w / 2 - w * 0.22, y - 40 - tall, w * 0.44, tall, 12), cap, shadow=(6, 8, 8, 0.25))
        c.shape(box(x, y, w, h, r), glass, alpha=0.80)
        inner = c.mask(box(x + 16, y + 18, w - 32, h - 42, max(4, r - 14)))
        cut = np.asarray(inner, np.float32) * (c.y > y + h * (1 - level))
        c.put(Image.fromarray(cut.astype(np.uint8)), liquid, 0.9)
        c.shape(box(x + 18, y + h * (1 - level), w - 36, 6, 3), "#ffffff", alpha=0.35)
        c.shape(box(x + 17, y + 26 + r * 0.72, 18, h - 58 - r * 1.44, 9), "#ffffff", alpha=0.55, blur=3)
        c.shape(box(x + w - 28, y + 26 + r * 0.72, 8, h - 58 - r * 1.44, 4), "#ffffff", alpha=0.30, blur=2)
        c.line([*box(x + 1, y + 1, w - 2, h - 2, r), box(x + 1, y + 1, w - 2, h - 2, r)[0]], 3, "#ffffff", alpha=0.35)
        c.shape(box(x + w * 0.24, y + h * 0.46, w * 0.52, h * 0.2, 3), "#fdf3ec", alpha=0.94)
        for i in range(3):
            c.shape(
                box(x + w * (0.33 + 0.04 * i), y + h * (0.515 + i * 0.04), w * (0.34 - 0.08 * i), 3.4), PLUM, alpha=0.75
            )

    flacon(
        170,
        400,
        330,
        440,
        30,
        "#fbe6dc",
        ("v", [(0, "#f7c39f"), (1, "#e08f6c")]),
        0.66,
        cylinder("#7d3a2a", "#c9765a", "#f3b99f"),
        110,
    )
    flacon(
        600,
        250,
        250,
        590,
        122,
        "#7a3c63",
        ("v", [(0, "#6a2a54"), (1, "#32112b")]),
        0.78,
        cylinder("#2a0f22", "#5a2549", "#a06a90"),
        90,
    )
    flacon(
        960,
        520,
        420,
        320,
        16,
        "#fdf1ee",
        ("v", [(0, "#f1b9bd"), (1, "#d98592")]),
        0.52,
        cylinder("#b79a86", "#f6e8dc", "#ffffff"),
        128,
    )
    c.light(200, 120, 0.18)
    return c


def lipsticks() -> Canvas:
    c = Canvas("lipsticks", ("v", [(0, "#f8d3bd"), (0.76, "#f0b896"), (0.761, "#e39f7b"), (1, "#d08862")]))
    tones = [
        ("#7d0f22", "#c4243c", "#ef6d7c"),
        ("#4d1029", "#8c2347", "#c9627f"),
        ("#a2392c", "#e2604a", "#ffa48e"),
        ("#34112c", "#5f2350", "#9c5d8c"),
        ("#8f3548", "#d06c7c", "#f7b3b9"),
    ]
    for i, ((dark, body, shine), rise) in enumerate(zip(tones, (300, 210, 350, 250, 130), strict=True)):
        w, x, base = 168, 140 + i * 278, 905.0
        c.shape(
            [(x, base), (x + w, base), (x + w + 310, base + 120), (x + 230, base + 140)], "#7d3a24", alpha=0.36, blur=18
        )
        c.shape(box(x, base - 300, w, 312, 12), cylinder("#1d0a18", "#3d1833", "#8a5a7d"))
        c.shape(box(x + 12, base - 420, w - 24, 124, 6), cylinder("#8a5a2a", "#d9ac6c", "#fff0cf"))
        c.shape(box(x + 12, base - 330, w - 24, 5), "#7a4c20", alpha=0.6)
        sx, sw, top = x + 28, w - 56, base - 420 - rise
        slant = 74 if rise > 150 else 20
        bullet = [
            (sx, base - 418),
            (sx, top + slant),
            *smooth(
                [
                    (sx, top + slant),
                    (sx + sw * 0.25, top + slant * 0.32),
                    (sx + sw * 0.72, top + 2),
                    (sx + sw, top + 26),
                ],
                closed=False,
            ),
            (sx + sw, base - 418),
        ]
        c.shape(bullet, cylinder(dark, body, shine))
        face = smooth(
            [
                (sx + 3, top + slant + 8),
                (sx + sw * 0.28, top + slant * 0.38),
                (sx + sw * 0.75, top + 5),
                (sx + sw - 2, top + 26),
                (sx + sw * 0.62, top + slant * 0.66),
                (sx + sw * 0.2, top + slant * 1.25),
            ],
            steps=8,
        )
        c.shape(face, shine, alpha=0.5, blur=1.5)
        c.shape(box(x + 34, base - 290, 12, 280, 6), "#ffffff", alpha=0.16, blur=4)
    c.light(180, 100, 0.2)
    return c


def sun_disc() -> Canvas:
    c = Canvas("sun_disc", ("v", [(0, "#f9e3da"), (0.64, "#f5c9b4"), (1, "#f5c9b4")]))
    r = np.hypot(c.x - 800, c.y - 500) / 370
    halo = np.clip(0.30 - (r - 1) * 0.34, 0, 0.30) * (r > 1)
    halftone(c, halo, 14, 45, "#f2a27c")
    disc = np.clip((1 - r) * 370, 0, 1)
    c.px += (ramp([(0, "#f6a781"), (1, "#e9744f")], np.clip((c.y - 130) / 740, 0, 1)) - c.px) * disc[..., None]
    halftone(c, np.clip((c.y - 320) / 620, 0, 0.9), 14, 20, "#b5304a", disc)
    for i in range(8):
        y = 690 + i * (30 + i * 5)
        tone = ("#d98592", "#c86a78", "#a94a68", "#8a3558", "#6d274b", "#551f40", "#421834", "#331229")[i]
        wave = [
            (x, y + 8 * math.sin(x / (90 + 14 * i) + i * 1.7) + 3 * math.sin(x / 37 + i)) for x in range(-10, 1620, 10)
        ]
        c.shape([*wave, (1620, 1067), (-10, 1067)], tone)
        if i < 6:
            for k in range(3):
                half = (210 - i * 18) * (0.9 - 0.25 * k)
                c.shape(
                    box(800 - half + (i * 37 + k * 91) % 80 - 40, y + 12 + k * 9, half * 2 * 0.7, 4.5, 2),
                    "#f6b596",
                    alpha=0.75 - 0.1 * i,
                )
    return c


def osmanthus() -> Canvas:
    c = Canvas("osmanthus", ("v", [(0, "#3b1833"), (1, "#230d20")]))
    for i in range(44):
        x, y = c.rng.uniform(-80, 1680), c.rng.uniform(-80, 1150)
        size, a = c.rng.uniform(150, 300), c.rng.uniform(0, math.pi * 2)
        cos, sin = math.cos(a), math.sin(a)
        half = [(0, 0), (0.2, 0.10), (0.5, 0.165), (0.8, 0.09), (1, 0)]
        leaf = smooth([*half, (0.8, -0.09), (0.5, -0.165), (0.2, -0.10)], steps=8)
        spun = [(x + size * (px * cos - py * sin), y + size * (px * sin + py * cos)) for px, py in leaf]
        tone = ("#4a2443", "#5a2c4c", "#3f3a46", "#55304f", "#2f1530")[i % 5]
        c.shape(spun, tone, shadow=(12, 16, 14, 0.5))
        c.line([(x, y), (x + size * 0.97 * cos, y + size * 0.97 * sin)], 2.4, "#8a5a7d", alpha=0.8)
        for k in (0.25, 0.4, 0.55, 0.7):
            for s in (-1, 1):
                tip = (x + size * ((k + 0.12) * cos - s * 0.11 * sin), y + size * ((k + 0.12) * sin + s * 0.11 * cos))
                c.line([(x + size * k * cos, y + size * k * sin), tip], 1.3, "#8a5a7d", alpha=0.5)
    for i in range(130):
        t = i / 130
        x = 800 + (t - 0.5) * 1500 + c.rng.normal(0, 90)
        y = 530 - (t - 0.5) * 620 + c.rng.normal(0, 105)
        size, a = c.rng.uniform(17, 34), c.rng.uniform(0, math.pi / 2)
        tone = ("#f7b27a", "#f3c08f", "#ef9a5f", "#fbd0a4")[i % 4]
        for petal in range(4):
            b = a + petal * math.pi / 2
            px, py = x + size * 0.62 * math.cos(b), y + size * 0.62 * math.sin(b)
            c.shape(circle(px, py, size * 0.56, n=28), tone, shadow=(4, 6, 5, 0.35))
            c.shape(
                circle(px + size * 0.14 * math.cos(b), py + size * 0.14 * math.sin(b) - 2, size * 0.3, n=20),
                "#ffe3c4",
                alpha=0.45,
                blur=2,
            )
        c.shape(circle(x, y, size * 0.17, n=20), "#b5502e")
    c.light(500, 250, 0.36)
    return c


def cream_swirl() -> Canvas:
    c = Canvas("cream_swirl", ("h", [(0, "#f0c4ba"), (0.5, "#eebcae"), (0.501, "#e2a193"), (1, "#da9385")]))
    x, y = 800, 533
    c.shape(circle(x + 70, y + 80, 440), "#7d3040", alpha=0.45, blur=36)
    c.shape(circle(x, y, 446), ("h", [(0, "#fdf3ee"), (0.5, "#f2dcd4"), (1, "#cfa79d")]))
    c.shape(circle(x, y, 404), ("h", [(0, "#c99a90"), (0.5, "#e6c9c0"), (1, "#fbeee8")]))
    r = np.hypot(c.x - x, c.y - y)
    a = np.arctan2(c.y - y, c.x - x)
    inside = np.clip(392 - r, 0, 1)
    turns = r / 392
    spiral = a - 5.2 * np.log1p(turns * 3.0) + 0.20 * c.noise(260, 1, 2)
    height = (np.cos(spiral * 2) * 0.5 + 0.5) ** 1.5 * 68 * np.clip(1.25 - turns, 0.16, 1) + 105 * np.exp(
        -((turns / 0.17) ** 2)
    )
    gy, gx = np.gradient(height, 1 / SCALE)
    z = 1 / np.sqrt(gx**2 + gy**2 + 1)
    diffuse = np.clip((gx * 0.5 + gy * 0.42 + 0.76) * z, 0, 1)
    shine = np.clip((gx * 0.28 + gy * 0.24 + 0.93) * z, 0, 1) ** 40
    paint = ramp([(0, "#9c6a72"), (0.4, "#d9b3b0"), (0.75, "#faeee9"), (1, "#ffffff")], diffuse)
    paint = paint + (255 - paint) * (shine * 0.5)[..., None]
    c.px += (paint - c.px) * inside[..., None]
    edge = np.clip(1 - (392 - r) / 40, 0, 1) * inside
    c.shade(1 - 0.22 * edge * (0.5 + 0.5 * np.cos(a + 2.4)))
    c.light(300, 150, 0.14)
    return c


# ---------------------------------------------------------------- technology: cobalt, grey, acid lime

COBALT, ABYSS, GREY, LIME = "#1f3fd1", "#0d1d6b", "#c9ccd3", "#d6f23c"


def body_contours() -> Canvas:
    c = Canvas("body_contours", ("v", [(0, "#2546dc"), (1, "#1531a8")]))
    for i in range(76):
        y = 70 + i * 12.6
        v = i / 75
        half = float(
            np.interp(
                v,
                [0, 0.08, 0.16, 0.24, 0.36, 0.50, 0.62, 0.78, 0.92, 1],
                [46, 48, 120, 214, 196, 158, 146, 186, 214, 210],
            )
        )
        points: list[Point] = []
        for x in np.arange(-30, 1640, 6.0):
            u = (x - 800) / half
            relief = math.sqrt(max(0.0, 1 - u * u)) * half * 0.30 if abs(u) < 1 else 0.0
            for side in (-1, 1):
                relief += (
                    40 * math.exp(-(((x - 800 - side * 82) / 60) ** 2) - (((v - 0.31) / 0.085) ** 2)) * (abs(u) < 1)
                )
            relief -= 14 * math.exp(-(((x - 800) / 26) ** 2) - (((v - 0.66) / 0.02) ** 2))
            ripple = 2.2 * math.sin(x / 47 + i * 0.35) * (abs(u) > 1)
            points.append((float(x), y - relief * 0.62 + ripple))
        c.shape([*points, (1640, y + 40), (-30, y + 40)], "#1f3dc8")
        marked = i in (24, 43, 62)
        body = [p for p in points if abs(p[0] - 800) <= half]
        if i % 4 == 0:
            c.line(points, 1.5, "#5573ee", alpha=0.7)
        c.line(body, 5 if marked else 3, "#ffffff" if marked else LIME)
        if marked:
            x, yy = 800 + half, body[-1][1]
            c.line([(x, yy), (1330, yy)], 2.4, "#ffffff")
            c.shape(circle(1330, yy, 9), "#ffffff")
            c.shape(box(1360, yy - 7, 60 + i * 2, 5, 2), "#ffffff")
            c.shape(box(1360, yy + 5, 50, 5, 2), LIME)
    return c


def woven_label_code() -> Canvas:
    c = Canvas("woven_label_code", "#b9bdc6")
    u, v = np.sin(c.x * math.pi * 2 / 18), np.sin(c.y * math.pi * 2 / 18)
    c.shade(
        1 + 0.07 * np.sign(u * v) * np.minimum(np.abs(u * v) * 3, 1) + 0.03 * c.noise(9, 30) + 0.05 * c.noise(300, 1, 2)
    )
    c.light(300, 150, 0.36)
    lx, ly, w, h = 430, 140, 740, 800
    mask = c.shape(box(lx, ly, w, h, 6), "#e9ebef", shadow=(20, 26, 22, 0.5))
    area = np.asarray(mask, np.float32) / 255
    n, cell = 21, 24
    code = c.rng.random((n, n)) > 0.5
    for r0, q0 in ((0, 0), (0, n - 7), (n - 7, 0)):
        code[max(0, r0 - 1) : r0 + 8, max(0, q0 - 1) : q0 + 8] = False
        code[r0 : r0 + 7, q0 : q0 + 7] = True
        code[r0 + 1 : r0 + 6, q0 + 1 : q0 + 6] = False
        code[r0 + 2 : r0 + 5, q0 + 2 : q0 + 5] = True
    ox, oy = lx + (w - n * cell) / 2, ly + 92
    for r in range(n):
        for q in range(n):
            if code[r, q]:
                c.shape(box(ox + q * cell, oy + r * cell, cell, cell), COBALT if (r * q) % 11 else "#2d4fe0")
    for i, wide in enumerate((420, 300, 360)):
        c.shape(box(ox, oy + n * cell + 40 + i * 36, wide, 13), COBALT)
    c.shape(box(lx, ly, w, 30), LIME)
    c.shape(box(lx, ly + h - 30, w, 30), LIME)
    thread = np.sin(c.y * math.pi * 2 / 6) * (0.6 + 0.4 * np.sin(c.x * math.pi * 2 / 8 + np.floor(c.y / 6) * math.pi))
    c.shade(1 + area * (0.11 * thread + 0.04 * c.noise(200, 0.5)))
    for x in np.arange(lx + 16, lx + w - 20, 42):
        for y in (ly + 46, ly + h - 46):
            c.line([(float(x), y), (float(x) + 24, y)], 5, "#ffffff", shadow=(2, 4, 3, 0.6))
    return c


def line_portrait() -> Canvas:
    c = Canvas("line_portrait", ("v", [(0, "#d9dce2"), (1, "#bcc1cb")]))
    x, y = (c.x - 800) / 330, (c.y - 500) / 430

    def bump(cx: float, cy: float, rx: float, ry: float) -> Array:
        return np.exp(-(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2))

    jaw = 1 - 0.26 * np.clip(y, 0, 1.2) ** 1.6
    head = np.clip(1 - (x / (0.92 * jaw)) ** 2 - (y / 1.0) ** 2, 0, 1)
    relief = np.sqrt(head) * 300
    relief += (
        95 * bump(0, 0.16, 0.11, 0.26)
        + 42 * bump(0, 0.30, 0.17, 0.08)
        - 52 * bump(-0.36, -0.10, 0.20, 0.11)
        - 52 * bump(0.36, -0.10, 0.20, 0.11)
    )
    relief += (
        30 * bump(-0.36, -0.27, 0.28, 0.06)
        + 30 * bump(0.36, -0.27, 0.28, 0.06)
        + 20 * bump(-0.36, -0.09, 0.12, 0.06)
        + 20 * bump(0.36, -0.09, 0.12, 0.06)
    )
    relief += (
        36 * bump(0, 0.535, 0.19, 0.042)
        + 34 * bump(0, 0.63, 0.16, 0.05)
        - 26 * bump(0, 0.583, 0.2, 0.014)
        + 30 * bump(0, 0.86, 0.18, 0.09)
    )
    gy, gx = np.gradient(relief, 1 / SCALE)
    z = 1 / np.sqrt(gx**2 + gy**2 + 1)
    lit = np.clip((gx * 0.62 + gy * 0.30 + 0.72) * z, 0, 1)
    neck = (np.abs(x) < 0.44 + 0.9 * np.clip(y - 1.0, 0, 1) ** 1.3) & (y > 0.62) & (head <= 0)
    dark = np.where(head > 0, 1 - lit * 0.98, np.where(neck, 0.80 - 0.25 * np.clip(-x, 0, 1), 0.0))
    block = np.floor(c.y / 46)
    push = ((block * 7919) % 13 - 4) * 17 * (c.x > 800)
    columns = np.clip((c.x - push) * SCALE, 0, c.w * SCALE - 1).astype(int)
    rows = np.clip(c.y * SCALE, 0, c.h * SCALE - 1).astype(int)
    dark = np.where(c.x > 800, dark[rows, columns], dark)
    pitch = 11.5
    wave = np.abs(((c.y + 3 * np.sin(c.x / 90)) % pitch) - pitch / 2)
    ink = np.clip((0.06 + dark * 0.92) * pitch / 2 - wave, 0, 1)
    tone = mix(np.zeros(3, np.float32) + rgb(COBALT), rgb(ABYSS), np.clip(dark - 0.4, 0, 1))
    c.px += (tone - c.px) * ink[..., None]
    slip = ink * (c.x > 800) * (((block * 7919) % 13) > 8) * (dark > 0)
    c.px += (rgb(LIME) - c.px) * slip[..., None]
    return c


# ---------------------------------------------------------------- sustainability: indigo, undyed, moss

INDIGO, ECRU, MOSS, RUST = "#26356b", "#ebe2cf", "#6f7a45", "#a9613a"


def bales() -> Canvas:
    c = Canvas("bales", ("v", [(0, "#d8cfba"), (1, "#b7ac93")]))
    palette = [INDIGO, "#3d4f8a", ECRU, "#d9cbae", MOSS, "#8b9560", "#1a2347", RUST, "#9fa8c4", "#c9bfa6"]
    y, row = 1067 - 210.0, 0
    while y > -220:
        x = -190.0 - 150 * (row % 2)
        while x < 1600:
            w = 372 + float(c.rng.integers(-24, 24))
            main = int(c.rng.integers(len(palette)))
            outline = smooth(
                [
                    (x + 8, y + 14),
                    (x + w / 2, y + 4),
                    (x + w - 10, y + 14),
                    (x + w - 2, y + 105),
                    (x + w - 10, y + 196),
                    (x + w / 2, y + 206),
                    (x + 8, y + 196),
                    (x + 1, y + 105),
                ],
                steps=8,
            )
            frame = np.asarray(c.mask(outline), np.float32) / 255
            c.shape(outline, palette[main], shadow=(14, 16, 12, 0.6), tone="#1a160c")
            for layer in range(12):
                tone = palette[main] if c.rng.random() < 0.5 else palette[int(c.rng.integers(len(palette)))]
                ly = y + layer * 17.4
                phase, swing = c.rng.uniform(0, 7), c.rng.uniform(2, 6)
                xs = np.arange(x - 6, x + w + 10, 12.0)
                top = [(float(px), ly + swing * math.sin(px / 37 + phase) + 2 * math.sin(px / 11 + phase)) for px in xs]
                under = [(px, py + c.rng.uniform(11, 19)) for px, py in reversed(top)]
                band = np.asarray(c.mask([*top, *under]), np.float32) * frame
                c.put(Image.fromarray(band.astype(np.uint8)), tone)
            rim = np.clip((c.y - y) / 210, 0, 1)
            c.shade(1 + frame * (0.14 - 0.34 * rim + 0.08 * c.noise(26, 0.4, 1)))
            for strap in (0.22, 0.5, 0.78):
                sx = x + w * strap
                c.line(
                    smooth([(sx, y + 6), (sx + 5, y + 105), (sx, y + 204)], closed=False),
                    4,
                    "#d9d6cf",
                    shadow=(4, 2, 3, 0.7),
                )
            x += w + 8
        y -= 206
        row += 1
    c.light(400, 150, 0.3)
    return c


def indigo_vats() -> Canvas:
    c = Canvas("indigo_vats", "#e2d7bf")
    c.shade(1 + 0.05 * c.noise(26, 1, 4) + 0.04 * c.noise(300, 1, 2))
    tones = ["#0e1630", "#182350", "#26356b", "#3c4f8c", "#6d7fb3", "#a9b5d2", "#7f9a74"]
    for i, (x, y, r) in enumerate(
        (
            (250, 250, 205),
            (700, 190, 190),
            (1140, 250, 215),
            (1560, 170, 180),
            (60, 690, 170),
            (470, 700, 225),
            (950, 690, 200),
            (1380, 690, 220),
            (240, 1090, 190),
            (710, 1120, 180),
            (1170, 1105, 190),
            (1600, 1090, 170),
        )
    ):
        liquid = tones[(i * 3 + 1) % 7]
        c.shape(circle(x + 16, y + 22, r + 8), "#3a2f1a", alpha=0.45, blur=18)
        c.shape(circle(x, y, r), ("h", [(0, "#c9b48c"), (0.5, "#a98f63"), (1, "#7d6641")]))
        for a in np.linspace(0, math.pi * 2, 30, endpoint=False):
            c.line(
                [(x + (r - 22) * math.cos(a), y + (r - 22) * math.sin(a)), (x + r * math.cos(a), y + r * math.sin(a))],
                2,
                "#5d4a2b",
                alpha=0.6,
            )
        c.shape(circle(x, y, r - 22), "#2a2010")
        mask = c.mask(circle(x, y, r - 26))
        c.put(mask, liquid)
        area = np.asarray(mask, np.float32) / 255
        far = np.hypot(c.x - x, c.y - y) / r
        spin = np.arctan2(c.y - y, c.x - x)
        swirl = np.sin(spin * 2 + far * 9 + c.noise(120, 1, 2) * 2.4)
        c.shade(
            1
            + area
            * (0.13 * swirl - 0.5 * np.clip((0.92 - np.hypot(c.x - x + 20, c.y - y + 26) / r) * -3.4 + 0.0, 0, 0.8))
        )
        foam = area * np.clip(c.noise(34, 1, 3) * 2.2 + swirl * 0.9 - 1.25 + 0.4 * (i % 3 == 0), 0, 1)
        c.px += (rgb("#c9d2ea") - c.px) * (foam * 0.75)[..., None]
        shine = c.mask(circle(x - r * 0.3, y - r * 0.36, r * 0.22, 0.5), blur=16)
        c.put(shine, "#ffffff", 0.20)
    c.line([(330, 560), (1010, 420)], 16, cylinder("#6d5430", "#b08a55", "#d9ba85"), shadow=(16, 22, 12, 0.5))
    c.shape(
        smooth([(560, 500), (640, 484), (660, 560), (650, 720), (622, 760), (574, 742), (556, 640)], steps=8),
        ("v", [(0, "#8f9fcb"), (0.6, "#3c4f8c"), (1, "#182350")]),
        shadow=(18, 14, 14, 0.5),
    )
    c.light(500, 200, 0.24)
    return c


def swatch_grid() -> Canvas:
    c = Canvas("swatch_grid", "#d9cfba")
    palette = [
        INDIGO,
        ECRU,
        MOSS,
        RUST,
        "#4a5c9a",
        "#c9b78f",
        "#8f6a4b",
        "#1a2347",
        "#a4ab78",
        "#f4eee0",
        "#0f5b66",
        "#7a3d24",
    ]
    for row in range(4):
        for q in range(6):
            x, y = 66 + q * 252 + float(c.rng.normal(0, 5)), 48 + row * 252 + float(c.rng.normal(0, 5))
            w, h, tooth = 208, 208, 13
            lean = math.radians(float(c.rng.normal(0, 1.6)))
            edge: list[Point] = []
            n = 16
            for side in range(4):
                for k in range(n):
                    t, out = k / n, tooth / 2 * (1 if k % 2 else -1)
                    px, py = ((t * w, out), (w - out, t * h), (w - t * w, h - out), (out, h - t * h))[side]
                    edge.append((px - w / 2, py - h / 2))
            cx, cy = x + w / 2, y + h / 2
            spun = [
                (cx + a * math.cos(lean) - b * math.sin(lean), cy + a * math.sin(lean) + b * math.cos(lean))
                for a, b in edge
            ]
            i = row * 6 + q
            color = "#0f6b78" if i == 15 else palette[(i * 5 + row) % len(palette)]
            mask = c.shape(spun, color, shadow=(10, 13, 10, 0.45), tone="#2a2010")
            area = np.asarray(mask, np.float32) / 255
            kind = (i * 7 + row) % 5
            textures = (
                lambda: 0.12 * np.sin((c.x + c.y) * math.pi * 2 / 13),
                lambda: 0.10 * np.sign(np.sin(c.x * math.pi / 7) * np.sin(c.y * math.pi / 7)),
                lambda: 0.12 * np.sin(c.y * math.pi * 2 / 13 + np.sin(c.x / 20) * 0.6),
                lambda: 0.13 * np.sin((c.x / 60 + c.noise(140)) * 5),
                lambda: 0.10 * np.sin(np.where((c.x // 24) % 2 == 0, c.x + c.y, c.y - c.x) * math.pi * 2 / 12),
            )
            c.shade(1 + area * textures[kind]())
            c.line([(cx + 3, y + 18), (cx + 14, y + 34)], 3, "#3a2f1a", alpha=0.4, blur=2)
            c.shape(circle(cx, y + 14, 8.5), ("v", [(0, "#ff8f6b"), (1, "#b8431f")]), shadow=(4, 6, 4, 0.5))
            c.shape(circle(cx - 2.5, y + 11, 2.6), "#ffffff", alpha=0.7)
    c.light(400, 150, 0.2)
    return c


def river_map() -> Canvas:
    c = Canvas("river_map", "#e9e1cd")
    middle = 560 + 190 * np.sin(c.x / 270 + 0.4) + 70 * np.sin(c.x / 121)
    far = np.abs(c.y - middle)
    level = c.noise(430, 1, 3) * 1.1 + far / 420
    tint = ramp([(0, "#dfe0c4"), (0.35, "#c9cfa2"), (0.7, "#a5ad77"), (1, "#7d884f")], np.clip(level * 0.5, 0, 1))
    c.px[:] = tint
    step = level * 6.4
    gy, gx = np.gradient(step, 1 / SCALE)
    slope = np.maximum(np.hypot(gx, gy), 1e-4)
    near = np.abs(step - np.round(step)) / slope
    width = np.where(np.round(step) % 5 == 0, 1.9, 0.9)
    c.px += (rgb("#3f4a2a") - c.px) * (np.clip(width - near + 0.5, 0, 1) * 0.62)[..., None]
    bank = 44 + 10 * np.sin(c.x / 77)
    for grow, tone in ((9, "#f4eedd"), (0, "#33457f")):
        c.px += (rgb(tone) - c.px) * np.clip(bank + grow - far * 0.86, 0, 1)[..., None]
    inside = np.clip(bank - far * 0.86, 0, 1)
    flow = np.abs(((c.y - middle) * 0.86 + 2.5 * np.sin(c.x / 26)) % 13 - 6.5)
    c.px += (rgb("#7f90c4") - c.px) * (inside * np.clip(1.3 - flow, 0, 1) * 0.75)[..., None]
    for n in range(41):
        x = 40 + n * 38.5 + float(c.rng.normal(0, 10))
        m = 560 + 190 * math.sin(x / 270 + 0.4) + 70 * math.sin(x / 121)
        side = 1 if n % 2 else -1
        y = m + side * (98 + 26 * float(c.rng.random()))
        size = 13 + 11 * float(c.rng.random())
        c.line([(x, y), (x, m + side * 52)], 2.4, INDIGO)
        c.shape(
            box(x - size, y - size * 0.8, size * 2, size * 1.6),
            RUST if n in (11, 30) else INDIGO,
            shadow=(4, 5, 4, 0.4),
        )
        c.shape(box(x - size, y - size * 0.8, size * 2, size * 0.5), "#ffffff", alpha=0.16)
    for x in (392, 1105):
        c.line([(x - 30, 150), (x + 8, 930)], 9, "#f4eedd")
        c.line([(x - 30, 150), (x + 8, 930)], 5, "#c9b78f")
    for k in range(5):
        c.line([(k * 400, 0), (k * 400, 1067)], 1.2, "#3f4a2a", alpha=0.28)
        c.line([(0, k * 267), (1600, k * 267)], 1.2, "#3f4a2a", alpha=0.28)
    return c


def xiangyunsha_field() -> Canvas:
    c = Canvas("xiangyunsha_field", "#7f8a4c")
    grass = c.noise(7, 1.6, 2)
    c.px[:] = ramp(
        [(0, "#566234"), (0.5, "#7d8a4a"), (1, "#b4b978")],
        np.clip(0.5 + 0.34 * grass + 0.22 * c.noise(240, 1, 3), 0, 1),
    )
    lean = 0.14
    u, v = c.x + (c.y - 533) * lean, c.y
    tones = [
        "#4a2415",
        "#26140e",
        "#6d3419",
        "#3a1c11",
        "#1a0f0c",
        "#8f4a22",
        "#542a17",
        "#30180f",
        "#a85f2f",
        "#40200f",
    ]
    x = -140.0
    i = 0
    while x < 1760:
        w = 104 + 10 * math.sin(i * 2.1)
        wobble = 3 * np.sin(v / 83 + i) + 1.6 * np.sin(v / 31 + i * 2)
        gap_y = (i * 397) % 1500 - 120
        cover = np.clip(np.minimum(u - x + wobble, x + w - u + wobble * 0.6), 0, 1)
        cover = cover * np.clip(np.abs(v - gap_y) - 34, 0, 1)
        shadow = Image.fromarray((np.roll(cover, (8 * SCALE, 9 * SCALE), (0, 1)) * 255).astype(np.uint8)).filter(
            ImageFilter.GaussianBlur(6 * SCALE)
        )
        c.put(shadow, "#1a1c08", 0.55)
        gloss = (
            0.10 * np.sin(v / 62 + i * 1.7 + u / 90)
            + 0.16 * np.clip(np.sin(v / 210 + i), 0, 1) ** 4
            + 0.05 * np.sin((u - x) / 7)
        )
        paint = rgb(tones[(i * 3) % 10]) * (1 + gloss)[..., None] + 16 * np.clip(gloss, 0, 1)[..., None]
        c.px += (paint - c.px) * cover[..., None]
        x += w + 26
        i += 1
    for px, py in ((418, 300), (1016, 742)):
        c.shape(
            [(px + 6, py + 4), (px + 20, py - 8), (px + 150, py + 92), (px + 130, py + 108)],
            "#14140a",
            alpha=0.5,
            blur=6,
        )
        c.shape(circle(px, py, 25, 0.8), "#e2d3a6", shadow=(5, 7, 5, 0.5))
        for r in (19, 13, 7):
            ring = circle(px, py, r, 0.8)
            c.line([*ring, ring[0]], 1.6, "#a98f5c")
    c.light(600, 250, 0.3)
    return c


# ---------------------------------------------------------------- street style: mustard, charcoal, sky

MUSTARD, CHARCOAL, SKY, PALE = "#e0a526", "#2a2c30", "#8fb8d8", "#f3ead8"


def umbrellas() -> Canvas:
    c = Canvas("umbrellas", ("v", [(0, "#a9adb1"), (1, "#878c92")]))
    stone = np.abs(((c.x + (np.floor(c.y / 74) % 2) * 74) % 148) - 74)
    c.shade(
        1 - 0.13 * np.clip(73 - stone < 1.6, 0, 1) - 0.13 * (np.abs((c.y % 74) - 37) > 35.8) + 0.05 * c.noise(50, 1, 3)
    )
    c.shade(1 + 0.18 * np.clip(c.noise(220, 2.4, 3) * 1.6 - 0.2, 0, 1))
    spots = [(250, 230, 178, MUSTARD), (640, 150, 150, CHARCOAL), (1020, 300, 196, SKY), (1440, 190, 165, CHARCOAL), (430, 610, 190, CHARCOAL),
             (800, 620, 138, PALE), (1250, 640, 184, MUSTARD), (120, 890, 150, SKY), (640, 960, 172, "#b8791c"), (1010, 930, 150, CHARCOAL), (1500, 960, 176, PALE)]  # fmt: skip
    for i, (x, y, r, color) in enumerate(spots):
        turn, n = float(c.rng.uniform(0, 1)), 8
        wet = c.mask(circle(x + 40, y + 118, r * 0.8, 1.5), blur=34)
        c.put(wet, color, 0.28)
        rim: list[Point] = []
        for k in range(n):
            a0, a1 = turn + k * math.tau / n, turn + (k + 1) * math.tau / n
            for t in np.linspace(0, 1, 12, endpoint=False):
                a = a0 + (a1 - a0) * t
                rr = r * (1 - 0.075 * math.sin(t * math.pi))
                rim.append((x + rr * math.cos(a), y + rr * math.sin(a)))
        c.shape(rim, color, shadow=(30, 44, 26, 0.5))
        for k in range(n):
            a0, a1 = turn + k * math.tau / n, turn + (k + 1) * math.tau / n
            part = [(x, y), *rim[k * 12 : k * 12 + 12], rim[(k * 12 + 12) % len(rim)]]
            lit = math.cos((a0 + a1) / 2 - 3.9)
            if (i == 2 and k % 2) or (i == 10 and k % 2):
                c.shape(part, "#ffffff" if i == 2 else SKY, alpha=0.85)
            c.shape(part, "#ffffff" if lit > 0 else "#000000", alpha=abs(lit) * (0.20 if lit > 0 else 0.26))
            c.line(
                [(x, y), (x + r * math.cos(a0), y + r * math.sin(a0))],
                2.2,
                "#ffffff" if color == CHARCOAL else "#1a1b1e",
                alpha=0.35,
            )
            c.shape(circle(x + r * math.cos(a0), y + r * math.sin(a0), 4.2), "#f3f3f1")
        c.shape(circle(x, y, 9), "#1a1b1e")
        c.shape(circle(x - 2, y - 3, 3.4), "#f3f3f1")
    for _ in range(330):
        drop_x, drop_y, far = c.rng.uniform(-20, 1620), c.rng.uniform(-20, 1080), c.rng.uniform(14, 40)
        c.line([(drop_x, drop_y), (drop_x - far * 0.2, drop_y + far)], 1.2, "#ffffff", alpha=0.40)
    return c


def crossing_shadows() -> Canvas:
    c = Canvas("crossing_shadows", ("v", [(0, "#e8b23a"), (1, "#cf9019")]))
    c.shade(1 + 0.05 * c.noise(6, 1, 2) + 0.05 * c.noise(160, 1, 3))
    for i in range(8):
        y = -30 + i * 150
        bar = [(-20, y), (1620, y - 70), (1620, y + 12), (-20, y + 82)]
        mask = c.shape(bar, "#fbf4e4")
        area = np.asarray(mask, np.float32) / 255
        worn = np.clip(c.noise(20, 0.7, 4) * 3 - 1.25, 0, 1) * area
        c.px += (rgb("#d9a02c") - c.px) * (worn * 0.8)[..., None]
    for x, y, tall, lean, gait in (
        (180, 300, 470, 0.95, 0.10),
        (560, 170, 500, 0.95, 0.05),
        (700, 560, 470, 0.95, 0.12),
        (1130, 330, 520, 0.95, 0.07),
        (1290, 760, 420, 0.95, 0.10),
        (80, 860, 460, 0.95, 0.05),
    ):
        layer = Canvas("shadow", "#000000", (900, 700))
        person(layer, 300, 640, tall, "#ffffff", gait)
        cut = Image.fromarray(layer.px[..., 0].astype(np.uint8))
        flat = cut.transform(
            (c.w * SCALE, c.h * SCALE),
            Image.Transform.AFFINE,
            (1, -lean, (300 - x + lean * y) * SCALE, 0, -1.25, (640 + 1.25 * y) * SCALE),
            Image.Resampling.BICUBIC,
        )
        c.put(flat.filter(ImageFilter.GaussianBlur(2.4 * SCALE)), "#22242b", 0.86)
        for side in (-1, 1):
            sx = x + side * (3 + gait * 40) * tall / 100
            shoe = smooth(
                [(sx - 15, y - 8), (sx + 2, y - 30), (sx + 17, y - 10), (sx + 13, y + 14), (sx - 10, y + 14)], steps=8
            )
            c.shape(shoe, (CHARCOAL, SKY, "#a83a1f", "#f3ead8", "#3f6b4a", CHARCOAL)[int(x) % 6], shadow=(3, 5, 5, 0.6))
    c.light(1300, 100, 0.2)
    return c


def argyle_zip() -> Canvas:
    c = Canvas("argyle_zip", CHARCOAL)
    pitch_x, pitch_y = 29, 26
    sx, sy = np.floor(c.x / pitch_x), np.floor(c.y / pitch_y)
    gx, gy = (sx + 0.5) * pitch_x, (sy + 0.5) * pitch_y
    a, b = (gx + 70) / 290, gy / 400
    diamond = np.abs((a % 1) - 0.5) + np.abs((b % 1) - 0.5)
    inside = diamond < 0.47
    flip = (np.floor(a) + np.floor(b)) % 2 == 0
    c.px[:] = np.where(inside[..., None], np.where(flip[..., None], rgb(MUSTARD), rgb(SKY)), rgb("#34373d"))
    lines = np.abs(np.abs(((a + 0.5) % 1) - 0.5) + np.abs(((b + 0.5) % 1) - 0.5) - 0.5) < 0.034
    c.px[:] = np.where(lines[..., None], rgb("#f6efdf"), c.px)
    u = np.abs((c.x % pitch_x) / pitch_x - 0.5)
    vee = np.sin(((c.y / pitch_y) - u * 1.15) * math.pi * 2)
    c.shade(0.90 + 0.16 * vee - 0.26 * np.clip(0.07 - u, 0, 1) * 14 * 0.5 - 0.30 * np.clip(u - 0.44, 0, 1) * 16 * 0.5)
    half = np.where(c.y < 660, 34 + np.maximum(660 - c.y, 0) ** 1.32 * 0.038, 0)
    middle = 800 + 6 * np.sin(c.y / 200)
    far = np.abs(c.x - middle)
    hole = np.clip(half - far, 0, 1)
    fold = np.clip(1 - (far - half) / 120, 0, 1)
    c.shade(1 - 0.34 * fold**2)
    c.px += (rgb(PALE) * (0.80 + 0.20 * np.clip(far / 160, 0, 1))[..., None] - c.px) * hole[..., None]
    c.shade(1 - hole * (0.05 * np.sin(c.x * math.pi * 2 / 12) + 0.35 * np.clip(1 - (half - far) / 60, 0, 1)))
    tape = np.clip(26 - np.abs(far - half - 12), 0, 1)
    c.px += (rgb("#17181b") - c.px) * tape[..., None]
    for y in range(-6, 1080, 13):
        w = 34 + (660 - y) ** 1.32 * 0.038 if y < 660 else 0.0
        m = 800 + 6 * math.sin(y / 200)
        for s in (-1, 1):
            off = 0.0 if y < 660 else 2.0
            x = m + s * (w + 4 + off)
            dy = 0 if s < 0 else 6.5
            c.shape(
                box(x - 9 - (5 if s > 0 else 3), y + dy, 26, 7, 3),
                ("h", [(0, "#8d8f94"), (0.5, "#f3f3f4"), (1, "#7d8086")]),
            )
    c.shape(box(776, 636, 48, 62, 12), ("h", [(0, "#77797f"), (0.4, "#f6f6f7"), (1, "#85888e")]), shadow=(5, 8, 6, 0.6))
    c.line(
        smooth([(800, 688), (790, 730), (800, 770), (810, 730), (800, 688)], closed=False),
        5,
        "#d9dade",
        shadow=(4, 6, 4, 0.6),
    )
    ring = circle(800, 808, 40)
    c.line([*ring, ring[0]], 7, ("v", [(0, "#ffffff"), (1, "#8d8f94")]), shadow=(6, 9, 6, 0.6))
    c.light(500, 200, 0.3)
    return c


def bicycle_wheels() -> Canvas:
    c = Canvas("bicycle_wheels", ("v", [(0, "#bcd6e8"), (0.8, "#a5c6dd"), (0.801, "#e6b545"), (1, "#d09a22")]))

    def wheel(x: float, y: float, r: float, tone: str, rim: str) -> None:
        for i in range(36):
            a = i * math.tau / 36
            b = a + (0.42 if i % 2 else -0.42)
            c.line(
                [(x + 24 * math.cos(b), y + 24 * math.sin(b)), (x + r * math.cos(a), y + r * math.sin(a))],
                2,
                "#f6f6f4",
                alpha=0.9,
            )
        ring = circle(x, y, r, n=260)
        c.line([*ring, ring[0]], 22, tone, shadow=(16, 20, 14, 0.3))
        inner = circle(x, y, r - 17, n=260)
        c.line([*inner, inner[0]], 7, rim)
        c.shape(circle(x, y, 28), tone)
        c.shape(circle(x, y, 14), "#e9e9e6")

    wheel(1230, 640, 300, CHARCOAL, "#f3ead8")
    frame = [
        ((1230, 640), (1130, 290)),
        ((1130, 290), (1040, 170)),
        ((1160, 400), (760, 640)),
        ((760, 640), (640, 250)),
        ((760, 640), (330, 640)),
        ((330, 640), (650, 300)),
    ]
    for a, b in frame:
        c.line([a, b], 25, CHARCOAL, shadow=(14, 18, 12, 0.3))
    c.line(smooth([(1040, 170), (1010, 130), (930, 132), (890, 190)], closed=False), 20, CHARCOAL)
    c.line([(905, 166), (880, 216)], 28, "#7a4a26")
    c.shape(box(1150, 150, 300, 200, 18), "#b8791c", shadow=(16, 22, 16, 0.35))
    for i in range(8):
        for k in range(5):
            c.shape(box(1158 + i * 36 + (18 if k % 2 else 0), 160 + k * 37, 17, 26, 4), "#e3b257")
    c.shape(box(1140, 138, 320, 26, 13), "#8a5a14")
    wheel(330, 640, 300, CHARCOAL, "#f3ead8")
    c.shape(circle(760, 640, 66), CHARCOAL)
    c.shape(circle(760, 640, 44), "#e9e9e6")
    c.line([(760, 640), (790, 790)], 17, CHARCOAL)
    c.shape(box(744, 780, 110, 24, 8), CHARCOAL)
    top, hem = (500.0, 40.0, 860.0), (150.0, 610.0, 930.0)
    n = 17
    for i in range(n):
        t0, t1 = i / n, (i + 1) / n
        drop0, drop1 = (
            hem[1] + 34 * math.sin(t * 5.2 + 0.6) + (14 if k % 2 else -6) for t, k in ((t0, i), (t1, i + 1))
        )
        quad = [
            (top[0] + (top[2] - top[0]) * t0, top[1] - 60),
            (top[0] + (top[2] - top[0]) * t1, top[1] - 60),
            (hem[0] + (hem[2] - hem[0]) * t1, drop1),
            (hem[0] + (hem[2] - hem[0]) * t0, drop0),
        ]
        c.shape(quad, ("#f0bd4a", "#c98d1c")[i % 2], shadow=(10, 14, 12, 0.22))
    c.light(300, 100, 0.18)
    return c


def ties() -> Canvas:
    c = Canvas("ties", ("v", [(0, "#a5c6de"), (1, "#82abcb")]))
    grounds = [MUSTARD, CHARCOAL, "#f3ead8", "#b8791c", "#35506b", "#e9c35f", "#44474d"]
    inks = [CHARCOAL, MUSTARD, "#b8791c", PALE, PALE, CHARCOAL, PALE]
    for i in range(7):
        x = 128 + i * 224
        drop = 930 + 46 * math.sin(i * 2.3)
        blade = [(x - 34, 128), (x + 34, 128), (x + 92, drop - 120), (x, drop), (x - 92, drop - 120)]
        mask = c.shape(blade, grounds[i], shadow=(20, 24, 18, 0.38), tone="#0f2233")
        area = np.asarray(mask, np.float32) / 255
        u, v = c.x - x, c.y
        patterns = (
            lambda: ((u * 0.7 + v) % 74) < 22,
            lambda: np.hypot((u + (np.floor(v / 52) % 2) * 26) % 52 - 26, v % 52 - 26) < 9,
            lambda: (((u * 0.7 - v) % 96) < 34) | ((((u * 0.7 - v) + 22) % 96) < 8),
            lambda: (np.abs((u + 30) % 60 - 30) + np.abs(v % 60 - 30)) < 15,
            lambda: (np.abs(u % 46 - 23) < 2.2) | (np.abs(v % 46 - 23) < 2.2),
            lambda: np.abs(v % 58 - 29 - 12 * np.sin(u / 9)) < 5,
            lambda: ((u * 0.7 + v) % 120) < 60,
        )
        ink = (
            np.asarray(
                Image.fromarray((area * patterns[i]() * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(1)),
                np.float32,
            )
            / 255
        )
        c.px += (rgb(inks[i]) - c.px) * ink[..., None]
        c.shade(
            1
            + area
            * (
                0.13 * np.cos((u + 24) / 40)
                - 0.05
                + 0.03 * np.sin((u - v) * math.pi * 2 / 5)
                + 0.06 * c.noise(180, 1.5, 2)
            )
        )
        knot = [(x - 52, 46), (x + 52, 46), (x + 36, 134), (x - 36, 134)]
        kmask = c.shape(smooth(knot, steps=3), grounds[i], shadow=(4, 14, 10, 0.55), tone="#0f2233")
        karea = np.asarray(kmask, np.float32) / 255
        kink = karea * patterns[i]()
        c.px += (rgb(inks[i]) - c.px) * (kink * 0.9)[..., None]
        c.shade(1 + karea * (0.14 * np.cos((u + 20) / 26)))
        c.shape(
            smooth([(x - 3, 150), (x + 3, 150), (x + 5, 330), (x - 1, 330)], steps=3), "#000000", alpha=0.16, blur=4
        )
    c.shape(box(-10, 0, 1620, 54), CHARCOAL, shadow=(0, 16, 12, 0.5))
    c.light(450, 150, 0.2)
    return c


SCENES = tuple(
    """halftone_mannequin escalator thread_spools containers depot_light_cones silk_drape hangers_on_rail knit_stitch
    selvedge_denim pleated_fan tailors_chalk bolts_as_columns jacquard_cards stacked_coins_buttons pirns_portrait
    shuttle_scarf_square loom_shed fitting_corridor shop_windows_night shopfront_arcade flatiron_corner handbag_plinth
    perfume_flacons lipsticks sun_disc osmanthus cream_swirl body_contours woven_label_code line_portrait bales
    indigo_vats swatch_grid river_map xiangyunsha_field umbrellas crossing_shadows argyle_zip bicycle_wheels
    ties""".split()
)


def main(names: Sequence[str]) -> int:
    scenes = {name: scene for name, scene in globals().items() if callable(scene) and name in SCENES}
    unknown = sorted(set(names) - set(scenes))
    if unknown:
        print(f"no such scene: {', '.join(unknown)}", file=sys.stderr)
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or SCENES:
        path = OUT / f"{name.replace('_', '-')}.jpg"
        print(f"{path.name}: {scenes[name]().save(path):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
