# Thin: each line is a command a person could type.
PYTHON ?= python3
DESK = .venv/bin/privacydesk

CATALOGUE = bot/locale/desk.pot

.PHONY: run install test soak check bench evaluate lock catalogue

run: install
	@$(DESK) up

install:
	@$(PYTHON) -m bot.installation

# Two workers; what needs the real processes stays with one of them.
test: install
	.venv/bin/python -m pytest -n 2

soak: install
	SOAK=true .venv/bin/python -m pytest -m soak

check: install
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

bench: install
	$(DESK) bench

evaluate: install
	$(DESK) evaluate $(FILE)

lock: install
	.uv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url pyproject.toml --group dev -o requirements.lock
	.uv/bin/uv --directory intents pip compile --universal --generate-hashes --no-emit-index-url -p 3.10 pyproject.toml -o requirements.lock

# Takes new sentences into the French catalogue, to be translated there.
catalogue: install
	.venv/bin/pybabel -q extract -F bot/locale/babel.cfg -k tr -k mark --no-location --omit-header -o $(CATALOGUE) .
	.venv/bin/pybabel -q update -i $(CATALOGUE) -d bot/locale -D desk -l fr -w 100 --no-fuzzy-matching --ignore-obsolete --omit-header
	rm $(CATALOGUE)
