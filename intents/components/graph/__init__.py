"""The components as Rasa sees them: thin shells around the models in the folder above."""
