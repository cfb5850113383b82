"""`python -m actions`: the action server."""

from actions.server import serve

serve()
