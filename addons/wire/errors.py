"""What the decoders of this room raise when bytes break the rules of their format.

In: nothing. Out: two exceptions. Both say what is wrong and never quote the bytes: those may hold a secret.

Every decoder here keeps one promise: what was decoded before the fault is handed out first. A call that has something
to hand out returns it, and the next `feed` or `close` raises; a call that has nothing raises at once. The fault is
raised once; after that the decoder takes bytes and gives nothing.
"""

from __future__ import annotations


class FramingError(ValueError):
    """The bytes are not what the transport prescribes: no further frame can be found in them."""


class EncodingError(ValueError):
    """The bytes are not what Content-Encoding says, or the encoding is one that nothing here undoes."""
