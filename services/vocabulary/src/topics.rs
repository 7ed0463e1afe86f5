//! The topics: what each is for, what its keys are, who writes it and who reads it.
//!
//! ```text
//!   gateway ──► declarations.lodged ────┐                ┌──► declarations.notices ────► gateway
//!   bank ─────► payments.settled ───────┼──► processor ──┼──► declarations.answers ────► offices
//!   offices ──► declarations.commands ──┘                └──► declarations.unreadable ─► operator
//!                        ▲
//!   timekeeper ──────────┘
//! ```
//!
//! This is the contract with other people's systems. `schemas/README.md` tells it to them, and `deploy/` gives each of them
//! its rights; a test holds both to this list.

/// What a topic is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Declarations, amendments and cancellations as lodged.
    Lodged,
    /// Payment confirmations of banks.
    Settled,
    /// Commands of officers, gates and the calendar.
    Commands,
    /// Answers to whoever commanded.
    Answers,
    /// Notices to declarants.
    Notices,
    /// What could not be read, as it came, with the reason in headers.
    Unreadable,
}

/// A topic of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// What it is for.
    pub role: Role,
    /// Its name, behind the prefix that an installation may set.
    pub name: &'static str,
    /// What its keys are, which keep messages in order and say whose they are.
    pub key: Key,
    /// How the `ce_type` of what we send to it begins; others may send any.
    pub event_type: &'static str,
    /// Who may write to it.
    pub writers: &'static [Party],
    /// Who may read it.
    pub readers: &'static [Party],
}

/// What the keys of a topic are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The tax code of the enterprise that declares: the importer of an import, the exporter of an export.
    Trader,
    /// The tax code of whoever paid.
    Payer,
    /// The tax code of the enterprise whose declaration the message is about.
    Declarant,
    /// Whatever the message had that is sent on.
    AsItCame,
}

/// Who writes to topics or reads them, each with rights of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// What stands in front of declarants, sets the key from who has logged in, and hands each the notices of its own.
    Gateway,
    Bank,
    /// The systems of officers and gates, which see to who gives a command.
    Offices,
    Processor,
    /// The part of the processors that commands what time acts on.
    Timekeeper,
    /// Whoever looks at what went wrong.
    Operator,
}

/// Every topic, in the order in which `schemas/README.md` tells of them.
pub const TOPICS: [Topic; 6] = [
    Topic {
        role: Role::Lodged,
        name: "declarations.lodged",
        key: Key::Trader,
        event_type: "vn.thongquan.declaration.lodged",
        writers: &[Party::Gateway],
        readers: &[Party::Processor],
    },
    Topic {
        role: Role::Settled,
        name: "payments.settled",
        key: Key::Payer,
        event_type: "vn.thongquan.payment.settled",
        writers: &[Party::Bank],
        readers: &[Party::Processor],
    },
    Topic {
        role: Role::Commands,
        name: "declarations.commands",
        key: Key::Declarant,
        event_type: "vn.thongquan.declaration.command",
        writers: &[Party::Offices, Party::Timekeeper],
        readers: &[Party::Processor],
    },
    Topic {
        role: Role::Answers,
        name: "declarations.answers",
        key: Key::Declarant,
        event_type: "vn.thongquan.answer.",
        writers: &[Party::Processor],
        readers: &[Party::Offices],
    },
    Topic {
        role: Role::Notices,
        name: "declarations.notices",
        key: Key::Declarant,
        event_type: "vn.thongquan.notice.",
        writers: &[Party::Processor],
        readers: &[Party::Gateway],
    },
    Topic {
        role: Role::Unreadable,
        name: "declarations.unreadable",
        key: Key::AsItCame,
        event_type: "vn.thongquan.unreadable",
        writers: &[Party::Processor],
        readers: &[Party::Operator],
    },
];

impl Role {
    /// The topic of this role.
    pub fn topic(self) -> &'static Topic {
        match self {
            Self::Lodged => &TOPICS[0],
            Self::Settled => &TOPICS[1],
            Self::Commands => &TOPICS[2],
            Self::Answers => &TOPICS[3],
            Self::Notices => &TOPICS[4],
            Self::Unreadable => &TOPICS[5],
        }
    }

    /// Whether processors read the topic and act on what it holds.
    pub fn is_processed(self) -> bool {
        self.topic().readers.contains(&Party::Processor)
    }
}

/// The topics' names behind the prefix of one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// The name of [`Role::Lodged`].
    pub lodged: String,
    /// The name of [`Role::Settled`].
    pub settled: String,
    /// The name of [`Role::Commands`].
    pub commands: String,
    /// The name of [`Role::Answers`].
    pub answers: String,
    /// The name of [`Role::Notices`].
    pub notices: String,
    /// The name of [`Role::Unreadable`].
    pub unreadable: String,
}

impl Topics {
    /// The topics behind a prefix, which may be empty.
    pub fn new(prefix: &str) -> Self {
        let name = |role: Role| format!("{prefix}{}", role.topic().name);
        Self {
            lodged: name(Role::Lodged),
            settled: name(Role::Settled),
            commands: name(Role::Commands),
            answers: name(Role::Answers),
            notices: name(Role::Notices),
            unreadable: name(Role::Unreadable),
        }
    }

    /// The name of the topic of a role.
    pub fn name(&self, role: Role) -> &str {
        match role {
            Role::Lodged => &self.lodged,
            Role::Settled => &self.settled,
            Role::Commands => &self.commands,
            Role::Answers => &self.answers,
            Role::Notices => &self.notices,
            Role::Unreadable => &self.unreadable,
        }
    }

    /// What a topic is for; `None` where it is none of this installation's, for instance one behind another prefix.
    pub fn role_of(&self, name: &str) -> Option<Role> {
        TOPICS.into_iter().map(|topic| topic.role).find(|role| self.name(*role) == name)
    }

    /// The name of every topic.
    pub fn all(&self) -> [&str; TOPICS.len()] {
        TOPICS.map(|topic| self.name(topic.role))
    }

    /// The names of the topics that processors read and act on.
    pub fn processed(&self) -> Vec<&str> {
        TOPICS.into_iter().filter(|topic| topic.role.is_processed()).map(|topic| self.name(topic.role)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_the_topic_that_names_it() {
        for topic in TOPICS {
            assert_eq!(topic.role.topic(), &topic);
        }
    }

    #[test]
    fn a_name_is_known_behind_its_own_prefix_alone() {
        let topics = Topics::new("north.");
        assert_eq!(topics.lodged, "north.declarations.lodged");
        for topic in TOPICS {
            assert_eq!(topics.role_of(topics.name(topic.role)), Some(topic.role));
            assert_eq!(topics.role_of(topic.name), None, "{} is another installation's", topic.name);
        }
        assert_eq!(topics.role_of("north.declarations"), None);
        assert_eq!(topics.all().len(), TOPICS.len());
    }

    #[test]
    fn processors_read_what_comes_in() {
        let topics = Topics::new("");
        assert_eq!(topics.processed(), ["declarations.lodged", "payments.settled", "declarations.commands"]);
    }
}
