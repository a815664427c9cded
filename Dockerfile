# One image for web, worker and beat. Fonts and the typesetter come with the Python packages; nothing is fetched at run time.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data APP_ENV=production
WORKDIR /app
COPY requirements.txt .
RUN python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN useradd --create-home --uid 10001 liaison && mkdir /data && chown liaison /data
USER liaison
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "run", "--host", "0.0.0.0"]
