"""The Privacy Officer's pages: signing in, queue, ticket, overview, registers, accounts."""

from bot.channels.web.officer.pages import OfficerPages

__all__ = ["OfficerPages"]
