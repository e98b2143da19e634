# The program with its locked requirements, for every process of docker-compose.yml.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/activation/bin:$PATH
RUN python -m venv /opt/activation
WORKDIR /src
COPY requirements requirements
# setuptools builds the program and is then taken out again; nothing is fetched that is not locked.
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements/dev.txt > build.txt \
    && pip install --require-hashes -r requirements/base.txt \
    && pip install --require-hashes -r build.txt
COPY . .
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes setuptools

FROM python:3.11-slim-bookworm
ENV PATH=/opt/activation/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ACTIVATION_DATA_DIR=/var/lib/activation
# For imports with pgp = "gnupg".
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gpg gpg-agent \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --create-home --home-dir /var/lib/activation activation
COPY --from=build /opt/activation /opt/activation
COPY --chmod=755 docker/with-secrets /usr/local/bin/with-secrets
USER 10001:10001
WORKDIR /var/lib/activation
ENTRYPOINT ["with-secrets"]
CMD ["activation", "--help"]
