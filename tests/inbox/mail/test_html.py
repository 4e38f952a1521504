import time

import pytest

from inbox.mail.html import has_remote_images, sanitise, to_text

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
# ammonia fills the place of an attribute that it takes out with the last one.
LINK_TURNED = 'rel="noopener noreferrer nofollow" target="_blank"'

SAFE = {
    "<p>Hi <b>you</b></p>": "<p>Hi <b>you</b></p>",
    '<a href="https://x.example/?a=1&amp;b=2">x</a>': f'<a href="https://x.example/?a=1&amp;b=2" {LINK}>x</a>',
    '<a href="mailto:a@x.example">x</a>': f'<a href="mailto:a@x.example" {LINK}>x</a>',
    '<a href="tel:+4930">x</a>': f'<a href="tel:+4930" {LINK}>x</a>',
    '<p style="color: red; text-align: center">x</p>': '<p style="color:red;text-align:center">x</p>',
    '<img src="data:image/png;base64,AAAA" alt="x">': '<img src="data:image/png;base64,AAAA" alt="x">',
    "1 < 2 & 3": "1 &lt; 2 &amp; 3",
}

ATTACKS = {
    # scripts and handlers
    "<script>alert(1)</script>ok": "ok",
    "<ScRiPt src=//x>alert(1)</sCrIpT >ok": "ok",
    "<p onclick=alert(1)>x</p>": "<p>x</p>",
    "<img src=x onerror=alert(1)>": "<img>",
    "<body onload=alert(1)>x": "x",
    "<b/onmouseover=alert(1)>x</b>": "<b>x</b>",
    "<<script>script>alert(1)</script>": "&lt;",
    # links
    '<a href="javascript:alert(1)">x</a>': f"<a {LINK}>x</a>",
    '<a href="java\tscript:alert(1)">x</a>': f"<a {LINK}>x</a>",
    '<a href="&#106;avascript&colon;alert(1)">x</a>': f"<a {LINK}>x</a>",
    '<a href=" \x01javascript:alert(1)">x</a>': f"<a {LINK}>x</a>",
    '<a href="vbscript:x">x</a>': f"<a {LINK}>x</a>",
    '<a href="data:text/html,<script>1</script>">x</a>': f"<a {LINK_TURNED}>x</a>",
    '<a href="cid:x">x</a>': f"<a {LINK_TURNED}>x</a>",
    '<a href="/admin/delete">x</a>': f"<a {LINK_TURNED}>x</a>",
    '<a href="//evil.example">x</a>': f"<a {LINK_TURNED}>x</a>",
    '<a href="https://x" target="_top" rel="opener">x</a>': f'<a href="https://x" {LINK}>x</a>',
    # overlays and styles
    "<style>*{display:none}</style>x": "x",
    '<div style="position:fixed;top:0;z-index:9;color:red">x</div>': '<div style="color:red">x</div>',
    '<div style="background:url(http://x/t.gif)">x</div>': "<div>x</div>",
    '<div style="margin:-900px;opacity:0;width:100vw">x</div>': "<div>x</div>",
    '<div class="dialog" id="main">x</div>': "<div>x</div>",
    '<td background="http://x/t.gif">x</td>': "x",
    '<link rel=stylesheet href="http://x">x': "x",
    '<meta http-equiv=refresh content="0;url=http://x">x': "x",
    '<base href="http://x">x': "x",
    # forms, frames, other documents
    "<form action=http://x><input name=password><button>Go</button></form>": "Go",
    "<iframe src=http://x></iframe>x": "x",
    "<iframe srcdoc='<script>1</script>'>x</iframe>y": "y",
    "<object data=x><embed src=x></object>y": "y",
    "<textarea><img src=x onerror=1></textarea>y": "y",
    "<svg onload=alert(1)><script>1</script></svg>y": "y",
    "<svg><a xlink:href='javascript:1'>x</a></svg>y": "y",
    "<math><mtext></mtext><script>1</script></math>y": "y",
    # mutation
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">': '<p></p><img>"&gt;',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">': '<img>"&gt;',
    "<!--><img src=x onerror=1>-->": "<img>--&gt;",
    "<![CDATA[<script>1</script>]]>y": "1]]&gt;y",
    # tracking
    '<img src="http://t.example/p.gif" width=1 height=1>': '<img height="1" width="1">',
    '<img src="//t.example/p.gif">': "<img>",
    '<img src="\\\\t.example\\p.gif">': "<img>",
    '<img srcset="http://t.example/p.gif 1x">': "<img>",
    '<img src="cid:logo">': "<img>",
    '<img src="data:image/svg+xml;base64,AAAA">': "<img>",
    '<img src="data:text/html;base64,AAAA">': "<img>",
    "<video poster=http://t.example src=http://t.example></video>y": "y",
}


@pytest.mark.parametrize("html", SAFE)
def test_what_is_harmless_stays(html: str) -> None:
    assert sanitise(html) == SAFE[html]


@pytest.mark.parametrize("html", ATTACKS)
def test_what_attacks_goes(html: str) -> None:
    assert sanitise(html) == ATTACKS[html]


@pytest.mark.parametrize("html", [*SAFE, *ATTACKS])
def test_what_is_sanitised_stays_as_it_is_when_read_again(html: str) -> None:
    once = sanitise(html, remote_images=True)
    again = sanitise(once, remote_images=True)
    assert again.replace(LINK_TURNED, LINK) == once.replace(LINK_TURNED, LINK)


def test_remote_images_come_only_when_allowed() -> None:
    html = '<img src="https://x.example/a.png" alt="A">'
    assert sanitise(html) == '<img alt="A">'
    assert sanitise(html, remote_images=True) == html
    assert sanitise('<img src="javascript:1"><img src="/a.png">', remote_images=True) == "<img><img>"
    assert has_remote_images(html)
    assert not has_remote_images('<img src="cid:a"><a href="https://x">x</a>')


def test_the_mails_own_images_come_from_where_the_page_serves_them() -> None:
    html = '<img src="cid:logo@x"><img src="CID:other">'
    assert sanitise(html, inline={"logo@x": "/attachments/1"}) == '<img src="/attachments/1"><img>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"),
        ("<div>One</div><div>two</div><div><br></div><div>three</div>", "One\ntwo\n\nthree"),
        ("<ul><li>a</li><li>b<ul><li>c</ul></ul>d", "- a\n- b\n\n- c\n\nd"),
        ("Q&amp;A &lt;b&gt; &euro;5&nbsp;off", "Q&A <b> €5 off"),
        ("<head><title>t</title><style>p{}</style></head><script>x</script>y", "y"),
        ('<a href="https://x">the offer</a> here', "the offer here"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("yes<blockquote>old<blockquote>older</blockquote></blockquote>no", "yes\n\n> old\n>\n> > older\n\nno"),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ("<p>  many \n  blanks </p>", "many blanks"),
        ("no <unknown>tags</unknown", "no tags"),
        ("", ""),
    ],
)
def test_html_reads_as_a_person_would_read_it(html: str, text: str) -> None:
    assert to_text(html) == text


FONTS = "<p>" + "".join(f"<font color={n}>" for n in range(400))
ENDLESS = {
    "nesting": "<div>" * 200_000,
    "nesting out of scope": "<div><table><td></div></table>" * 30_000,
    "formatting rebuilt in every paragraph": FONTS + "<p>x" * 100_000,
    "tags never ended": "<a " * 300_000,
    "opening brackets": "<" * 1_000_000,
    "comments never ended": "<!--" * 250_000,
    "attributes": "<a " + " ".join(f"a{n}" for n in range(140_000)) + ">x",
    "quotes": "<blockquote>x" * 490,
}


@pytest.mark.parametrize("shape", ENDLESS)
def test_a_megabyte_of_anything_is_made_safe_in_seconds(shape: str) -> None:
    began = time.process_time()
    sanitise(ENDLESS[shape])
    to_text(ENDLESS[shape])
    assert time.process_time() - began < 15  # seen: 4.4 s for nesting out of scope, under 1 s for all others


def test_a_large_newsletter_keeps_its_links_and_colours() -> None:
    row = '<p><a href="http://x">x</a><font color="red"><b>y</b></font></p>'
    assert sanitise(row * 2_000).count("<font") == 2_000
