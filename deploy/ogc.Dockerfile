# TiPg, which serves the database's views as OGC API Features and tiles, from requirements that are locked by hash.
FROM python:3.13-slim-bookworm
WORKDIR /srv/ogc
COPY requirements/ogc.txt ./
RUN python -m venv .venv && .venv/bin/pip --quiet --disable-pip-version-check install --require-hashes --only-binary :all: -r ogc.txt
RUN useradd --system --no-create-home ogc
USER ogc
EXPOSE 8121
CMD ["/srv/ogc/.venv/bin/uvicorn", "tipg.main:app", "--host", "0.0.0.0", "--port", "8121"]
