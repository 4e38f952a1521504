"""How static files are named and kept."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_OF_A_MODULE = (
    (r"""(?P<matched>\bfrom\s*["'](?P<url>\.[^"']+)["'])""", 'from "%(url)s"'),
    (r"""(?P<matched>\bimport\s*["'](?P<url>\.[^"']+)["'])""", 'import "%(url)s"'),
    (r"""(?P<matched>\bimport\(["'](?P<url>\.[^"']+)["']\))""", 'import("%(url)s")'),
)


class Kept(CompressedManifestStaticFilesStorage):
    """Names carry a digest, those of modules within our own modules too: one file has one address, and is run once.

    Django's own way of it goes through the packages' scripts as well, and stops at what one names in a comment.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", _OF_A_MODULE))
