"""format=flowed (RFC 3676): soft line breaks joined again."""


def unflow(text: str, *, delete_space: bool = False) -> str:
    """`text` with its soft-broken lines joined; quoted lines keep their ">" and join only within one depth."""
    out: list[str] = []
    open_at: int | None = None
    for line in text.split("\n"):
        depth, content = _quote(line)
        soft = content.endswith(" ") and content != "-- "
        if open_at == depth and content != "-- ":
            out[-1] += content
        else:
            out.append(">" * depth + (" " if depth and content else "") + content)
        if soft and delete_space:
            out[-1] = out[-1][:-1]
        open_at = depth if soft else None
    return "\n".join(out)


def _quote(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")
