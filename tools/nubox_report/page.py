"""Self-contained HTML pages from templates beside this file."""

import base64
import os
from pathlib import Path

import jinja2
import nubox

from nubox_report.style import MAKER

PAGE_MARK = f'<meta name="generator" content="{MAKER}">'


def for_page(drawn):
    """Figures (name, title, Picture, caption) as the templates take them."""
    return [{"title": title, "data": base64.b64encode(picture.png).decode(), "caption": caption}
            for _, title, picture, caption in drawn]


def write_page(path, template, **content):
    """Renders a template; the page refers to nothing outside itself and appears under its name once whole."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
                                     undefined=jinja2.StrictUndefined)
    page = environment.get_template(template).render(page_mark=PAGE_MARK, **content)
    nubox.require_replaceable(path, PAGE_MARK)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(path)


def write_figures(directory, drawn):
    """Every figure as PNG and PDF."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, _, picture, _ in drawn:
        write_picture(directory / f"{name}.png", picture.png)
        write_picture(directory / f"{name}.pdf", picture.pdf)


def write_picture(path, data):
    """A PNG or PDF of style.py; only such a picture is replaced."""
    nubox.require_replaceable(path, MAKER)
    Path(path).write_bytes(data)
