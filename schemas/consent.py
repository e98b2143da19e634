"""Consents as they are configured: a channel, the sources of wishes, and the audience that carries them."""

from schemas.configuration_fields import OneOf, Text
from schemas.document import Document
from schemas.pair import SourceNames

CHANNELS = ("email", "sms")
WAYS_BACK = ("never", "evidence", "manual")


class ConsentDocument(Document):
    """The consents of one channel."""

    label = Text()  # for people, beside the name that commands take
    description = Text()
    channel = OneOf("a channel", CHANNELS, required=True)
    sources = SourceNames(required=True)
    audience = Text(required=True, slashes=False)
    again = OneOf("a way back", WAYS_BACK, load_default="manual")
    mode = OneOf("a mode", ["live", "watch"], load_default="live")
