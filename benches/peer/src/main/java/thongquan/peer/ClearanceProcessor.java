package thongquan.peer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import thongquan.peer.DocumentReader.Reading;

/** Decides each declaration as it comes, hands the decision to the store and the notice to the topic. */
final class ClearanceProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    private static final ZoneId VIETNAM = ZoneId.of("Asia/Ho_Chi_Minh");

    private final DocumentReader reader;
    private final Tariff tariff;
    private final Plausibility plausibility = new Plausibility();
    private ProcessorContext<byte[], byte[]> context;
    private DecisionStore store;

    ClearanceProcessor(DocumentReader reader, Tariff tariff) {
        this.reader = reader;
        this.tariff = tariff;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        this.store = context.getStateStore(DecisionStore.NAME);
    }

    @Override
    public void process(Record<byte[], byte[]> lodged) {
        String declarant = new String(lodged.key(), StandardCharsets.UTF_8);
        Reading reading = reader.read(lodged.value());
        List<String> findings = new ArrayList<>(reading.findings());
        if (reading.declaration() != null && findings.isEmpty()) {
            findings.addAll(plausibility.findings(reading.declaration()));
        }
        Instant at = Instant.ofEpochMilli(lodged.timestamp());
        String notice;
        if (findings.isEmpty()) {
            LocalDate day = at.atZone(VIETNAM).toLocalDate();
            Assessment assessment = Assessment.of(reading.declaration(), tariff, day);
            String reference = reading.declaration().getFunctionalReferenceID();
            String version = reading.declaration().getVersionID();
            String lane = assessment.complete() ? "green" : "yellow";
            store.add(new Decision(declarant, reference, version, at, lane, assessment, lodged.value()));
            notice = Notice.registered(declarant, reference, version, lane, assessment);
        } else {
            notice = Notice.rejected(declarant, findings);
        }
        byte[] payload = notice.getBytes(StandardCharsets.UTF_8);
        context.forward(new Record<>(lodged.key(), payload, lodged.timestamp(), headers(lodged.headers())));
    }

    /** A name of its own, and the name of what caused it. */
    private static Headers headers(Headers lodged) {
        Header cause = lodged.lastHeader("ce_id");
        byte[] event = ("peer-" + new String(cause.value(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        return new RecordHeaders().add("ce_id", event).add("cause", cause.value());
    }
}
