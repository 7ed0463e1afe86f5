//! Accounts of officers and of enterprises. An account is disabled, and never removed: records name who did what.

use async_trait::async_trait;

use crate::columns::Value::{Integer, OptionalText, Text};
use crate::columns::{Column, names};
use crate::database::{Connection, Database, Transaction};
use crate::error::StorageError;
use crate::query::{Row, insert, text};

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountKind {
    /// An officer of customs.
    Officer,
    /// Somebody who acts for an enterprise.
    Enterprise {
        /// The enterprise's tax code.
        tax_code: String,
    },
}

impl AccountKind {
    fn word(&self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Enterprise { .. } => "enterprise",
        }
    }

    fn tax_code(&self) -> Option<&str> {
        match self {
            Self::Officer => None,
            Self::Enterprise { tax_code } => Some(tax_code),
        }
    }

    fn of(row: &Row) -> Result<Self, StorageError> {
        let (kind, tax_code): (String, Option<String>) = (row.get("kind")?, row.get("tax_code")?);
        match (kind.as_str(), tax_code) {
            ("officer", None) => Ok(Self::Officer),
            ("enterprise", Some(tax_code)) => Ok(Self::Enterprise { tax_code }),
            _ => Err(StorageError::Unreadable { detail: format!("an account of the kind `{kind}`") }),
        }
    }
}

/// What somebody may do, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// What it allows, in a word.
    pub role: String,
    /// The customs office that it is held at; `None` for one that is held everywhere.
    pub office: Option<String>,
}

/// Who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name that signs in.
    pub id: String,
    /// Whose it is.
    pub kind: AccountKind,
    /// How people call the person.
    pub name: String,
    /// The password as a hash with its salt and parameters, in the text form that hashing libraries share (PHC).
    pub password_hash: String,
    /// What it may do, in the order of the words.
    pub roles: Vec<Role>,
    /// Whether nobody may sign in with it.
    pub disabled: bool,
}

#[async_trait]
pub trait Accounts: Send + Sync {
    /// Adds an account; false, and nothing changes, where there is one of that name.
    async fn add_account(&self, account: &Account) -> Result<bool, StorageError>;

    /// Puts an account in the place of the one of its name; false where there is none.
    async fn change_account(&self, account: &Account) -> Result<bool, StorageError>;

    /// The account of a name.
    async fn account(&self, id: &str) -> Result<Option<Account>, StorageError>;

    /// Accounts after one, in the order of their names.
    async fn accounts_page(&self, after: Option<&str>, limit: usize) -> Result<Vec<Account>, StorageError>;
}

const ACCOUNTS: &[Column<Account>] = &[
    Column("id", Text(|account| text(&account.id))),
    Column("kind", Text(|account| account.kind.word().into())),
    Column("tax_code", OptionalText(|account| account.kind.tax_code().map(text))),
    Column("name", Text(|account| text(&account.name))),
    Column("password_hash", Text(|account| text(&account.password_hash))),
    Column("disabled", Integer(|account| account.disabled.into())),
];

/// The office of a role that is held everywhere.
const EVERYWHERE: &str = "";

fn account_roles<'a>() -> [Column<(&'a str, &'a Role)>; 3] {
    [
        Column("account", Text(|(account, _)| text(account))),
        Column("role", Text(|(_, role)| text(&role.role))),
        Column("office", Text(|(_, role)| text(role.office.as_deref().unwrap_or(EVERYWHERE)))),
    ]
}

#[async_trait]
impl Accounts for Database {
    async fn add_account(&self, account: &Account) -> Result<bool, StorageError> {
        let mut connection = self.writer().await?;
        let added = write(&mut connection, account, " ON CONFLICT DO NOTHING").await;
        connection.throw_away_failed(&added);
        added
    }

    async fn change_account(&self, account: &Account) -> Result<bool, StorageError> {
        if self.account(&account.id).await?.is_none() {
            return Ok(false);
        }
        let replaced = " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, tax_code = excluded.tax_code, \
                        name = excluded.name, password_hash = excluded.password_hash, disabled = excluded.disabled";
        let mut connection = self.writer().await?;
        let changed = write(&mut connection, account, replaced).await;
        connection.throw_away_failed(&changed);
        changed
    }

    async fn account(&self, id: &str) -> Result<Option<Account>, StorageError> {
        let mut select = self.query(format!("SELECT {} FROM accounts WHERE id = ", names(ACCOUNTS)));
        select.bind_text(id);
        match self.optional(select).await? {
            Some(row) => Ok(Some(with_roles(self, &row).await?)),
            None => Ok(None),
        }
    }

    async fn accounts_page(&self, after: Option<&str>, limit: usize) -> Result<Vec<Account>, StorageError> {
        let mut select = self.query(format!("SELECT {} FROM accounts WHERE id > ", names(ACCOUNTS)));
        select.bind_text(after.unwrap_or_default()).push(" ORDER BY id").limit(limit);
        let mut page = Vec::new();
        for row in self.all(select).await? {
            page.push(with_roles(self, &row).await?);
        }
        Ok(page)
    }
}

/// Writes an account and its roles, where the conflict lets it.
async fn write(connection: &mut Connection, account: &Account, conflict: &str) -> Result<bool, StorageError> {
    let mut transaction = connection.begin().await?;
    let rows = std::slice::from_ref(account);
    let dialect = transaction.dialect();
    let insert_it = insert(dialect, "accounts", ACCOUNTS, rows, conflict)?;
    let written = transaction.run(insert_it).await? == 1;
    if written {
        write_roles(&mut transaction, account).await?;
    }
    transaction.commit().await?;
    Ok(written)
}

async fn write_roles(transaction: &mut Transaction<'_>, account: &Account) -> Result<(), StorageError> {
    let mut delete = transaction.query("DELETE FROM account_roles WHERE account = ");
    delete.bind_text(&account.id);
    transaction.run(delete).await?;
    let roles: Vec<(&str, &Role)> = account.roles.iter().map(|role| (account.id.as_str(), role)).collect();
    if !roles.is_empty() {
        let (dialect, columns) = (transaction.dialect(), account_roles());
        transaction.run(insert(dialect, "account_roles", &columns, &roles, "")?).await?;
    }
    Ok(())
}

async fn with_roles(database: &Database, row: &Row) -> Result<Account, StorageError> {
    let id: String = row.get("id")?;
    let mut select = database.query("SELECT role, office FROM account_roles WHERE account = ");
    select.bind_text(&id).push(" ORDER BY role, office");
    let mut roles = Vec::new();
    for row in database.all(select).await? {
        let office: String = row.get("office")?;
        roles.push(Role { role: row.get("role")?, office: Some(office).filter(|office| office != EVERYWHERE) });
    }
    Ok(Account {
        id,
        kind: AccountKind::of(row)?,
        name: row.get("name")?,
        password_hash: row.get("password_hash")?,
        roles,
        disabled: row.get::<i64>("disabled")? != 0,
    })
}
