package thongquan.peer;

import java.time.Instant;

/** What is kept of a declaration. */
record Decision(
        String declarant,
        String reference,
        String version,
        Instant at,
        String lane,
        Assessment assessment,
        byte[] document) {}
