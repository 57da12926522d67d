"""Reports in a browser: opening pages, and queries to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prototxt.blobs import Array
from support.commands import DIGIT, LENET, ROOT
from support.report_pages import read_page

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 400, "height": 800}


LENET_OPTIONS = [
    LENET,
    "--weights",
    str(ROOT / "examples" / "lenet.caffemodel"),
    "--image",
    DIGIT,
    "--preset",
    "mnist",
]


@dataclass
class Opened:
    """A page in the browser, its errors, and its requests besides itself."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)

    def store(self, expression: str) -> Any:
        """What the page holds: `now.totals`, say."""
        return self.page.evaluate(f"globalThis.prototxt.store.{expression}")


Open = Callable[..., Opened]


CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1)
    const context = canvas.getContext("2d", { willReadFrequently: true })
    // Any colour that CSS can say, as red, green, blue and how much of it there is.
    const rgba = colour => {
        context.clearRect(0, 0, 1, 1)
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data
        return [r, g, b, a / 255]
    }
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)]
    const light = rgb => rgb
        .map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
    const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
    const style = getComputedStyle
    const faded = (colour, opacity) => { const c = rgba(colour); c[3] *= Number(opacity); return c }
    // In the graph a text lies on its box, which its share of the cost colours, or on the plain ground.
    const ground = element => {
        const layers = []
        const node = element.closest("g.node"), edge = element.closest("g.edge"), row = element.closest("g.inplace")
        if (row) layers.push(rgba(style(row.querySelector(".row")).fill))
        const parts = node ? [...(row ? [] : [".heat"]), ".card"] : []
        for (const shape of parts.map(name => node.querySelector(`:scope > ${name}`)).filter(Boolean)) {
            const part = style(shape)
            layers.push(faded(part.fill, part.opacity))
        }
        if (edge) layers.push(rgba(style(edge.querySelector("rect")).fill))
        for (let e = element.closest("svg") ?? element; e; e = e.parentElement) {
            const back = rgba(style(e).backgroundColor)
            layers.push(back)
            if (back[3] === 1) break
        }
        return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255])
    }
    const found = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text = walk.nextNode(); text; text = walk.nextNode()) {
        const element = text.parentElement
        if (!text.data.trim() || element.closest("script, style, title, option, :disabled, .dim")) continue
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
        const range = document.createRange()
        range.selectNodeContents(text)
        if (!range.getBoundingClientRect().width) continue
        const css = style(element)
        const size = parseFloat(css.fontSize)
        const least = size >= 24 || (size >= 18.66 && Number(css.fontWeight) >= 700) ? 3 : 4.5
        const under = ground(element)
        const got = ratio(over(rgba(element.closest("svg") ? css.fill : css.color), under), under)
        const name = element.className.baseVal ?? element.className
        if (got < least - 0.005) found.push(`${text.data.trim().slice(0, 40)} <${name}>: ${got.toFixed(2)}`)
    }
    for (const input of document.querySelectorAll("input[placeholder]")) {
        const under = ground(input)
        const got = ratio(over(rgba(style(input, "::placeholder").color), under), under)
        if (got < 4.495) found.push(`placeholder: ${got.toFixed(2)}`)
    }
    return [...new Set(found)]
}"""
"""Texts with less contrast than they must have. Colours of a text's own ground are put over each other."""


CUT_OFF = """() => {
    const found = []
    const scrolls = element => {
        for (let e = element.parentElement; e; e = e.parentElement)
            if (e.matches(".detail, pre, .explained pre, .group-pictures")) return true
        return false
    }
    for (const element of document.querySelectorAll("#app *")) {
        if (element.closest("svg, select, dialog, .sr")) continue
        if (!element.checkVisibility({ visibilityProperty: true })) continue
        const css = getComputedStyle(element)
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        const [hides, rolls] = [["hidden", "clip"].includes(css.overflowX), css.overflowX === "auto"]
        const text = `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`
        if (hides && element.scrollWidth > element.clientWidth + 1) found.push(`hidden: ${element.className}`)
        const kept = own && css.display !== "inline" && !hides && !rolls && !scrolls(element)
        if (kept && element.clientWidth && element.scrollWidth > element.clientWidth + 1)
            found.push(`wider than its box: ${text}`)
        if (!own && element.tagName !== "INPUT") continue
        const box = element.getBoundingClientRect()
        if (box.width && !scrolls(element) && (box.right > innerWidth + 1 || box.left < -1))
            found.push(`outside: ${text}`)
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways")
    return found
}"""
"""Texts that stick out of the window or of their box, and boxes that hide a part of what is in them."""


def settle(opened: Opened) -> Any:
    """The page once what is drawn frame by frame is there."""
    opened.page.evaluate(
        "async () => { for (let i = 0; i < 6; i++) await new Promise(requestAnimationFrame) }"
    )
    return opened.page


def blob(file: Path, name: str) -> Array:
    page = read_page(file)
    return page.values(page.document["blobs"][name])


SETTLED = """async canvas => {
    const look = () => JSON.stringify([canvas.dataset, canvas.getBoundingClientRect()])
    for (let seen = "", same = 0; same < 10; ) {
        await new Promise(requestAnimationFrame)
        same = "zoom" in canvas.dataset && look() === seen ? same + 1 : 0
        seen = look()
    }
    return Object.fromEntries(Object.entries(canvas.dataset).map(([name, text]) => [name, Number(text)]))
}"""
"""The layout of a grid of maps, once it is not redrawn any more."""
