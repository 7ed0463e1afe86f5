package thongquan.peer;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Writes decisions in batches. Kafka Streams flushes a store of this kind before it commits, so that a declaration is in the
 * database before its notice is seen and its offset moves; a batch that is written again after a crash changes nothing.
 */
final class DecisionStore implements StateStore, CachedStateStore<byte[], byte[]> {
    static final String NAME = "decisions";

    private static final int ROWS_MAX = 250;
    private static final String INSERT =
            "INSERT INTO peer_declarations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?) ON CONFLICT DO NOTHING";

    private final String database;
    private final List<Decision> waiting = new ArrayList<>(ROWS_MAX);
    private Connection connection;
    private PreparedStatement insert;

    DecisionStore(String database) {
        this.database = database;
    }

    void add(Decision decision) {
        waiting.add(decision);
        if (waiting.size() >= ROWS_MAX) {
            flushCache();
        }
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        try {
            connection = DriverManager.getConnection(database);
            connection.setAutoCommit(false);
            insert = connection.prepareStatement(INSERT);
        } catch (SQLException failure) {
            throw new ProcessorStateException("the database cannot be reached", failure);
        }
        context.register(root, (key, value) -> {});
    }

    @Override
    public void flushCache() {
        if (waiting.isEmpty()) {
            return;
        }
        try {
            for (Decision decision : waiting) {
                insert.setString(1, decision.declarant());
                insert.setString(2, decision.reference());
                insert.setString(3, decision.version());
                insert.setObject(4, decision.at().atOffset(ZoneOffset.UTC));
                insert.setString(5, decision.lane());
                insert.setBigDecimal(6, decision.assessment().value());
                insert.setBigDecimal(7, decision.assessment().duty());
                insert.setBigDecimal(8, decision.assessment().vat());
                insert.setString(9, decision.assessment().json());
                insert.setBytes(10, decision.document());
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
            waiting.clear();
        } catch (SQLException failure) {
            throw new ProcessorStateException("a batch cannot be written", failure);
        }
    }

    @Override
    public void clearCache() {
        waiting.clear();
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<byte[], byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void flush() {
        flushCache();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException failure) {
            throw new ProcessorStateException("the connection cannot be closed", failure);
        }
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        try {
            return connection != null && !connection.isClosed();
        } catch (SQLException failure) {
            return false;
        }
    }

    /** Makes a store for each partition, each with a connection of its own. Nothing is kept in Kafka. */
    record Builder(String database) implements StoreBuilder<DecisionStore> {
        @Override
        public DecisionStore build() {
            return new DecisionStore(database);
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public StoreBuilder<DecisionStore> withCachingEnabled() {
            return this;
        }

        @Override
        public StoreBuilder<DecisionStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<DecisionStore> withLoggingEnabled(Map<String, String> settings) {
            return this;
        }

        @Override
        public StoreBuilder<DecisionStore> withLoggingDisabled() {
            return this;
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }
    }
}
