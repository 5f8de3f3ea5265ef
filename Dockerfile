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
RUN mvn -B -ntp -DskipTests ${MAVEN_PROFILES:+-P${MAVEN_PROFILES}} package && mkdir -p models/experts

FROM eclipse-temurin:17-jre
# pip is one of the sources of the base models.
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home memlora && mkdir -p /models && chown memlora /models
WORKDIR /opt/memlora
COPY memlora ./
# The trained experts, where there are some.
COPY --from=build /src/models/experts models/experts
COPY --from=build /src/models/encoders models/encoders
COPY --from=build /src/cli/target/lib cli/target/lib
COPY --from=build /src/cli/target/memlora-cli-*.jar cli/target/
ENV MEMLORA_PREBUILT=1 MEMLORA_CACHE=/models
USER memlora
VOLUME /models
ENTRYPOINT ["/opt/memlora/memlora"]
