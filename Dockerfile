# syntax=docker/dockerfile:1
#
# prediff with its local page. Build one of
#   docker build --target plain -t prediff .   # no language model in the container; small
#   docker build --target cpu -t prediff .     # torch for the CPU
#   docker build --target cuda -t prediff .    # torch for NVIDIA GPUs
# How to run it: docs/web.md. No weights are inside: they go to the volume /models.

ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS wheel
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON} AS base
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin prediff \
    && install --directory --owner=prediff --group=prediff --mode=0700 /models /cache
ENV HF_HOME=/models \
    HF_HUB_DISABLE_TELEMETRY=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/cache \
    XDG_CONFIG_HOME=/config
VOLUME ["/models", "/cache"]
EXPOSE 8733
WORKDIR /work
ENTRYPOINT ["prediff"]
# The port must be published at the loopback address of the host: see docs/web.md.
CMD ["web", "--host", "0.0.0.0", "--no-open"]
HEALTHCHECK --interval=60s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8733), 3).close()"]

FROM base AS plain
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-cache-dir "$(ls /wheels/prediff-*.whl)[http]"
USER 10001

FROM base AS cuda
# The wheels of torch on the package index bring the libraries of CUDA; of the host only the driver is needed.
RUN pip install --no-cache-dir "torch>=2.6"
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-cache-dir "$(ls /wheels/prediff-*.whl)[model]"
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 10001

# The last one is what `docker build .` makes.
FROM base AS cpu
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --index-url "${TORCH_INDEX}" "torch>=2.6"
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-cache-dir "$(ls /wheels/prediff-*.whl)[model]"
USER 10001
