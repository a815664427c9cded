# One image for web, worker and beat. Fonts and the typesetter come with the Python packages; nothing is fetched at run time.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data APP_ENV=production
WORKDIR /app
# For backups: pg_dump of the version of the compose file's database.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client-15 && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN useradd --create-home --uid 10001 liaison && mkdir /data /backups && chown liaison /data /backups
USER liaison
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "python:julu_liaison.gunicorn", "julu_liaison.wsgi"]
