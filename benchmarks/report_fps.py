"""How smoothly a report moves: frames per second while its graph is zoomed and panned and its table scrolled.

    python benchmarks/report_fps.py r152.html

needs Chromium and the package playwright. Times are of this machine; without a graphics card Chromium draws on the
processor.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 2.0

FRAMES = """async ([kind, seconds]) => {
    const graph = document.querySelector("svg.graph"), box = graph.getBoundingClientRect()
    const table = document.querySelector(".pane-table")
    const place = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true, cancelable: true }
    const mouse = (kind, x, y) => new MouseEvent(kind, { ...place, clientX: x, clientY: y, view: window, buttons: 1 })
    const wheel = deltaY => graph.dispatchEvent(new WheelEvent("wheel", { ...place, deltaY }))
    const pan = share => {
        const [x, y] = [place.clientX, box.y + 40 + (box.height - 80) * Math.abs(1 - 2 * ((share * 4) % 1))]
        if (share === 0) graph.dispatchEvent(mouse("mousedown", x, y))
        window.dispatchEvent(mouse("mousemove", x, y))
    }
    const scroll = share => { table.scrollTop = (table.scrollHeight - table.clientHeight) * share }
    const act = { zoom: share => wheel(share < 0.5 ? -25 : 25), pan, scroll }[kind]
    const look = () => [graph.__zoom.k, graph.__zoom.y, table.scrollTop]
    const seen = [look()], times = []
    const start = performance.now()
    for (let now = start, before = start; now - start < 1000 * seconds; before = now) {
        act((now - start) / 1000 / seconds)
        await new Promise(requestAnimationFrame)
        now = performance.now()
        times.push(now - before)
        seen.push(look())
    }
    if (kind === "pan") window.dispatchEvent(mouse("mouseup", place.clientX, place.clientY))
    return { frames: times.length, seconds: (performance.now() - start) / 1000, longest: Math.max(...times),
             moved: [0, 1, 2].map(i => new Set(seen.map(each => each[i])).size) }
}"""
"""Acts once a frame for a while; `moved` is how many values of zoom, height and place in the table were seen."""

COUNTS = """[globalThis.prototxt.store.report.layers.length, document.querySelectorAll("*").length]"""

ACTIONS = ("zoom", "pan", "scroll")


@dataclass(frozen=True)
class Smooth:
    """What was measured of one action."""

    action: str
    frames: int
    seconds: float
    longest: float
    moved: tuple[int, int, int]

    @property
    def per_second(self) -> float:
        return self.frames / self.seconds

    def __str__(self) -> str:
        return f"{self.action:8} {self.per_second:5.0f} frames/s   longest {self.longest:4.0f} ms"


def unfold(page: Any) -> None:
    """Every module open: what is hardest to draw."""
    button = page.get_by_role("button", name="Unfold all modules")
    if button.count():
        button.click()


def measure(page: Any, seconds: float = SECONDS) -> list[Smooth]:
    """Every action, on the page as it is."""
    done = ((action, page.evaluate(FRAMES, [action, seconds])) for action in ACTIONS)
    return [
        Smooth(action, told["frames"], told["seconds"], told["longest"], tuple(told["moved"]))
        for action, told in done
    ]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path, nargs="+", help="files that prototxt-report wrote")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each action goes on")
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for report in given.report:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(report.resolve().as_uri())
            page.wait_for_function("globalThis.prototxt?.store")
            unfold(page)
            nodes = page.evaluate(COUNTS)
            say(f"{report.name}: {nodes[0]} layers, {nodes[1]} elements in the page")
            for each in measure(page, given.seconds):
                say(f"  {each}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
