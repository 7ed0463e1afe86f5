package thongquan.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Clears declarations as a Java team would: Kafka Streams with exactly-once, JAXB with schema validation, Easy Rules, and
 * PostgreSQL by JDBC batches.
 *
 * <pre>
 *   declarations ──► DocumentReader ──► Plausibility ──► Assessment ──► DecisionStore (JDBC) ──► notices
 * </pre>
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        String database = variable("PEER_DATABASE");
        Path workspace = Path.of(variable("PEER_WORKSPACE"));
        createTable(database);
        DocumentReader reader = new DocumentReader(workspace.resolve("schemas/declaration/1.0/declaration.xsd"));
        Tariff tariff = Tariff.load(workspace.resolve("rules"));

        Topology topology = new Topology();
        topology.addSource(
                "lodged", new ByteArrayDeserializer(), new ByteArrayDeserializer(), variable("PEER_LODGED"));
        topology.addProcessor("clearance", () -> new ClearanceProcessor(reader, tariff), "lodged");
        topology.addStateStore(new DecisionStore.Builder(database), "clearance");
        topology.addSink(
                "notices",
                variable("PEER_NOTICES"),
                new ByteArraySerializer(),
                new ByteArraySerializer(),
                "clearance");

        KafkaStreams streams = new KafkaStreams(topology, settings());
        CountDownLatch ended = new CountDownLatch(1);
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            ended.countDown();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
        ended.await();
        System.exit(1);
    }

    private static Properties settings() throws Exception {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, variable("PEER_GROUP"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, variable("PEER_KAFKA"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.parseInt(variable("PEER_THREADS")));
        // As long as the product waits for company, so that latencies compare; Kafka's own choice would be 100 ms.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 40);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, Files.createTempDirectory("peer-state").toString());
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        return settings;
    }

    private static void createTable(String database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    CREATE TABLE IF NOT EXISTS peer_declarations (
                        declarant TEXT NOT NULL,
                        reference TEXT NOT NULL,
                        version TEXT NOT NULL,
                        decided_at TIMESTAMPTZ NOT NULL,
                        lane TEXT NOT NULL,
                        customs_value NUMERIC,
                        duty NUMERIC,
                        vat NUMERIC,
                        decision JSONB NOT NULL,
                        document BYTEA NOT NULL,
                        PRIMARY KEY (declarant, reference, version)
                    )""");
        }
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException(name + " is not set: benches/peer/run sets it");
        }
        return value;
    }
}
