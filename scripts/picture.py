"""A terminal's screen, with its escape sequences, on standard input; the same as SVG on standard output. Arguments: columns, rows."""

import html
import sys

import pyte

WIDTH, HEIGHT, MARGIN = 8.4, 18, 12
INK, PAPER = "d7d7d7", "16181d"
NAMED = {
    "black": "2b2f36", "red": "f2777a", "green": "8fce8a", "brown": "e6c07b", "blue": "7aa6f0", "magenta": "c594e0", "cyan": "6cc6c9", "white": "d7d7d7",
    "brightblack": "7d8590", "brightred": "ff9a9d", "brightgreen": "b0e8a8", "brightbrown": "ffe0a0", "brightblue": "a0c4ff",
    "brightmagenta": "e0b8f5", "brightcyan": "98e4e6", "brightwhite": "ffffff",
}


def colour(name, default):
    return default if name == "default" else NAMED.get(name, name)


def draw(screen, out):
    """Writes what `screen` shows to `out` as SVG."""
    columns, rows = screen.columns, screen.lines
    width, height = columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}">', file=out)
    print(f'<rect width="100%" height="100%" rx="8" fill="#{PAPER}"/>', file=out)
    print('<g font-family="ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono, monospace" font-size="14" xml:space="preserve">', file=out)
    for y in range(rows):
        x = 0
        while x < columns:
            first = screen.buffer[y][x]
            style = (first.fg, first.bg, first.bold, first.italics, first.underscore, first.reverse)
            text, start = "", x
            while x < columns:
                cell = screen.buffer[y][x]
                if (cell.fg, cell.bg, cell.bold, cell.italics, cell.underscore, cell.reverse) != style:
                    break
                text += cell.data
                x += 1
            ink, paper = colour(first.fg, INK), colour(first.bg, PAPER)
            if first.reverse:
                ink, paper = paper, ink
            left, top = MARGIN + start * WIDTH, MARGIN + y * HEIGHT
            if paper != PAPER:
                print(f'<rect x="{left:.1f}" y="{top}" width="{(x - start) * WIDTH:.1f}" height="{HEIGHT}" fill="#{paper}"/>', file=out)
            if text.strip():
                looks = (' font-weight="bold"' if first.bold else "") + (' font-style="italic"' if first.italics else "")
                looks += ' text-decoration="underline"' if first.underscore else ""
                print(f'<text x="{left:.1f}" y="{top + 14}" fill="#{ink}" textLength="{(x - start) * WIDTH:.1f}"{looks}>{html.escape(text)}</text>', file=out)
    print("</g></svg>", file=out)


if __name__ == "__main__":
    screen = pyte.Screen(int(sys.argv[1]), int(sys.argv[2]))
    pyte.Stream(screen).feed(sys.stdin.read().rstrip("\n").replace("\n", "\r\n"))
    draw(screen, sys.stdout)
