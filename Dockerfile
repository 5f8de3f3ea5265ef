# A worker: docker build -t memlora-worker .    With PyTorch's CUDA build: --build-arg MAVEN_PROFILES=cuda
FROM maven:3.9-eclipse-temurin-17 AS build
ARG MAVEN_PROFILES=""
WORKDIR /src
COPY pom.xml ./
COPY schemas schemas
COPY models models
COPY operators operators
COPY topology topology
COPY distillation distillation
COPY evaluation evaluation
COPY cli cli
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp -DskipTests ${MAVEN_PROFILES:+-P${MAVEN_PROFILES}} package

FROM eclipse-temurin:17-jre
# pip is one of the sources of the base models.
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home memlora && mkdir -p /models && chown memlora /models
WORKDIR /opt/memlora
COPY memlora ./
COPY --from=build /src/cli/target/lib cli/target/lib
COPY --from=build /src/cli/target/memlora-cli-*.jar cli/target/
ENV MEMLORA_PREBUILT=1 MEMLORA_CACHE=/models
USER memlora
VOLUME /models
ENTRYPOINT ["/opt/memlora/memlora"]
