# The web pages, built by the same command as on a developer's machine.
FROM node:22-bookworm-slim AS web
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/rescue-circle
COPY Makefile ./
COPY scripts scripts
COPY docs/generated docs/generated
COPY geo/data geo/data
COPY web web
RUN make web

# The service and what it needs to run. Where it is made is where it stays: its programs name the folder.
FROM python:3.13-slim-bookworm AS service
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/rescue-circle
COPY . .
COPY --from=web /srv/rescue-circle/rescue_circle/web_app rescue_circle/web_app
RUN make runtime RUNTIME=.venv

FROM python:3.13-slim-bookworm
WORKDIR /srv/rescue-circle
COPY --from=service /srv/rescue-circle/.venv .venv
RUN useradd --system --home-dir /var/lib/rescue-circle --create-home rescue
USER rescue
ENV RESCUE_HOST=0.0.0.0 \
    RESCUE_DATABASE_URL=sqlite+aiosqlite:////var/lib/rescue-circle/rescue-circle.sqlite3 \
    RESCUE_SPOOL=/var/lib/rescue-circle/calls.spool
VOLUME /var/lib/rescue-circle
EXPOSE 8120
CMD ["/srv/rescue-circle/.venv/bin/rescue-circle", "serve"]
