"""Documents on paper: a ticket goes in, a tagged PDF comes out; no clock, no database.

`receipt` and `application` are the requester's, in their language; `ticket_file` is the officer's.
"""

from bot.documents.application import application
from bot.documents.parts import Letterhead
from bot.documents.receipt import receipt
from bot.documents.ticket_file import Attached, Spoken, ticket_file

__all__ = ["Attached", "Letterhead", "Spoken", "application", "receipt", "ticket_file"]
