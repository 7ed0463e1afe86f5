//! The version of the schema.

use storage::StorageError;

use crate::support::{Backend, on_both};

on_both!(a_newer_schema_is_refused_by_an_older_program, |backend| {
    let health = backend.store.health().await.unwrap();
    assert_eq!(health.schema_version, storage::SCHEMA_VERSION);
    assert!(!health.server_version.is_empty());
    drop(backend.reopen().await.unwrap());
    backend.pretend_schema_version(storage::SCHEMA_VERSION + 1).await;
    match backend.reopen().await {
        Err(StorageError::SchemaTooNew { found, known }) => {
            assert_eq!((found, known), (storage::SCHEMA_VERSION + 1, storage::SCHEMA_VERSION));
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a newer schema was taken for ours"),
    }
});

on_both!(a_schema_is_changed_with_leave_alone, |backend| {
    drop(backend.reopen_as_it_is().await.unwrap());
    backend.pretend_schema_version(0).await;
    match backend.reopen_as_it_is().await {
        Err(StorageError::SchemaTooOld { found, known }) => assert_eq!((found, known), (0, storage::SCHEMA_VERSION)),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an older schema was taken for ours"),
    }
});
