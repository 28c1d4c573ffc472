"""A small number line as SVG: where the predictions lie, and where the measured number lies."""

from html import escape

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.looks import BLUE, VERMILLION

_WIDTH, _EDGE = 360, 40


def number_line(predicted, measured, unit="", log=False):
    """Draw predictions as dots, one above the other where they are equal, and what is measured.

    Parameters
    ----------
    predicted : list of float
        The predictions.
    measured : float
        The measured number.
    unit : str, default ""
        What stands behind the numbers.
    log : bool, default False
        Whether equal distances are equal factors.

    Returns
    -------
    str
        The drawing, with its description in words.
    """
    everything = np.array([measured, *predicted])
    scaled = np.log10(everything) if log else everything
    low, high = scaled.min(), scaled.max()
    margin = max(0.1 * (high - low), 0.15 if log else 1.0)
    places = _EDGE + (_WIDTH - 2 * _EDGE) * (scaled - low + margin) / (high - low + 2 * margin)
    base, x = 30 + _height(places[1:]), places[0]
    dots = _dots(places[1:], base)
    amount = number(measured) + unit
    words = _("Number line: measured {measured}, predicted {predicted}.").format(
        measured=amount, predicted=", ".join(map(number, predicted)))
    ends = "".join(_text(place, base + 18, number(value))
                   for place, value in _ends(places[1:], predicted))
    label = _text(np.clip(x, 70, _WIDTH - 70), 14, _("measured {n}").format(n=amount))
    return _svg(words, base, f'<path d="M{x:.0f} {base + 5}V20" stroke="{VERMILLION}" '
                             f'stroke-width="2"/>{label}{dots}{ends}')


def miss_line(misses):
    """Draw by how far predictions missed: exact on the left, the limit of *close* in the middle.

    Parameters
    ----------
    misses : list of float
        How far off: 0 is exact, 1 the last that is close, infinity the farthest.

    Returns
    -------
    str
        The drawing, with its description in words.
    """
    misses = np.array(misses)
    places = _EDGE + (_WIDTH - 2 * _EDGE) * (1 - 1 / (1 + misses))
    base = 8 + _height(places)
    names = _("exact"), _("close up to here"), _("far off")
    words = _("{n} of {count} predictions are close.").format(
        n=np.sum(misses <= 1), count=len(misses))
    ticks = "".join(
        f'<path d="M{x:.0f} {base - 4}v8" stroke="currentColor"/>' + _text(x, base + 18, name)
        for x, name in zip((_EDGE, _WIDTH / 2, _WIDTH - _EDGE), names, strict=True))
    return _svg(words, base, _dots(places, base) + ticks)


def _svg(words, base, drawing):
    return (
        f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {_WIDTH} {base + 24}" '
        f'style="display: block; width: 100%; max-width: {_WIDTH}px; font: 13px sans-serif; '
        f'color: var(--jp-content-font-color1, currentColor)">'
        f'<path d="M{_EDGE / 2} {base}H{_WIDTH - _EDGE / 2}" stroke="currentColor"/>'
        f"{drawing}</svg>")


def _text(x, y, words):
    return f'<text x="{x:.0f}" y="{y}" fill="currentColor" text-anchor="middle">{words}</text>'


def _levels(places):
    """Give each place a level: what would lie on another dot lies above it."""
    columns = [round(place / 9) for place in places]
    return [columns[:n].count(column) + 1 for n, column in enumerate(columns)]


def _height(places):
    return 10 * max(_levels(places), default=1)


def _dots(places, base):
    return "".join(
        f'<circle cx="{place:.0f}" cy="{base + 3 - 10 * level}" r="4.5" fill="{BLUE}"/>'
        for place, level in zip(places, _levels(places), strict=True))


def _ends(places, predicted):
    """Smallest and largest prediction with their places; one of them if they are close."""
    first, *_between, last = 2 * sorted(zip(places, predicted, strict=True))
    return [first, last] if last[0] - first[0] > 60 else [first]
