# Apache Kafka with the settings of a broker of NTB Care: KRaft, TLS, SCRAM, access rules (kafka/server.properties).
# The base image runs as user 1000 (appuser); kubernetes wants to see a number.
FROM apache/kafka:4.3.1
COPY deploy/images/kafka/server.properties deploy/images/kafka/start /opt/ntbcare/
USER 1000
ENV KAFKA_HEAP_OPTS="-Xms512m -Xmx512m"
VOLUME /var/lib/kafka/data
EXPOSE 9092 9093 9094
ENTRYPOINT ["/opt/ntbcare/start"]
