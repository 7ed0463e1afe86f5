//! Who may sign in, and who is.

use storage::{Account, AccountKind, Role, Session};

use crate::support::{Backend, DECLARANT, on_both};

fn officer(id: &str) -> Account {
    let role = |role: &str, office: Option<&str>| Role { role: role.to_owned(), office: office.map(str::to_owned) };
    Account {
        id: id.to_owned(),
        kind: AccountKind::Officer,
        name: "Nguyễn Văn A".to_owned(),
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        roles: vec![role("examiner", Some("01PR")), role("supervisor", None)],
        disabled: false,
    }
}

fn session(token: u8, account: &str, expires_at_ms: i64) -> Session {
    Session { token_hash: [token; 32], account: account.to_owned(), created_at_ms: 10, seen_at_ms: 10, expires_at_ms }
}

on_both!(accounts_are_added_once_and_changed_whole, |backend| {
    let store = &backend.store;
    let first = officer("an.nguyen");
    let second = Account {
        kind: AccountKind::Enterprise { tax_code: DECLARANT.to_owned() },
        roles: Vec::new(),
        ..officer("kho.van")
    };
    assert!(store.add_account(&first).await.unwrap());
    assert!(store.add_account(&second).await.unwrap());
    let usurper = Account { password_hash: "another".to_owned(), roles: Vec::new(), ..first.clone() };
    assert!(!store.add_account(&usurper).await.unwrap(), "a name belongs to whoever had it first");
    assert_eq!(store.account("an.nguyen").await.unwrap(), Some(first.clone()));
    assert_eq!(store.account("AN.NGUYEN").await.unwrap(), None);
    let changed = Account { disabled: true, roles: first.roles[..1].to_vec(), ..first.clone() };
    assert!(store.change_account(&changed).await.unwrap());
    assert!(!store.change_account(&officer("nobody")).await.unwrap());
    assert_eq!(store.accounts_page(None, 1).await.unwrap(), vec![changed]);
    assert_eq!(store.accounts_page(Some("an.nguyen"), 9).await.unwrap(), vec![second]);
});

on_both!(sessions_end_one_by_one_and_all_at_once, |backend| {
    let store = &backend.store;
    assert!(store.begin_session(&session(1, "nobody", 100)).await.is_err(), "nobody is not signed in");
    for id in ["a", "b"] {
        store.add_account(&officer(id)).await.unwrap();
    }
    for (token, account) in [(1, "a"), (2, "a"), (3, "a"), (4, "b")] {
        store.begin_session(&session(token, account, 100)).await.unwrap();
    }
    assert!(store.begin_session(&session(4, "a", 100)).await.is_err(), "a token is one session's");
    assert_eq!(store.session(&[1; 32], 99).await.unwrap(), Some(session(1, "a", 100)));
    assert_eq!(store.session(&[1; 32], 100).await.unwrap(), None, "it is over");
    store.session_seen(&[1; 32], 90, 200).await.unwrap();
    let seen = Session { seen_at_ms: 90, ..session(1, "a", 200) };
    assert_eq!(store.session(&[1; 32], 100).await.unwrap(), Some(seen));
    assert!(store.end_session(&[2; 32]).await.unwrap());
    assert!(!store.end_session(&[2; 32]).await.unwrap());
    assert_eq!(store.remove_expired_sessions(100).await.unwrap(), 2, "those of the tokens 3 and 4");
    store.begin_session(&session(5, "b", 300)).await.unwrap();
    store.begin_session(&session(6, "a", 300)).await.unwrap();
    assert_eq!(store.end_sessions_of("a").await.unwrap(), 2);
    assert_eq!(store.session(&[1; 32], 101).await.unwrap(), None);
    assert!(store.session(&[5; 32], 101).await.unwrap().is_some(), "others' sessions go on");
    store.change_account(&Account { disabled: true, ..officer("b") }).await.unwrap();
    assert_eq!(store.session(&[5; 32], 101).await.unwrap(), None, "who is disabled is not signed in");
});

#[tokio::test]
async fn a_restored_copy_brings_no_session_back() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("thongquan.db"), folder.path().join("copy.db"));
    let restored = folder.path().join("restored.db");
    let open = async |file: &std::path::Path| {
        let url = format!("sqlite:{}", file.display());
        storage::open(&url, storage::Options::default()).await.unwrap()
    };
    let store = open(&file).await;
    store.add_account(&officer("a")).await.unwrap();
    store.begin_session(&session(1, "a", 100)).await.unwrap();
    drop(store);
    storage::sqlite::back_up(&file, &copy).await.unwrap();
    storage::sqlite::restore(&copy, &restored, false, false).await.unwrap();
    let store = open(&restored).await;
    assert!(store.account("a").await.unwrap().is_some());
    assert_eq!(store.session(&[1; 32], 50).await.unwrap(), None, "it may have been ended since");
}
