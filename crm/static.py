"""How static files are named and kept."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Kept(CompressedManifestStaticFilesStorage):
    """Names carry a digest, those of modules within modules too: one file has one address, and is run once."""

    support_js_module_import_aggregation = True
