//! A batch as people read it, in lines that differ when it does something else.

use std::fmt::Write as _;

use storage::{Batch, OutboxMessage, Stand};
use vocabulary::{CommandAnswer, Notice};

/// Everything that a batch writes and sends.
pub(crate) fn of(batch: &Batch) -> String {
    let mut page = String::new();
    for new in &batch.declarations {
        let state = Standing(&new.stand);
        let _ = writeln!(
            page,
            "  new      {} v{}: {}, {}{state}",
            new.key().reference,
            new.key().version,
            new.stand.outcome.as_str(),
            new.stand.state
        );
    }
    for moved in &batch.updates {
        let state = Standing(&moved.stand);
        let (reference, version) = (&moved.key.reference, moved.key.version);
        let anew = if moved.stand.decision_sequence > moved.expected_log_sequence { ", decided anew" } else { "" };
        let _ = writeln!(
            page,
            "  moved    {reference} v{version}: {}, {}{state}{anew}",
            moved.stand.outcome.as_str(),
            moved.stand.state
        );
    }
    for entry in &batch.log {
        let _ = writeln!(
            page,
            "  log      {} v{} #{} {}",
            entry.key.reference, entry.key.version, entry.sequence, entry.kind
        );
    }
    for request in &batch.requests {
        let (reference, version) = (&request.key.reference, request.key.version);
        let _ = writeln!(page, "  request  {reference} v{version}: {} {}", request.kind, request.outcome);
    }
    for payment in &batch.payments {
        let _ = writeln!(page, "  payment  {} of {}: {}", payment.amount, payment.key.payer, payment.outcome);
    }
    for command in &batch.commands {
        let reference = command.reference.as_deref().unwrap_or("-");
        let _ = writeln!(page, "  command  {} on {reference}: {}", command.kind, command.outcome);
    }
    for written in &batch.write_offs {
        let (kind, line) = (&written.balance.fact.kind, written.balance.line);
        let of = format!("{} v{}", written.declaration.reference, written.declaration.version);
        let _ = writeln!(page, "  balance  {kind} line {line}: {} to {} for {of}", written.before, written.after);
    }
    for kept in &batch.kept {
        let _ = writeln!(page, "  kept     {}: {}", kept.reason, kept.detail);
    }
    for retiming in &batch.retimings {
        let _ = writeln!(page, "  retimed  {} v{}", retiming.key.reference, retiming.key.version);
    }
    for sent in &batch.outbox {
        let _ = writeln!(page, "  sent     {}", message(sent));
    }
    for used in &batch.series {
        let _ = writeln!(page, "  numbers  {} {} to {}", used.direction.as_str(), used.expected_next, used.next);
    }
    page
}

struct Standing<'a>(&'a Stand);

impl std::fmt::Display for Standing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(number) = self.0.number {
            write!(f, ", number {number}")?;
        }
        if let Some(lane) = self.0.lane {
            write!(f, ", lane {}", lane.code())?;
        }
        if let Some(owed) = self.0.total_payable {
            write!(f, ", {owed} owed, {} paid", self.0.paid)?;
        }
        Ok(())
    }
}

fn message(sent: &OutboxMessage) -> String {
    let header = |name: &str| sent.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str());
    let kind = header("ce_type").unwrap_or("-").trim_start_matches("vn.thongquan.");
    let to = String::from_utf8_lossy(&sent.key);
    let said = match (message::read_notice(&sent.payload), message::read_answer(&sent.payload)) {
        (Ok(notice), _) => of_notice(&notice),
        (_, Ok(answer)) => of_answer(&answer),
        _ => String::new(),
    };
    format!("{kind} to {to}{said}")
}

fn of_notice(notice: &Notice) -> String {
    let mut said = format!(", {} v{}", notice.reference, notice.version);
    if let Some(number) = &notice.number {
        let _ = write!(said, ", number {number}");
    }
    if let Some(lane) = notice.lane {
        let _ = write!(said, ", {lane}");
    }
    if let Some(total) = notice.total_payable {
        let _ = write!(said, ", {total} owed");
    }
    if let Some(identifier) = &notice.payment_identifier {
        let _ = write!(said, ", pay {identifier}");
    }
    if let Some(reason) = &notice.reason {
        let _ = write!(said, ", because {}", reason.code);
    }
    let errors: Vec<&str> = notice.findings.iter().filter(|f| f.is_error()).map(|f| f.code.as_str()).collect();
    if !errors.is_empty() {
        let _ = write!(said, ", errors {}", errors.join(" "));
    }
    said
}

fn of_answer(answer: &CommandAnswer) -> String {
    let mut said = format!(", {}", answer.command);
    if let Some(state) = answer.state {
        let _ = write!(said, ", {state}");
    }
    if let Some(refusal) = &answer.refusal {
        let _ = write!(said, ", because {}", refusal.code);
    }
    said
}
