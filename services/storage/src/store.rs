//! Everything that is kept, as the sum of its roles.

use crate::database::Database;
use crate::{Accounts, Archive, Calendar, Exchange, FactStore, Ledger, Sessions, Subscriptions, Upkeep};

/// Everything that is kept. Who needs one role of it asks for that role alone.
pub trait Store:
    Ledger + Archive + FactStore + Calendar + Upkeep + Accounts + Sessions + Subscriptions + Exchange + 'static
{
}

impl Store for Database {}
