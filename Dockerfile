# The front end: GOV.UK Frontend from its npm package, compiled; nothing of Node goes further.
FROM node:22-bookworm-slim AS front-end
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY static/src static/src
RUN mkdir -p static/build \
    && node node_modules/sass/sass.js --no-source-map --style=compressed --quiet-deps \
        --load-path=node_modules static/src/app.scss static/build/app.css \
    && cp node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js \
        node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js.map static/build/ \
    && find static/src -maxdepth 1 -type f ! -name '*.scss' -exec cp {} static/build/ \;

# What the application stands on, from the hashed lock.
FROM python:3.13-slim-bookworm AS libraries
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/base.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/var/static
WORKDIR /app
# What WeasyPrint lays pages out with, and two families of letters.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-liberation fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app hackathon
COPY --from=libraries /opt/venv /opt/venv
COPY manage.py ./
COPY core core
COPY accounts accounts
COPY events events
COPY challenges challenges
COPY teams teams
COPY files files
COPY submissions submissions
COPY links links
COPY records records
COPY reading reading
COPY screening screening
COPY judging judging
COPY results results
COPY showcase showcase
COPY hackathon hackathon
COPY templates templates
COPY --from=front-end /src/static/build static/build
# These values serve this one step and are not kept; nothing is connected to.
RUN SECRET_KEY=build DATABASE_URL=postgres:///build REDIS_URL=redis://localhost ALLOWED_HOSTS=localhost \
        BASE_URL=http://localhost EMAIL_HOST=localhost python manage.py collectstatic --no-input \
    && mkdir -p /app/var/beat /app/var/files && chown -R 10001 /app/var/beat /app/var/files
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-m", "hackathon.healthcheck"]
# Without queries and referrers: the link of an invitation keeps its key in its query.
CMD ["gunicorn", "hackathon.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket", "--access-logfile", "-", "--access-logformat", "%(h)s %(l)s %(u)s %(t)s \"%(m)s %(U)s %(H)s\" %(s)s %(b)s \"%(a)s\""]
