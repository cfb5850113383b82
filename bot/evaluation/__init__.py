"""How well messages are read and requests judged: figures, a page, Rasa's own beside it."""
