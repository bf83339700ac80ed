"""How the app looks: one style sheet, and badges that say in words what their colour says.

Colours follow Streamlit's theme through CSS variables where they can, so that light and dark both hold; status colours
are from the Okabe-Ito palette, which colour-blind people can tell apart, and never stand without their word and sign.
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from qa.app.escape import html
from qa.model import EXPIRED, IN_FORCE, PENDING, Validity

_SIGNS = {IN_FORCE: ("ok", "✓"), EXPIRED: ("over", "✕"), PENDING: ("wait", "◷")}

# drawn here: Streamlit would fetch its own icons for the browser's tab from the network
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0B5C8A"/>'
    '<path d="M6 7h12M6 12h12M6 17h7" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>'
)

CSS = """
<style>
:root { --zc-line: color-mix(in srgb, currentColor 18%, transparent);
        --zc-soft: color-mix(in srgb, currentColor 6%, transparent);
        --zc-dim: color-mix(in srgb, currentColor 68%, transparent);
        --zc-mark: rgba(240, 198, 66, .42); --zc-accent: color-mix(in srgb, #0072B2 72%, currentColor); }
.stMainBlockContainer { max-width: 76rem; padding-top: 4.4rem; padding-bottom: 5rem; }
.stMain p, .stMain li, .zc { line-height: 1.75; }
.zc { font-size: 1rem; overflow-wrap: anywhere; text-align: start; }
.zc p { margin: 0 0 .55em; }
.zc-title { font-size: 1.55rem; font-weight: 700; line-height: 1.4; margin: 0 0 .2rem; }
.zc-lead, .zc-dim { color: var(--zc-dim); font-size: .9rem; }
.zc-answer { font-size: 1.06rem; white-space: pre-line; }
.zc-asked { scroll-margin-top: 5rem; }
.zc-n { font-size: .74em; font-weight: 700; color: var(--zc-accent); vertical-align: super; padding: 0 .1em; }
.zc-path { color: var(--zc-dim); font-size: .88rem; margin: .1rem 0 .35rem; }
.zc-path b { font-weight: 500; }
.zc-doc { font-weight: 600; }
.zc-quote { border-left: 3px solid var(--zc-accent); padding: .1rem 0 .1rem .8rem; margin: .35rem 0; }
.zc mark, .zc .zc-here { background: var(--zc-mark); color: inherit; border-radius: 2px; }
.zc .zc-here { box-shadow: -6px 0 0 var(--zc-mark), 6px 0 0 var(--zc-mark); scroll-margin-top: 5rem; }
.zc-badge { display: inline-block; border: 1px solid var(--zc-line); border-radius: 1rem; padding: 0 .6rem;
            font-size: .8rem; line-height: 1.55; margin: 0 .35rem .2rem 0; white-space: nowrap; }
.zc-badge.ok { border-color: #009E73; box-shadow: inset 0 0 0 1px #009E73; }
.zc-badge.over { border-style: dashed; border-color: #D55E00; box-shadow: inset 0 0 0 1px #D55E0088; }
.zc-badge.wait { border-style: dotted; border-color: #E69F00; border-width: 2px; }
.zc-badge.no { color: var(--zc-dim); }
.zc-figure { font-size: 1.5rem; font-weight: 700; line-height: 1.3; }
.zc-figures { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 2rem; margin: .3rem 0 .6rem; }
.zc-figure small { display: block; color: var(--zc-dim); font-size: .85rem; font-weight: 400; }
.zc table { border-collapse: collapse; font-size: .92rem; margin: .6rem 0; width: 100%; }
.zc td, .zc th { border: 1px solid var(--zc-line); padding: .25rem .5rem; vertical-align: top; text-align: left; }
.zc th { background: var(--zc-soft); font-weight: 600; }
.zc td.zc-day { white-space: nowrap; }
.zc-scroll { overflow-x: auto; }
.zc-text h2 { font-size: 1.25rem; text-align: center; line-height: 1.5; padding: .2rem 0 0; margin: 0; }
.zc-text h2:last-of-type { padding-bottom: .8rem; }
.zc-text h3 { font-size: 1.08rem; padding: .9rem 0 .3rem; } .zc-text h4, .zc-text h5 { font-size: 1rem; padding: .6rem 0 .2rem; }
.zc-text p { text-indent: 2em; } .zc-text p.zc-flat { text-indent: 0; } .zc-text .zc-furniture { color: var(--zc-dim); font-size: .85rem; text-indent: 0; }
.zc-text :target { background: var(--zc-mark); scroll-margin-top: 5rem; }
.stColumn:has(.zc-tree) { position: sticky; top: 4.2rem; align-self: flex-start; }
.zc-tree { font-size: .9rem; max-height: 78vh; overflow: auto; border-right: 1px solid var(--zc-line); padding-right: .6rem; }
.zc-tree ul { list-style: none; margin: 0; padding-left: .9rem !important; } .zc-tree > ul { padding-left: 0 !important; }
.zc-tree li { margin: .1rem 0; line-height: 1.5; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.zc-tree details, .zc-tree summary { overflow: hidden; text-overflow: ellipsis; } .zc-tree a { color: inherit; text-decoration: none; }
.zc-tree a:hover, .zc-tree a:focus-visible { text-decoration: underline; color: var(--zc-accent); }
.zc-bar { position: relative; height: .7rem; background: var(--zc-soft); border-radius: 4px; min-width: 6rem; }
.zc-bar i { position: absolute; top: 0; bottom: 0; background: #0072B2; border-radius: 4px; }
.zc-bar u { position: absolute; top: -.2rem; bottom: -.2rem; width: 2px; background: #D55E00; }
.zc-steps { padding-left: 1.4rem; } .zc-steps li { margin: .15rem 0; }
.zc-warn { border-left: 3px solid #E69F00; padding: .1rem .8rem; margin: .35rem 0; }
.stMain [data-testid="stBaseButton-tertiary"] { text-align: left; justify-content: flex-start; padding: .1rem 0; min-height: 0; }
.stMain [data-testid="stBaseButton-tertiary"] p { text-align: left; font-weight: 600; }
.stMain [data-testid="stBaseButton-tertiary"]:hover p { text-decoration: underline; }
[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
[data-testid="stFileUploaderDropzone"] button p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "选择文件"; font-size: .9rem; }
button:focus-visible, a:focus-visible, input:focus-visible { outline: 2px solid var(--zc-accent) !important; outline-offset: 2px; }
@media (max-width: 640px) {
  .stColumn:has(.zc-tree) { position: static; }
  .stMainBlockContainer { padding: 4rem .9rem 5rem; }
  .zc-title { font-size: 1.3rem; } .zc-tree { max-height: 14rem; border-right: 0; border-bottom: 1px solid var(--zc-line); }
  .zc-figure { font-size: 1.25rem; }
  .zc-scroll table { min-width: 34rem; }
  [data-testid^="stChatMessageAvatar"] { display: none; }
}
@media print { [data-testid="stSidebar"], [data-testid="stBottom"], .stButton, .stDownloadButton { display: none !important; } }
</style>
"""


def apply() -> None:
    """Put the style sheet on the page."""
    st.html(CSS)


def title(text: str, lead: str = "") -> None:
    """A page's heading with one line that says what the page is for (both ours)."""
    below = f'<div class="zc-lead">{html(lead)}</div>' if lead else ""
    st.html(f'<div class="zc" role="banner"><h1 class="zc-title" style="padding:0">{html(text)}</h1>{below}</div>')


def badge(text: str, kind: str = "no", sign: str = "") -> str:
    """A badge as HTML; `kind` is ok, over, wait or no."""
    return f'<span class="zc-badge {kind}">{sign + " " if sign else ""}{html(text)}</span>'


def day(value: date | None) -> str:
    """A date as people write it."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def validity_badge(validity: Validity) -> str:
    """Validity in words: whether it holds on the chosen date, and until when."""
    kind, sign = _SIGNS.get(validity.status, ("no", "?"))
    if validity.status == PENDING:
        return badge(f"未生效：自{day(validity.valid_from)}起", kind, sign)
    if validity.valid_to is not None:
        return badge(f"{validity.status}：至{day(validity.valid_to)}", kind, sign)
    return badge("有效期未载明", kind, sign)


def badges(region: str | None, validity: Validity, *more: str | None) -> str:
    """Region, validity and whatever else is known, side by side."""
    return "".join([badge(region or "地区未明"), validity_badge(validity), *(badge(text) for text in more if text)])
