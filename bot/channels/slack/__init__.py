"""Slack: messages, commands, forms, cards and the Home, over Bolt; every one a row first."""
