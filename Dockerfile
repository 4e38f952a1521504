# One image, three commands: web, worker, beat. Installed the way every machine installs it: by manage.py, with hashes.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PARLEY_DATA=/data PARLEY_STATIC_ROOT=/srv/static PARLEY_LOG_STYLE=json
RUN useradd --system --create-home --uid 10001 parley && mkdir /data /srv/static && chown parley /data /srv/static
WORKDIR /srv/parley

# What is installed changes seldom: a layer of its own.
COPY manage.py requirements.txt ./
COPY crm/__init__.py crm/__init__.py
COPY crm/boot crm/boot
RUN python manage.py install

COPY . .
USER parley
# Any key and any database will do here: static files depend on neither.
RUN PARLEY_SECRET_KEY=only-while-the-image-is-built-0123456789 python manage.py collectstatic --no-input --verbosity 0

VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "manage.py", "web", "--host", "0.0.0.0"]
