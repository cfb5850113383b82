"""`python -m bot`: the `privacydesk` command."""

from bot.cli import main

main()
