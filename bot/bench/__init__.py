"""`privacydesk bench`: figures of this machine, each measured in the run that prints it."""
