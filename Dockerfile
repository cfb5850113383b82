# The application: the web page, the clock and the action server. Build with the checkout as context.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml requirements.lock README.md ./
RUN uv venv .venv \
 && uv pip sync --no-cache --compile-bytecode --require-hashes --python .venv/bin/python requirements.lock
COPY bot ./bot
COPY actions ./actions
COPY data ./data
RUN uv pip install --no-cache --no-deps --no-build-isolation --python .venv/bin/python --editable . \
 && useradd --system --uid 10001 desk \
 && install --directory --owner desk --mode 700 /var/lib/privacydesk

ENV PATH=/app/.venv/bin:$PATH PRIVACYDESK_HOME=/var/lib/privacydesk
USER desk
VOLUME /var/lib/privacydesk
CMD ["privacydesk", "serve"]
