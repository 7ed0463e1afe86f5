-- Version 5: bytes that are compressed before they come here, and notices, which are read back seldom, are kept as they
-- are. The server tried to compress each of them anew, for an eighth of its time.

ALTER TABLE declarations
    ALTER COLUMN document SET STORAGE EXTERNAL,
    ALTER COLUMN decision SET STORAGE EXTERNAL,
    ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE decision_log ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE requests ALTER COLUMN document SET STORAGE EXTERNAL, ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL;
