"""How well messages are read: figures over labelled questions, and a page that shows them."""
