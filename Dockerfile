# The gateway and the simulators in one image. Two stages: what builds does not ship.
# Where images are kept by digest, pin the two FROM lines by digest too.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/bakjour
COPY requirements/runtime.txt requirements/runtime.txt
RUN /opt/bakjour/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY protocols protocols
COPY gateway gateway
COPY simulators simulators
RUN /opt/bakjour/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/bakjour/bin/python -m compileall -q /opt/bakjour

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 bakjour \
    && useradd --uid 10001 --gid bakjour --home-dir /data --no-create-home --shell /usr/sbin/nologin bakjour \
    && install --directory --owner bakjour --group bakjour --mode 0750 /data
COPY --from=build /opt/bakjour /opt/bakjour
COPY deploy/bakjour.toml /etc/bakjour/bakjour.toml
ENV PATH=/opt/bakjour/bin:$PATH \
    BAKJOUR_CONFIG=/etc/bakjour/bakjour.toml \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SQLITE_TMPDIR=/data
# Everything that is written is written here; the rest may be read-only.
VOLUME /data
WORKDIR /data
USER 10001:10001
EXPOSE 4024 8080
STOPSIGNAL SIGTERM
# /healthz says whether the loop and the store's writer turn; /readyz is for monitors, and restarts nothing.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["bakjour"]
CMD ["serve"]
