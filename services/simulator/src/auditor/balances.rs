//! Balances that a declaration draws on (Law 107/2016 art. 16; Decree 134/2016 art. 13, 30 and 31).
//!
//! A line may be exempt by a list of exempt goods, and a declaration may discharge a temporary movement, line by line. The
//! list or movement is known, is the declarant's and has not ended. Its line is of the same goods, counted in a unit that
//! the declaration gives a quantity in, and has enough left, after what earlier lines of the declaration took.

use vocabulary::{BalanceLine, GoodsItem};

use super::number::{Number, of};
use super::{Answer, Case, Doubt, refuse};

/// What a declaration has drawn so far: whether from a temporary movement, the line, and how much.
type Drawn<'f> = Vec<(&'f BalanceLine, Number)>;

pub(super) fn doubts(case: &Case<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut drawn: Drawn<'_> = Vec::new();
    let declarant = case.declaration.declarant();
    // Returned goods name the declaration of then, which has no balance.
    let discharges = case.kind.is_none_or(|kind| kind.cell("previous_declaration_required") == "yes");
    let named = case.declaration.temporary_declaration_number.filter(|_| discharges);
    let temporary = named.map(|number| format!("{number:012}"));
    let movement = temporary.as_ref().and_then(|number| {
        let known = case.facts.temporary_declarations.iter().find(|known| known.number == *number);
        known.filter(|known| declarant == Some(known.holder.as_str()) && known.due_on.is_none_or(|due| case.day <= due))
    });
    if temporary.is_some() && movement.is_none() {
        doubts.push(Doubt::Refuse("the temporary movement is not there, or not the declarant's, or over".into()));
    }
    for item in &case.declaration.goods_items {
        if let Some(number) = item.exemption_list.as_deref() {
            let list = case.facts.exemption_lists.iter().find(|known| known.number == number);
            let usable = |list: &&vocabulary::ExemptionList| {
                declarant == Some(list.holder.as_str()) && list.expires_on.is_none_or(|last| case.day <= last)
            };
            match list.filter(usable) {
                None => doubts.push(Doubt::Refuse("the list is not there, or not the declarant's, or over".into())),
                Some(list) => doubts.extend(draw(case, item, &list.lines, item.exemption_list_line, &mut drawn).err()),
            }
        }
        if let Some(movement) = movement {
            doubts.extend(draw(case, item, &movement.lines, item.temporary_line, &mut drawn).err());
        }
    }
    doubts
}

fn draw<'f>(
    case: &Case<'_>,
    item: &GoodsItem,
    lines: &'f [BalanceLine],
    number: Option<u64>,
    drawn: &mut Drawn<'f>,
) -> Answer<()> {
    let Some(line) = lines.iter().find(|line| Some(u64::from(line.line)) == number) else {
        return refuse("the balance has no such line");
    };
    let eight = |code: &str| code.get(..8).unwrap_or(code).to_owned();
    let declared = item.commodity_code.as_deref().map(eight).unwrap_or_default();
    if line.commodity_code.as_deref().is_some_and(|code| !declared.starts_with(&eight(code))) {
        return refuse("the line of the balance is of other goods");
    }
    let Some(quantity) = case.counted_in(item, &line.unit) else {
        return refuse("no quantity is in the unit of the balance");
    };
    let before: Number =
        drawn.iter().filter(|(known, _)| std::ptr::eq(*known, line)).map(|(_, taken)| taken.clone()).sum();
    if &before + &quantity > of(line.remaining) {
        return refuse("too little is left");
    }
    drawn.push((line, quantity));
    Ok(())
}
