"""Bytes to text, whatever their label says."""

import codecs
import re

ALIASES = {
    # What mail programs write, and what they mean by it (WHATWG Encoding Standard, "labels").
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}
# Python knows these as text encodings, but no mail is written in them and some take quadratic time.
NOT_FOR_MAIL = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def decode(raw: bytes, label: str = "") -> str:
    """The text of `raw`, by its label if that fits, else UTF-8, else Windows-1252. Never raises."""
    by_label = _strictly(raw, _codec(label))
    if by_label is not None:
        return storable(by_label)
    utf8 = raw.decode("utf-8", "replace")
    really_utf8 = REPLACEMENT not in utf8 or any(ord(char) > 127 and char != REPLACEMENT for char in utf8)
    return storable(utf8 if really_utf8 else raw.decode("cp1252", "replace"))


def is_known(label: str) -> bool:
    return bool(_codec(label))


def storable(text: str) -> str:
    """`text` without what PostgreSQL or UTF-8 cannot hold: NUL and other control characters, lone surrogates."""
    return SURROGATE.sub(REPLACEMENT, UNSTORABLE.sub("", text))


def _codec(label: str) -> str:
    name = label.strip().strip("'\"").lower()
    name = ALIASES.get(name, name)
    try:
        canonical = codecs.lookup(name).name if name else ""
    except (LookupError, UnicodeError, ValueError):
        return ""
    return "" if canonical.replace("-", "_") in NOT_FOR_MAIL else canonical


def _strictly(raw: bytes, codec: str) -> str | None:
    # ASCII and Latin-1 are what programs claim when they know nothing, so valid UTF-8 beats the claim.
    for name in ("utf-8", codec) if codec == "cp1252" else (codec,):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return None
