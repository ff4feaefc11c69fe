# Apache Kafka with the settings of a broker of NTB Care: KRaft, TLS, passwords, access rules (kafka/server.properties).
# Like its base it runs as user 1000. Its log goes to stdout alone, warnings and worse.
FROM apache/kafka:4.3.1
COPY deploy/images/kafka/server.properties deploy/images/kafka/start deploy/kafka/log4j2.properties /opt/ntbcare/
ENV KAFKA_HEAP_OPTS="-Xms512m -Xmx512m" \
    KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=/opt/ntbcare/log4j2.properties" \
    EXTRA_ARGS="-name kafkaServer" \
    LOG_DIR=/tmp/logs
USER 1000:1000
VOLUME /var/lib/kafka/data
EXPOSE 9092 9093 9094
ENTRYPOINT ["/opt/ntbcare/start"]
