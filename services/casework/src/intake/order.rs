//! A command of customs after reading, and the declaration that it names.

use storage::{CommandKey, DeclarationKey};
use vocabulary::{CustomsCommand, DeclarationNumber, Finding, NamedDeclaration};

use super::arrival::Arrival;
use crate::hashing::content_hash;

/// A command after reading.
#[derive(Debug)]
pub struct Order {
    pub(crate) arrival: Arrival,
    pub(crate) content_hash: [u8; 32],
    pub(crate) reading: Result<CustomsCommand, Vec<Finding>>,
}

impl Order {
    /// Reads the command that arrived.
    pub(crate) fn read(arrival: Arrival) -> Self {
        let reading = message::read_command(arrival.payload());
        // What is commanded makes a command the same, and not when, nor how the document is laid out.
        let content_hash = match &reading {
            Ok(command) => {
                let timeless = CustomsCommand { given_at: jiff::civil::DateTime::MIN, ..command.clone() };
                content_hash(&message::write_command(&timeless))
            }
            Err(_) => content_hash(arrival.payload()),
        };
        Self { content_hash, reading, arrival }
    }
}

/// The orders that could be read.
pub(crate) fn sound(orders: &[Order]) -> impl Iterator<Item = &CustomsCommand> {
    orders.iter().filter_map(|order| order.reading.as_ref().ok())
}

pub(crate) fn key_of(command: &CustomsCommand) -> CommandKey {
    CommandKey { declarant: command.declarant.clone(), identifier: command.identifier.clone() }
}

/// The declarant, and the digits of the number that stay, of a declaration that is named by its number.
pub(crate) fn numbered(command: &CustomsCommand) -> Option<(String, String)> {
    let NamedDeclaration::Number(number) = &command.declaration else { return None };
    let number: DeclarationNumber = number.parse().ok()?;
    Some((command.declarant.clone(), number.stem()))
}

/// The key of a declaration that is named by its reference.
pub(crate) fn referenced(command: &CustomsCommand) -> Option<DeclarationKey> {
    let NamedDeclaration::Reference { reference, version } = &command.declaration else { return None };
    Some(DeclarationKey { declarant: command.declarant.clone(), reference: reference.clone(), version: *version })
}
